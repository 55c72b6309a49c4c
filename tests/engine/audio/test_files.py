import errno
import hashlib
import io
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import mutagen
import numpy as np
import pytest
import soundfile as sf

from engine.audio import files
from engine.audio.atomic import part_of, replacing
from engine.audio.files import probe, read_audio, write_audio
from engine.errors import AudioError, DiskFull, FolderNotWritable, StorageError
from engine.generators.base import Audio
from engine.limits import FORMATS, OutputFormat
from engine.request import Request

every_format = pytest.mark.parametrize("format", FORMATS)


@every_format
def test_a_written_take_is_read_back(
    tmp_path: Path, audio: Audio, request_: Request, format: OutputFormat
) -> None:
    path = tmp_path / "new folder" / f"take.{format}"
    written = write_audio(path, audio, request_, format=format)

    data = path.read_bytes()
    assert (written.path, written.size) == (path, len(data))
    assert written.sha256 == hashlib.sha256(data).hexdigest()
    assert list(path.parent.iterdir()) == [path]

    samples, rate = read_audio(path)
    assert (rate, samples.shape, samples.dtype) == (44_100, audio.samples.shape, np.float32)
    if format in ("wav", "flac"):
        assert np.array_equal(samples, audio.samples)
    part, _ = read_audio(path, start=1_000, frames=500)
    assert np.allclose(part, samples[1_000:1_500], atol=1e-4)

    info = probe(path)
    assert (info.duration, info.sample_rate, info.channels) == (3.0, 44_100, 2)


@every_format
def test_the_same_take_gives_the_same_bytes(
    tmp_path: Path, audio: Audio, request_: Request, format: OutputFormat
) -> None:
    first = write_audio(tmp_path / "one", audio, request_, format=format)
    again = write_audio(tmp_path / "two", audio, request_, format=format)
    assert first.sha256 == again.sha256


def test_the_stream_number_of_ogg_files_is_the_seed_s(
    tmp_path: Path, audio: Audio, request_: Request
) -> None:
    path = write_audio(tmp_path / "take.ogg", audio, request_, format="ogg").path
    assert int.from_bytes(path.read_bytes()[14:18], "little") == request_.seed + 1  # type: ignore[operator]
    assert mutagen.File(path).info.length == pytest.approx(3.0)


def test_what_is_too_loud_is_clipped_and_not_wrapped_round(
    tmp_path: Path, audio: Audio, request_: Request
) -> None:
    loud = replace(audio, samples=np.array([[1.5, -1.5]] * 100, np.float32))
    samples, _ = read_audio(write_audio(tmp_path / "loud.wav", loud, request_).path)
    assert samples[:, 0].min() > 0.99
    assert samples[:, 1].max() < -0.99


@every_format
@pytest.mark.parametrize("frames", [1, 2, files.BLOCK, files.BLOCK + 1])
def test_any_length_is_kept(
    tmp_path: Path, audio: Audio, request_: Request, format: OutputFormat, frames: int
) -> None:
    short = replace(audio, samples=audio.samples[:frames, :1])
    path = write_audio(tmp_path / "short", short, request_, format=format).path
    assert (probe(path).frames, probe(path).channels) == (frames, 1)


@pytest.mark.parametrize("samples", [np.zeros((0, 2)), np.full((9, 2), np.nan)])
def test_no_sound_is_refused(
    tmp_path: Path, audio: Audio, request_: Request, samples: np.ndarray
) -> None:
    with pytest.raises(AudioError, match="no sound that could be written"):
        write_audio(tmp_path / "take.wav", replace(audio, samples=samples), request_)
    assert not list(tmp_path.glob("*.wav"))


def test_a_rate_that_a_format_cannot_hold_is_told(
    tmp_path: Path, audio: Audio, request_: Request
) -> None:
    with pytest.raises(AudioError, match="MP3 cannot hold this sound"):
        write_audio(tmp_path / "x.mp3", replace(audio, sample_rate=96_000), request_, format="mp3")
    assert not list(tmp_path.glob(".*.part"))


