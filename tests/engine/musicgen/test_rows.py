"""What goes wrong with a model or with given audio ends on its row, in plain words.

Through the real queue and one real host process, which loads self-made checkpoints and outlives
whatever they and the given files hold.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf
import torch

from engine.generators.musicgen.checkpoint import CODEC_FILE, LM_FILE
from engine.generators.musicgen.generator import UNGUIDED
from engine.jobs import Job, Order, Status
from engine.request import Request
from engine.settings import EngineSettings
from tests.engine.conftest import Watched
from tests.engine.musicgen.test_checkpoint import Malicious, change

Spoil = Callable[[Path], object]
LONG = 300.0
"""Seconds: the host imports torch, on a machine that may be busy."""


def rewrite(old: str, new: str) -> Spoil:
    def how(package: dict[str, Any]) -> None:
        assert old in package["xp.cfg"]
        package["xp.cfg"] = package["xp.cfg"].replace(old, new)

    return lambda folder: change(folder / LM_FILE, how)


def cut(folder: Path) -> None:
    whole = (folder / LM_FILE).read_bytes()
    (folder / LM_FILE).write_bytes(whole[: len(whole) // 2])


def no_numbers(folder: Path) -> None:
    change(folder / LM_FILE, lambda package: package["best_state"]["emb.0.weight"].fill_(torch.nan))


def malicious(folder: Path) -> None:
    """One that makes a file beside itself when its pickle is read."""
    for file in (LM_FILE, CODEC_FILE):
        change(folder / file, lambda package: package.update(best_state=Malicious(folder / "ran")))


MODELS: dict[str, tuple[Spoil, str, str]] = {
    "cut": (cut, "model_damaged", "state_dict.bin is damaged or incomplete."),
    "malicious": (malicious, "model_damaged", "state_dict.bin holds something else than weights"),
    "no numbers": (no_numbers, "model_damaged", "weights that are no numbers"),
    "another kind": (
        rewrite("lm_model: transformer_lm", "lm_model: magnet"),
        "model_unavailable",
        "This is no MusicGen model.",
    ),
    "another shape": (rewrite("num_layers: 2", "num_layers: 3"), "model_damaged", "do not fit"),
    "no text encoder": (
        rewrite("name: t5-base", "name: t5-large"),
        "model_unavailable",
        "A part that this model reads prompts with is not on this computer.",
    ),
    "another conditioner": (
        rewrite("model: t5\n", "model: clap\n"),
        "model_unavailable",
        "told what to play in a way",
    ),
    "no codec": (
        lambda folder: (folder / CODEC_FILE).unlink(),
        "model_unavailable",
        "no model in audiocraft's format",
    ),
}


def written(path: Path, seconds: float, rate: int = 44_100, channels: int = 2) -> Path:
    noise = np.random.default_rng(1).normal(size=(round(seconds * rate), channels)) * 0.1
    sf.write(path, noise, rate)
    return path


def ten_hours(path: Path) -> Path:
    """A WAV that takes no room on the disk."""
    sf.write(path, np.zeros(8_000), 8_000, subtype="PCM_U8")
    size = 36_000 * 8_000
    with path.open("rb+") as file:
        file.seek(4)
        file.write((36 + size).to_bytes(4, "little"))
        file.seek(40)
        file.write(size.to_bytes(4, "little"))
        file.truncate(44 + size)
    return path


def bytes_of(data: bytes) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        path.write_bytes(data)
        return path

    return make


def folder_of(path: Path) -> Path:
    path.mkdir()
    return path


REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "empty.wav": (bytes_of(b""), "is empty"),
    "no seconds.wav": (lambda path: written(path, 0.0), "holds no sound"),
    "one sample.wav": (lambda path: written(path, 1 / 44_100), "is too short to build on"),
    "ten hours.wav": (ten_hours, "is too long to build on: 600 minutes"),
    "nine.wav": (lambda path: written(path, 1, channels=9), "has 9 channels"),
    "garbage.mp3": (bytes_of(bytes(range(256)) * 40), "cannot be read as audio"),
    "folder.wav": (folder_of, "cannot be read as audio"),
    "vanished.wav": (lambda path: path, "is not there any more"),
}
TAKEN: dict[str, Callable[[Path], Path]] = {
    "quick.wav": lambda path: written(path, 1, rate=384_000, channels=1),
    "seven.wav": lambda path: written(path, 1, channels=7),
    "song.mp3": lambda path: written(path, 1),
}


@dataclass(frozen=True, slots=True)
class Rows:
    """What came of all that was asked, in its order."""

    models: list[Job]
    """Of MODELS, and of one that is good, after them."""
    audio: list[Job]
    """Each of REFUSED and TAKEN as a melody and as a beginning."""
    witness: Path
    """Made by a malicious model, were its code run."""


@pytest.fixture(scope="module")
def rows(
    hub: Path, tiny_folder: Path, melody_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Rows:
    folder = tmp_path_factory.mktemp("rows")
    models = []
    for name, (spoil, _, _) in MODELS.items():
        models.append(Path(shutil.copytree(tiny_folder, folder / name)))
        spoil(models[-1])
    files = [make(folder / name) for name, (make, _) in REFUSED.items()]
    files += [make(folder / name) for name, make in TAKEN.items()]
    asked = [Request(prompt="rain", duration=1, model=str(at)) for at in (*models, tiny_folder)]
    asked += [
        Request(prompt="", duration=1, model=str(melody_folder), **{role: str(file)})
        for file in files
        for role in ("melody", "continue_from")
    ]
    settings = EngineSettings(
        data_folder=folder / "data",
        takes_folder=folder / "takes",
        cache_folder=folder / "cache",
        models_folder=hub,
        max_retries=0,
    )

    async def ended() -> list[Job]:
        async with Watched(settings) as engine:
            return await engine.ended(await engine.queue.submit([*map(Order, asked)]), LONG)

    jobs = asyncio.run(ended())
    count = len(MODELS) + 1
    return Rows(jobs[:count], jobs[count:], folder / "malicious" / "ran")


def test_a_model_that_can_not_be_loaded_fails_its_row_alone(rows: Rows, tiny_folder: Path) -> None:
    *bad, made = rows.models
    for job, (name, (_, code, words)) in zip(bad, MODELS.items(), strict=True):
        assert job.status is Status.FAILED, name
        assert (job.error.code, words in job.error.message) == (code, True), (name, job.error)
        assert job.error.hint, name
        assert job.attempt == 1, "no other try makes it better, and the host outlived it"
    assert not rows.witness.exists(), "its code did not run"
    assert made.status is Status.COMPLETED
    assert re.match(rf"{tiny_folder.name} (openvino|native(-vnni)?) int8", made.take.made_by)


def test_given_audio_is_used_or_refused_on_its_row(rows: Rows) -> None:
    assert len(rows.audio) == 2 * (len(REFUSED) + len(TAKEN))
    for job in rows.audio:
        name = Path(job.request.melody or job.request.continue_from or "").name
        if name in REFUSED:
            assert job.status is Status.FAILED, name
            assert (job.error.code, job.attempt) == ("audio", 1), job.error
            assert f"“{name}” {REFUSED[name][1]}" in job.error.message
            assert job.error.hint, name
        else:
            check_take(job)


def check_take(job: Job) -> None:
    assert job.status is Status.COMPLETED, job.error
    melody = job.request.melody is not None
    assert job.take.duration == pytest.approx(1.0 if melody else 2.0, abs=0.03)
    assert (UNGUIDED in job.take.remarks) is not melody, "kept on its row"
