"""Growing takes made audible beside the loop: the disk holds nobody up, and nothing is left."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile as sf

from engine.generators.base import Samples
from engine.host import previews as module
from engine.host.previews import Previews
from engine.host.protocol import Event, Previewed
from engine.host.take import GrowingTake
from tests.engine.host.test_loop import run_of
from tests.fake_generators import ScriptedGenerator


class Disk:
    """Takes what is written when it is told to."""

    def __init__(self) -> None:
        self.free, self.begun = threading.Event(), threading.Event()
        self._write = module.save_preview

    def save_preview(self, path: Path, samples: Samples, rate: int) -> None:
        self.begun.set()
        self.free.wait()
        self._write(path, samples, rate)


@pytest.fixture
def told() -> list[Event]:
    return []


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    made = Disk()
    monkeypatch.setattr(module, "save_preview", made.save_preview)
    monkeypatch.setattr(module, "PREVIEW_SECONDS", 0.0)
    monkeypatch.setattr(module, "PREVIEW_SHARE", 1e9)
    yield made
    made.free.set()


@pytest.fixture
def previews(told: list[Event], disk: Disk) -> Iterator[Previews]:
    made = Previews(told.append)
    yield made
    disk.free.set()
    made.close()


def growing(folder: Path, name: str = "take") -> GrowingTake:
    (folder / name).mkdir()
    run = run_of(folder / name, "steps=10")
    generator = ScriptedGenerator()
    return GrowingTake(run, generator, generator.start(run.request))


def grow(take: GrowingTake, steps: int = 1) -> None:
    take.growing.steps_done += steps  # type: ignore[misc]


def until_told(previews: Previews, takes: list[GrowingTake], told: list[Event], count: int) -> None:
    while len(told) < count:
        previews.make_one(takes)


def test_a_slow_disk_holds_up_nobody(
    tmp_path: Path, previews: Previews, told: list[Event], disk: Disk
) -> None:
    take = growing(tmp_path)
    grow(take, 3)
    previews.make_one([take])
    disk.begun.wait()
    grow(take)
    previews.make_one([take])
    assert not told
    assert not take.run.preview.exists(), "it went on without the disk"
    disk.free.set()
    until_told(previews, [take], told, 2)
    assert told == [Previewed(run="r")] * 2
    samples, rate = sf.read(take.run.preview)
    assert len(samples) / rate == pytest.approx(0.8, abs=0.01), "what came meanwhile is in the next"


def test_nothing_of_a_take_is_written_after_it_was_left(
    tmp_path: Path, previews: Previews, told: list[Event], disk: Disk
) -> None:
    take = growing(tmp_path)
    grow(take)
    previews.make_one([take])
    disk.begun.wait()
    threading.Timer(0.05, disk.free.set).start()
    previews.leave(take.run)
    take.run.preview.unlink()
    previews.make_one([])
    assert not told


def test_who_has_nothing_new_to_be_heard_keeps_nobody_from_it(
    tmp_path: Path, previews: Previews, told: list[Event], disk: Disk
) -> None:
    disk.free.set()
    silent, heard = growing(tmp_path, "silent"), growing(tmp_path, "heard")
    for steps in range(1, 4):
        grow(heard)
        until_told(previews, [silent, heard], told, steps)
    for _ in range(100):
        previews.make_one([silent, heard])
    assert len(told) == 3, "the same again is no news"
    assert not silent.run.preview.exists()


@pytest.mark.logs("nothing could be rendered ahead|no preview")
def test_what_breaks_costs_only_the_preview(
    tmp_path: Path, previews: Previews, told: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = growing(tmp_path, "broken")
    calls: list[Any] = []

    def fail(*given: Any) -> None:
        calls.append(given)
        raise MemoryError("none left")

    monkeypatch.setattr(broken.generator, "render", fail)
    monkeypatch.setattr(module, "PREVIEW_SECONDS", 1_000.0)
    for _ in range(2):
        previews.render(broken.generator, [broken])
    assert len(calls) == 1, "it is not tried at each step"
    monkeypatch.setattr(module, "PREVIEW_SECONDS", 0.0)

    def full(path: Path, samples: Samples, rate: int) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(module, "save_preview", full)
    grow(broken)
    previews.make_one([broken])
    previews.leave(broken.run)
    assert not told
