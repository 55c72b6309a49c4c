import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.audio.embedded import read_request
from engine.audio.export import drag_file, export, file_name
from engine.audio.files import probe, read_audio, write_audio
from engine.audio.loudness import integrated_loudness, true_peak
from engine.errors import AudioError, InvalidRequest
from engine.generators.base import Audio
from engine.jobs import Take
from engine.limits import FORMATS, OutputFormat
from engine.request import Request

MakeTake = Callable[[OutputFormat], Take]


def test_a_dragged_take_is_a_file_with_a_human_name(make_take: MakeTake, tmp_path: Path) -> None:
    take = make_take("wav")
    path = drag_file(take, "Hujan / di: Bandung ☔", tmp_path / "drag")
    assert path == tmp_path / "drag" / "Hujan - di- Bandung ☔.wav"
    assert path.samefile(take.path)

    take.path.unlink()
    assert probe(path).duration == 3.0


@pytest.mark.parametrize("links", [True, False])
def test_dragging_again_gives_the_same_file(
    make_take: MakeTake, tmp_path: Path, links: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not links:

        def no_links(*_: object) -> None:
            raise OSError(errno.EXDEV, "another disk")

        monkeypatch.setattr(os, "link", no_links)
    one = make_take("wav")
    other = replace(one, path=one.path.with_name("gen_2.wav"))
    other.path.write_bytes(b"another take")
    folder = tmp_path / "drag"
    paths = [drag_file(take, "Calm", folder) for take in (one, other, one, other)]
    assert [path.name for path in paths] == [
        "Calm.wav",
        "Calm (2).wav",
        "Calm.wav",
        "Calm (2).wav",
    ]
    assert paths[1].read_bytes() == b"another take"
    assert paths[0].samefile(one.path) is links


def test_a_take_can_be_dragged_in_another_format(make_take: MakeTake, tmp_path: Path) -> None:
    path = drag_file(make_take("wav"), "Calm", tmp_path / "drag", "flac")
    assert (path.name, probe(path).format) == ("Calm.flac", "FLAC")
    assert read_request(path).request.prompt == "calm 🎹 بيانو, 90 bpm"  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("format", FORMATS)
def test_every_format_becomes_every_other(
    make_take: MakeTake, tmp_path: Path, request_: Request, kind: OutputFormat, format: OutputFormat
) -> None:
    take = make_take(kind)
    path = export(take, request_, "Calm", tmp_path, format=format).audio
    before, _ = read_audio(take.path)
    after, _ = read_audio(path)
    assert path.name == f"Calm.{format}"
    assert before.shape == after.shape
    if (format in ("wav", "flac") and kind in ("wav", "flac")) or kind == format:
        assert np.array_equal(before, after)
    found = read_request(path)
    assert found is not None
    assert (found.request, found.title) == (request_, "Calm")
    assert found.facts.not_understood == ("zorp", "قطة")


def test_an_export_overwrites_nothing(
    make_take: MakeTake, tmp_path: Path, request_: Request
) -> None:
    take = make_take("wav")
    names = [export(take, request_, "Calm", tmp_path, midi=True) for _ in range(2)]
    assert [done.audio.name for done in names] == ["Calm.wav", "Calm (2).wav"]
    assert [done.midi.name for done in names if done.midi] == ["Calm.mid", "Calm (2).mid"]


def test_no_notes_no_midi(make_take: MakeTake, tmp_path: Path, request_: Request) -> None:
    take = replace(make_take("wav"), midi_path=None)
    assert export(take, request_, "Calm", tmp_path, midi=True).midi is None


def test_another_sample_rate_keeps_pitch_and_length(tmp_path: Path, audio: Audio) -> None:
    time = np.arange(44_100) / 44_100
    tone = np.sin(2 * np.pi * 1_000 * time)[:, None].astype(np.float32) / 2
    take = _written(tmp_path, replace(audio, samples=tone))
    done = export(take, Request(), "Tone", tmp_path, sample_rate=48_000).audio
    samples, rate = read_audio(done)
    assert (rate, len(samples)) == (48_000, 48_000)
    spectrum = np.abs(np.fft.rfft(samples[:, 0] * np.hanning(48_000)))
    assert spectrum.argmax() == 1_000
    assert spectrum[1_010:].max() < spectrum.max() * 1e-5


@pytest.mark.parametrize("frames", [44_100, 44_117, 100_001])
def test_a_loop_at_another_rate_goes_on_over_its_seam(
    tmp_path: Path, audio: Audio, frames: int
) -> None:
    """Tones that go round a whole number of times are the same ones, to the last sample."""

    def tones(frames: int) -> np.ndarray:
        turn = 2 * np.pi * np.arange(frames) / frames
        return sum(np.cos(k * turn + k) for k in (50, 500, 5_000))[:, None] / 4

    facts = replace(audio.facts, loops=True)
    loop = replace(audio, samples=tones(frames).astype(np.float32), facts=facts)
    done = export(_written(tmp_path, loop), Request(), "Loop", tmp_path, sample_rate=48_000).audio
    samples, _ = read_audio(done)
    assert len(samples) == round(frames * 48_000 / 44_100)
    assert np.abs(samples - tones(len(samples))).max() < 1e-4


def test_a_loop_is_levelled_without_a_click(tmp_path: Path, audio: Audio) -> None:
    samples = np.full((3 * 44_100, 1), 0.25, np.float32)
    samples[::2] *= -1  # at Nyquist all is one level, and no DC
    samples[100:104] *= 3.5
    facts = replace(audio.facts, loops=True)
    take = _written(tmp_path, replace(audio, samples=samples, facts=facts))
    done = export(take, Request(), "Loop", tmp_path, loudness=-5).audio
    gain = read_audio(done)[0] / samples
    assert abs(gain[0, 0] / gain[-1, 0] - 1) < 0.01
    assert gain.min() < gain.max() * 0.9, "it was limited"


@pytest.mark.parametrize("gain", [0.01, 0.2, 0.9])
def test_a_loudness_target_is_met_below_the_ceiling(
    tmp_path: Path, audio: Audio, gain: float
) -> None:
    noise = np.random.default_rng(2).normal(0, 0.2, (5 * 44_100, 2)).clip(-1, 1) * gain
    take = _written(tmp_path, replace(audio, samples=noise.astype(np.float32)))
    samples, rate = read_audio(export(take, Request(), "X", tmp_path, loudness=-14).audio)
    assert integrated_loudness(samples, rate) == pytest.approx(-14, abs=0.2)
    assert true_peak(samples) <= -0.99


def test_silence_stays_silent(tmp_path: Path, audio: Audio) -> None:
    take = _written(tmp_path, replace(audio, samples=np.zeros((44_100, 2), np.float32)))
    samples, _ = read_audio(export(take, Request(), "X", tmp_path, loudness=-14).audio)
    assert not samples.any()


def test_whole_bars(make_take: MakeTake, tmp_path: Path, request_: Request) -> None:
    """At 90 bpm a bar of 4/4 lasts 2.667 s."""
    take = make_take("wav")
    samples, rate = read_audio(export(take, request_, "Calm", tmp_path, trim_to_bars=True).audio)
    assert len(samples) == round(4 * 60 / 90 * rate)
    assert abs(samples[-1]).max() < 1e-6
    whole, _ = read_audio(take.path)
    assert np.array_equal(samples[:-300], whole[: len(samples) - 300])


def test_a_piece_of_whole_bars_stays(tmp_path: Path, audio: Audio, request_: Request) -> None:
    short = replace(audio, samples=audio.samples[: round(4 * 60 / 90 * 44_100)])
    take = replace(_written(tmp_path, short), tempo=90.0, beats_per_bar=4)
    samples, _ = read_audio(export(take, request_, "X", tmp_path, trim_to_bars=True).audio)
    assert np.array_equal(samples, short.samples)


def test_whole_bars_need_a_tempo(make_take: MakeTake, tmp_path: Path, request_: Request) -> None:
    take = replace(make_take("wav"), tempo=None)
    with pytest.raises(InvalidRequest, match="whole bars: this take's tempo is not known"):
        export(take, request_, "Calm", tmp_path, trim_to_bars=True)


def test_an_export_does_not_tell_where_files_are(
    make_take: MakeTake, tmp_path: Path, request_: Request
) -> None:
    secret = request_.model_copy(update={"melody": "/home/ayu/private/hum.wav"})
    for kind in ("wav", "ogg"):
        path = export(make_take(kind), secret, "Calm", tmp_path, format=kind).audio
        assert read_request(path).request.melody == "hum.wav"  # type: ignore[union-attr]
        assert b"private" not in path.read_bytes()


def test_a_take_that_is_gone_is_told(
    make_take: MakeTake, tmp_path: Path, request_: Request
) -> None:
    take = make_take("mp3")
    take.path.unlink()
    for act in (
        lambda: drag_file(take, "Calm", tmp_path / "out"),
        lambda: export(take, request_, "Calm", tmp_path / "out", format="mp3"),
        lambda: export(take, request_, "Calm", tmp_path / "out", format="wav"),
    ):
        with pytest.raises(AudioError, match="not there any more"):
            act()


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("{name} {tempo}bpm {key}", "Calm 90bpm D minor"),
        ("{seed}-{name}", "7-Calm"),
        ("{model}/{prompt}", "sketch-calm 🎹 بيانو, 90 bpm"),
        ("", "Calm"),
        ("...", "Calm"),
    ],
)
def test_name_patterns(make_take: MakeTake, request_: Request, pattern: str, name: str) -> None:
    assert file_name(pattern, "Calm", make_take("wav"), request_) == name


def test_a_pattern_leaves_out_what_is_not_known(make_take: MakeTake, request_: Request) -> None:
    take = replace(make_take("wav"), tempo=None, key=None)
    assert file_name("{name} {tempo}bpm - {key}", "Calm", take, request_) == "Calm"


@pytest.mark.parametrize("pattern", ["{name", "name}", "{mood}", "{}", "{0}", "{name.__class__}"])
def test_a_bad_pattern_is_told(make_take: MakeTake, request_: Request, pattern: str) -> None:
    with pytest.raises(InvalidRequest, match="name pattern: "):
        file_name(pattern, "Calm", make_take("wav"), request_)


def _written(folder: Path, audio: Audio) -> Take:
    path = write_audio(folder / "takes" / "gen_9.wav", audio, Request()).path
    return Take(path, len(audio.samples) / 44_100, 44_100, 2, "")
