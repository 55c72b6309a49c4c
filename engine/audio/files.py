"""Audio files in and out: a take is written whole or not at all; anything readable is read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any

import numpy as np
import soundfile as sf
from mutagen.ogg import OggPage

from engine.audio.atomic import replacing
from engine.audio.embedded import EmbeddedTake, embed, versions
from engine.audio.riff import add_loop_chunk, sound_end
from engine.digests import sha256_of
from engine.errors import AudioError
from engine.generators.base import Audio, Samples
from engine.limits import OutputFormat
from engine.request import Request

__all__ = ["AudioInfo", "Written", "probe", "read_audio", "write_audio"]

BLOCK = 65_536
"""Frames handed to libsndfile at once; its Vorbis encoder overflows the stack on long blocks."""

_ENCODING: dict[OutputFormat, dict[str, Any]] = {
    "wav": {"format": "WAV", "subtype": "PCM_24"},
    "flac": {"format": "FLAC", "subtype": "PCM_24"},
    # 0 is best and largest: here quality 8 of 10 (about 256 kbit/s), and LAME's V0.
    "ogg": {"format": "OGG", "subtype": "VORBIS", "compression_level": 0.2},
    "mp3": {
        "format": "MP3",
        "subtype": "MPEG_LAYER_III",
        "compression_level": 0.0,
        "bitrate_mode": "VARIABLE",
    },
}


@dataclass(frozen=True, slots=True)
class Written:
    """A file that is in place."""

    path: Path
    size: int
    """Bytes."""
    sha256: str
    """Of the whole file, hex."""


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """What a file holds, without its samples."""

    frames: int
    sample_rate: int
    channels: int
    format: str
    """As libsndfile names it, for example "WAV" or "FLAC"."""

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.frames / self.sample_rate


def write_audio(
    path: Path,
    audio: Audio,
    request: Request,
    *,
    format: OutputFormat | None = None,
    tags: Mapping[str, str] | None = None,
) -> Written:
    """Write a take and all that made it; the same take gives the same bytes.

    ``format`` None means the request's. WAV and FLAC hold 24 bits. ``tags`` may give ``title``
    (else the prompt), ``artist`` and ``genre``. Raises DiskFull, FolderNotWritable or
    StorageError, and AudioError for samples that are none.
    """
    chosen = format or request.output_format
    if audio.samples.size == 0 or not np.isfinite(audio.samples).all():
        raise AudioError("The take holds no sound that could be written.", hint="Try another seed.")
    given = {"title": request.prompt, **(tags or {})}
    facts = audio.facts
    take = EmbeddedTake(request=request, facts=facts, versions=versions(), **given)
    with replacing(path) as part:
        try:
            _encode(part, audio, take, chosen)
            # A tempo that was only heard is none to stretch by.
            if chosen == "wav" and take.loops and facts.tempo and facts.beats_per_bar:
                seconds = len(audio.samples) / audio.sample_rate
                add_loop_chunk(part, seconds, facts.tempo, facts.beats_per_bar, facts.key)
            embed(part, take, chosen)
        except sf.LibsndfileError as error:
            raise AudioError(
                f"{chosen.upper()} cannot hold this sound.",
                hint="Choose another format or sample rate.",
                detail=str(error),
            ) from error
        if chosen == "ogg":
            _fix_serial(part, (request.seed or 0) + 1)
        digest = sha256_of(part)
        size = part.stat().st_size
    return Written(path, size, digest)


def read_audio(path: Path, start: int = 0, frames: int = -1) -> tuple[Samples, int]:
    """Samples (float32, frames x channels) and sample rate; ``frames`` -1 reads to the end.

    Raises AudioError when the file is not there or no audio.
    """
    try:
        with sf.SoundFile(path) as file:
            file.seek(min(max(start, 0), file.frames))
            samples: Samples = file.read(frames, dtype="float32", always_2d=True)
            return samples, file.samplerate
    except (sf.LibsndfileError, OSError) as error:
        raise _unreadable(path, error) from error


def probe(path: Path) -> AudioInfo:
    """What a file holds. Raises AudioError when it is no audio, empty, or cut short."""
    try:
        with sf.SoundFile(path) as file:
            info = AudioInfo(file.frames, file.samplerate, file.channels, file.format)
            if info.frames < 1:
                raise AudioError(f"“{path.name}” holds no sound: its length is 0 s.")
            file.seek(info.frames - 1)
            whole = len(file.read(1)) == 1 and _is_whole(path, info.format)
    except (sf.LibsndfileError, OSError) as error:
        raise _unreadable(path, error) from error
    if not whole:
        raise AudioError(f"“{path.name}” is cut short: its end is missing.")
    return info


def _is_whole(path: Path, format: str) -> bool:
    """False when the container says that there should be more; libsndfile lets that pass."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        if format == "OGG":
            file.seek(-min(size, 65_536), os.SEEK_END)
            tail = file.read()
            page = tail[tail.rfind(b"OggS") :]
            last = len(page) > 27 and bool(page[5] & 4)
            return last and len(page) >= 27 + page[26] + sum(page[27 : 27 + page[26]])
        file.seek(0)
        return file.read(4) != b"RIFF" or sound_end(file) <= size


