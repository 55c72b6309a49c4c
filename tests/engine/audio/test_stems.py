"""Stems as files: a folder that is there with all of them or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.audio.embedded import read_request
from engine.audio.export import export
from engine.audio.files import read_audio, write_audio
from engine.audio.stems import write_stems
from engine.errors import AudioError, StorageError
from engine.generators.sketch.generator import SketchGenerator
from engine.jobs import Take
from engine.request import Request

ASKED = Request(prompt="bossa nova guitar, 120 bpm", duration=3, seed=2)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Take:
    generator = SketchGenerator()
    sketch = generator.start(ASKED)
    while sketch.steps_done < sketch.steps_total:
        generator.advance([sketch])
    audio = generator.finish(sketch)
    path = tmp_path_factory.mktemp("takes") / "Bossa.wav"
    written = write_audio(path, audio, ASKED, tags={"title": "Bossa"})
    seconds = len(audio.samples) / audio.sample_rate
    return Take(path, seconds, audio.sample_rate, 2, written.sha256, made_by=audio.facts.made_by)


def test_an_export_brings_a_folder_of_them(made: Take, tmp_path: Path) -> None:
    killed = tmp_path / ".Bossa.part"
    killed.mkdir()
    (killed / "01 Half.wav").write_bytes(b"RIFF")
    done = [export(made, ASKED, "Bossa", tmp_path, format="mp3", stems=True) for _ in range(2)]
    folders = [each.stems for each in done if each.stems]
    assert [folder.name for folder in folders] == ["Bossa", "Bossa (2)"]
    first, second = ([*sorted(folder.iterdir())] for folder in folders)
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert len(first) > 2
    assert [path.name[:3] for path in first] == [f"{n:02} " for n in range(1, len(first) + 1)]
    for path in first:
        samples, rate = read_audio(path)
        assert (len(samples) / rate, rate) == (made.duration, made.sample_rate)
        said = read_request(path)
        assert said is not None
        assert said.request == ASKED
        assert said.title == f"Bossa - {said.facts.extra['stem']}"
        assert said.facts.extra["stem"] == path.stem[3:]
    # What is played is what the take plays: where it is loud they are, bar by bar.
    together = np.abs(sum(read_audio(path)[0] for path in first)).mean(axis=1)
    whole = np.abs(read_audio(made.path)[0]).mean(axis=1)
    step = made.sample_rate // 20
    whole_steps = len(whole) // step * step
    level = [part[:whole_steps].reshape(-1, step).mean(axis=1) for part in (together, whole)]
    assert np.corrcoef(level)[0, 1] > 0.8
    assert {path.name for path in tmp_path.iterdir()} == {
        "Bossa.mp3", "Bossa (2).mp3", "Bossa", "Bossa (2)",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("made_by", "words"),
    [("sketch 1", "earlier version"), ("small native int8 2", "built-in"), ("", "built-in")],
)
def test_a_take_of_another_generator_has_none(
    made: Take, tmp_path: Path, made_by: str, words: str
) -> None:
    other = replace(made, made_by=made_by)
    with pytest.raises(AudioError, match=words):
        write_stems(other, tmp_path / "stems")
    done = export(other, ASKED, "Bossa", tmp_path, stems=True)
    assert done.stems is None and done.audio.exists(), "among others it is exported all the same"


def test_a_file_that_says_nothing_has_none(made: Take, tmp_path: Path) -> None:
    (tmp_path / "bare.wav").write_bytes(b"RIFF")
    with pytest.raises(AudioError, match="does not say how it was made"):
        write_stems(replace(made, path=tmp_path / "bare.wav"), tmp_path / "stems")
    assert not (tmp_path / "stems").exists()


def test_where_nothing_can_be_written_it_says_so(made: Take, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError) as caught:
        write_stems(made, tmp_path / "file" / "stems")
    assert caught.value.hint
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