@contextmanager
def disk_of(size: int) -> Iterator[None]:
    """Files may grow to ``size`` bytes: the kernel refuses the rest, as on a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)


@every_format
@pytest.mark.parametrize("missing", [1, 10, 1_000, 20_000])
def test_a_full_disk_leaves_nothing(
    tmp_path: Path, audio: Audio, request_: Request, format: OutputFormat, missing: int
) -> None:
    """Full at the first sample, in the midst, while tagging: all the same."""
    whole = write_audio(tmp_path / "whole", audio, request_, format=format)
    folder = tmp_path / "full"
    with disk_of(whole.size - missing), pytest.raises(DiskFull, match="is full"):
        write_audio(folder / f"take.{format}", audio, request_, format=format)
    assert not list(folder.iterdir())


class Flaky(io.FileIO):
    """Takes seven bytes at a time, and once nothing at all."""

    failed = False

    def write(self, data: object) -> int:
        if not self.failed and self.tell() > 50:
            self.failed = True
            raise OSError(errno.EIO, "a bad sector")
        return super().write(bytes(data)[:7])  # type: ignore[call-overload]


def test_an_error_that_passes_is_not_forgotten(tmp_path: Path) -> None:
    """libsndfile does not tell; the file would have a hole."""
    with Flaky(tmp_path / "file", "w+") as file:
        sink = files._Sink(file)
        sink.write(b"x" * 40)
        sink.raise_error()
        assert file.tell() == 40
        sink.write(b"x" * 100)
        sink.write(b"x" * 100)
        with pytest.raises(OSError, match="bad sector"):
            sink.raise_error()


def test_a_failure_leaves_the_old_file(tmp_path: Path, audio: Audio, request_: Request) -> None:
    path = tmp_path / "take.wav"
    path.write_bytes(b"old")
    with disk_of(50_000), pytest.raises(DiskFull):
        write_audio(path, audio, request_)
    assert path.read_bytes() == b"old"
    write_audio(path, audio, request_)
    assert probe(path).duration == 3.0


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, DiskFull),
        (errno.EDQUOT, DiskFull),
        (errno.EROFS, FolderNotWritable),
        (errno.EACCES, FolderNotWritable),
        (errno.EIO, StorageError),
    ],
)
def test_disk_errors_have_words_of_their_own(
    tmp_path: Path, number: int, kind: type[StorageError]
) -> None:
    path = tmp_path / "take.wav"
    with pytest.raises(StorageError) as caught, replacing(path) as part:
        part.write_bytes(b"half")
        raise OSError(number, os.strerror(number))
    assert type(caught.value) is kind
    assert str(tmp_path) in caught.value.message
    assert os.strerror(number) in caught.value.detail
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_a_file_is_told(tmp_path: Path, audio: Audio, request_: Request) -> None:
    (tmp_path / "takes").write_bytes(b"")
    with pytest.raises(FolderNotWritable):
        write_audio(tmp_path / "takes" / "take.wav", audio, request_)


def test_the_name_appears_when_the_bytes_are_whole(tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    with replacing(path) as part:
        part.write_bytes(b"whole")
        assert part == part_of(path)
        assert not path.exists()
    assert path.read_bytes() == b"whole"
    assert not part.exists()


@every_format
@pytest.mark.parametrize("kept", [0, 1, 100, 0.5, 0.9, -5_000])
def test_a_file_that_is_cut_short_is_told(
    tmp_path: Path,
    audio: Audio,
    request_: Request,
    format: OutputFormat,
    kept: float,
    capfd: pytest.CaptureFixture[str],
) -> None:
    path = write_audio(tmp_path / f"take.{format}", audio, request_, format=format).path
    data = path.read_bytes()
    path.write_bytes(data[: int(kept * len(data)) if 0 < kept < 1 else int(kept)])
    with pytest.raises(AudioError, match=r"take\.\w+” (is empty|is cut short|cannot be read)"):
        probe(path)
    capfd.readouterr()  # the MP3 decoder has its own say


@pytest.mark.parametrize("format", ["flac", "ogg", "mp3"])
def test_one_byte_of_sound_is_missed(
    tmp_path: Path, audio: Audio, request_: Request, format: OutputFormat
) -> None:
    path = write_audio(tmp_path / f"take.{format}", audio, request_, format=format).path
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(AudioError):
        probe(path)


def test_a_wav_that_was_streamed_is_whole(tmp_path: Path) -> None:
    """Programs that write to a pipe cannot know the lengths."""
    path = tmp_path / "streamed.wav"
    sf.write(path, np.zeros((100, 1)), 44_100)
    data = bytearray(path.read_bytes())
    for at in (4, data.index(b"data") + 4):
        data[at : at + 4] = b"\xff" * 4
    path.write_bytes(data)
    assert probe(path).frames == 100


def test_what_is_no_audio_is_told(tmp_path: Path) -> None:
    rubbish = tmp_path / "rubbish.wav"
    rubbish.write_bytes(os.urandom(10_000))
    empty = tmp_path / "silent.wav"
    sf.write(empty, np.zeros((0, 2)), 44_100)
    for path, words in [
        (rubbish, "cannot be read as audio"),
        (empty, "its length is 0 s"),
        (tmp_path / "gone.wav", "not there any more"),
        (tmp_path, "cannot be read as audio"),
    ]:
        with pytest.raises(AudioError, match=words):
            probe(path)
    with pytest.raises(AudioError, match="cannot be read as audio"):
        read_audio(rubbish)