def _unreadable(path: Path, error: Exception) -> AudioError:
    if not path.exists():
        return AudioError(f"“{path.name}” is not there any more.", detail=str(error))
    if path.is_file() and path.stat().st_size == 0:
        return AudioError(f"“{path.name}” is empty.", detail=str(error))
    return AudioError(
        f"“{path.name}” cannot be read as audio.",
        hint="WAV, FLAC, OGG, MP3 and AIFF files work.",
        detail=str(error),
    )


def _encode(path: Path, audio: Audio, take: EmbeddedTake, format: OutputFormat) -> None:
    """The sound without tags, but for WAV's INFO list, which goes ahead of it."""
    with path.open("wb+", buffering=0) as raw:  # unbuffered: errors show where they happen
        sink = _Sink(raw)
        channels = audio.samples.shape[1]
        with sf.SoundFile(sink, "w", audio.sample_rate, channels, **_ENCODING[format]) as file:
            if format == "wav":
                for name, text in _info_list(take).items():
                    setattr(file, name, text)
            for start in range(0, len(audio.samples), BLOCK):
                file.write(audio.samples[start : start + BLOCK])
        sink.raise_error()


def _info_list(take: EmbeddedTake) -> dict[str, str]:
    """RIFF INFO by libsndfile's names; what has no place there is in the ID3 tags."""
    texts = {
        "title": take.title,
        "artist": take.artist,
        "genre": take.genre,
        "comment": take.request.prompt,
        "copyright": take.facts.licence,
        "software": take.facts.made_by,
    }
    return {name: text for name, text in texts.items() if text}


def _fix_serial(path: Path, serial: int) -> None:
    """Replace the stream number, which libsndfile draws from the clock, in every OGG page."""
    with path.open("rb+") as file:
        while True:
            try:
                page = OggPage(file)
            except EOFError:
                return
            page.serial = serial
            file.seek(page.offset)
            file.write(page.write())


class _Sink:
    """A file for libsndfile that keeps the first disk error: on the way through C it would be
    lost. After one it pretends to write, and ``raise_error`` tells."""

    def __init__(self, file: FileIO) -> None:
        self._file = file
        self._error: OSError | None = None

    def write(self, data: bytes) -> int:
        rest = memoryview(data)
        while rest and self._error is None:
            try:
                rest = rest[self._file.write(rest) :]
            except OSError as error:
                self._error = error
        return len(data)

    def read(self, size: int) -> bytes:
        return self._file.read(size)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def raise_error(self) -> None:
        if self._error is not None:
            raise self._error
