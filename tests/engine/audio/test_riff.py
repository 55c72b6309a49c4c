from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from engine.audio.embedded import read_request
from engine.audio.files import probe, write_audio
from engine.generators.base import Audio, Facts
from engine.generators.sketch.generator import SketchGenerator
from engine.request import Request

LOOP = Request(prompt="calm", seed=7, loop=True)


def loop_info(path: Path) -> tuple[int, int, int, float, int] | None:
    """Beats per bar, their value, beats, tempo and root note, as libsndfile reads them."""
    with sf.SoundFile(path) as file:
        info = sf._ffi.new("char[64]")
        if not sf._snd.sf_command(file._file, 0x10E0, info, 44):  # SFC_GET_LOOP_INFO
            return None
        data = bytes(sf._ffi.buffer(info, 44))
    numbers = np.frombuffer(data, np.int16, 2), np.frombuffer(data, np.int32, 2, 4)
    tempo, root = np.frombuffer(data, np.float32, 1, 12), np.frombuffer(data, np.int32, 1, 16)
    return (*map(int, numbers[0]), int(numbers[1][1]), float(tempo[0]), int(root[0]))


@pytest.mark.parametrize(
    ("key", "root"), [("D minor", 62), ("Bb major", 70), ("F# dorian", 66), (None, -1)]
)
@pytest.mark.parametrize("frames", [44_100 * 8, 44_100 * 8 + 1])
def test_a_loop_tells_its_beats(
    tmp_path: Path, audio: Audio, key: str | None, root: int, frames: int
) -> None:
    facts = Facts("sketch 1", tempo=90.0, beats_per_bar=3, key=key)
    loop = Audio(np.zeros((frames, 1), np.float32), 44_100, facts)
    path = write_audio(tmp_path / "loop.wav", loop, LOOP).path
    assert loop_info(path) == (3, 4, 12, 90.0, root)
    assert probe(path).frames == frames
    assert read_request(path).request == LOOP  # type: ignore[union-attr]
    assert int.from_bytes(path.read_bytes()[4:8], "little") + 8 == path.stat().st_size


def test_other_takes_are_not_stretched_by_anybody(
    tmp_path: Path, audio: Audio, request_: Request
) -> None:
    assert loop_info(write_audio(tmp_path / "take.wav", audio, request_).path) is None
    for facts in (Facts("sketch 1"), Facts("MusicGen small", tempo=90.0)):  # that one only heard it
        unknown = replace(audio, facts=facts)
        assert loop_info(write_audio(tmp_path / "loop.wav", unknown, LOOP).path) is None


def test_a_loop_may_be_asked_for_in_words(tmp_path: Path) -> None:
    generator = SketchGenerator()
    sketch = generator.start(Request(prompt="calm piano loop, 120 bpm", duration=4, seed=7))
    while sketch.steps_done < sketch.steps_total:
        generator.advance([sketch])
    path = write_audio(tmp_path / "loop.wav", generator.finish(sketch), sketch.request).path
    beats = loop_info(path)
    assert beats is not None and beats[3] == pytest.approx(120, abs=0.01)
    made = read_request(path)
    assert made is not None and made.loops and not made.request.loop
