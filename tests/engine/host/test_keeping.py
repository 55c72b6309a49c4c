"""Checkpoints beside the loop: written soon, waited for only when much would be lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.host import keeping
from engine.host.keeping import CHECKPOINT_SECONDS, MOST_AT_RISK, Checkpoints
from engine.host.protocol import Event, Kept, Run
from engine.host.take import GrowingTake, forget
from engine.request import Request
from tests.engine.host.test_loop import run_of
from tests.fake_generators import ScriptedGenerator

STEPS = 1_000


@pytest.fixture
def told() -> list[Event]:
    return []


@pytest.fixture
def checkpoints(told: list[Event]) -> Iterator[Checkpoints]:
    made = Checkpoints(told.append)
    yield made
    made.close()


def grow(take: GrowingTake, seconds: float) -> None:
    take.growing.steps_done = round(seconds / take.run.request.duration * STEPS)  # type: ignore[misc]


def test_a_slow_disk_holds_up_the_loop_only_before_more_is_at_risk(
    tmp_path: Path, checkpoints: Checkpoints, told: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, write = threading.Event(), keeping._write

    def slow(run: Run, state: bytes) -> bool:
        disk.wait()
        return write(run, state)

    monkeypatch.setattr(keeping, "_write", slow)
    generator = ScriptedGenerator()
    run = run_of(tmp_path, f"steps={STEPS}", duration=20.0)
    take = GrowingTake(run, generator, generator.start(Request(prompt=run.request.prompt)))
    grow(take, CHECKPOINT_SECONDS)
    checkpoints.keep_if_due(take)
    grow(take, MOST_AT_RISK - 0.1)
    checkpoints.keep_if_due(take)
    assert not run.checkpoint.exists(), "it went on without the disk"
    assert not told
    grow(take, MOST_AT_RISK + 0.1)
    threading.Timer(0.05, disk.set).start()
    checkpoints.keep_if_due(take)
    assert run.checkpoint.read_bytes() == b"200"
    assert told == [Kept(run=run.run)]
    checkpoints.leave(take)
    forget(run)
    assert list(tmp_path.iterdir()) == []
