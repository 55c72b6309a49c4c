"""The host's loop alone, with generators that break where the courtesies are."""

from __future__ import annotations

import gc
import queue
import weakref
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from engine.audio.atomic import part_of
from engine.audio.embedded import read_request
from engine.generators.base import Audio, Growing, Reading, Rehearsal, Report, Samples
from engine.generators.registry import QuickKind
from engine.host import loop, previews
from engine.host.loop import HostLoop
from engine.host.protocol import (
    Command,
    Drop,
    Dropped,
    Event,
    Failed,
    Loaded,
    Made,
    Quit,
    Run,
    Stepped,
)
from engine.jobs import Step
from engine.request import Request
from tests.fake_generators import ScriptedGenerator


class Clumsy(ScriptedGenerator):
    """Can neither be heard nor kept before the end."""

    def preview(self, growing: Growing) -> tuple[Samples, int] | None:
        raise MemoryError("no room for a preview")

    def checkpoint(self, growing: Growing) -> bytes | None:
        raise ValueError("the test says so")


def run_of(folder: Path, prompt: str, duration: float = 2.0) -> Run:
    return Run(
        run="r",
        request=Request(prompt=prompt, model="x", seed=1, duration=duration),
        title="t",
        path=folder / "take.wav",
        preview=folder / "preview.wav",
        checkpoint=folder / "take.ckpt",
    )


@pytest.mark.logs("no preview|no checkpoint")
def test_a_preview_or_checkpoint_that_breaks_costs_no_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previews, "PREVIEW_SECONDS", 0.0)
    monkeypatch.setattr(loop, "BEAT_SECONDS", 0.0)
    commands: queue.Queue[Command] = queue.Queue()
    commands.put(run_of(tmp_path, "steps=6", duration=20.0))
    events: list[Event] = []

    def send(event: Event) -> None:
        events.append(event)
        if isinstance(event, Made):
            commands.put(Quit())

    HostLoop(commands, send, lambda _: QuickKind(Clumsy)).run()
    assert isinstance(events[-1], Made)


class Trained(ScriptedGenerator):
    weights = "0a1b"

    def finish(self, growing: Growing, report: Report = lambda _: None) -> Audio:
        audio = super().finish(growing, report)
        return replace(audio, facts=replace(audio.facts, weights=self.weights))


def test_it_tells_which_weights_make_a_take(tmp_path: Path) -> None:
    commands: queue.Queue[Command] = queue.Queue()
    commands.put(run_of(tmp_path, "steps=3"))
    told: list[str] = []

    def send(event: Event) -> None:
        if isinstance(event, Loaded | Made):
            told.append(event.weights)
        if isinstance(event, Made):
            commands.put(Quit())

    HostLoop(commands, send, lambda _: QuickKind(Trained)).run()
    assert told == ["0a1b", "0a1b"]
    kept = read_request(tmp_path / "take.wav")
    assert kept is not None and kept.facts.weights == "0a1b", "in its file too"


@pytest.mark.logs("the script says so")
def test_each_step_is_followed_by_some_rendering(tmp_path: Path) -> None:
    """Only of who moved: a step that fails has left nothing to render."""
    commands: queue.Queue[Command] = queue.Queue()
    commands.put(run_of(tmp_path, "steps=6 fail=4"))
    rendered: list[int] = []

    class Rendering(ScriptedGenerator):
        def render(self, growing: Sequence[Growing]) -> None:
            rendered.extend(take.steps_done for take in growing)

    def send(event: Event) -> None:
        if isinstance(event, Failed):
            commands.put(Quit())

    HostLoop(commands, send, lambda _: QuickKind(Rendering)).run()
    assert rendered == [1, 2, 3, 4]


def test_what_a_window_reads_at_once_is_not_taken_for_steps_that_got_slow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(loop, "time", SimpleNamespace(monotonic=lambda: clock.now))
    commands: queue.Queue[Command] = queue.Queue()
    commands.put(run_of(tmp_path, "steps=200"))
    told: list[tuple[float, float, float]] = []

    class Reads(ScriptedGenerator):
        rehearsal = Rehearsal(finishing=0.0)

        def start(self, request: Request, checkpoint: bytes | None = None) -> Growing:
            growing = super().start(request, checkpoint)
            growing.reading = lambda first, last: Reading(at_once=300.0 * (first <= 99 < last))
            return growing

        def advance(self, growing: Sequence[Growing]) -> None:
            clock.now += 30.0 if growing[0].steps_done == 99 else 0.1
            growing[0].steps_done += 1

    def send(event: Event) -> None:
        if isinstance(event, Made):
            commands.put(Quit())
        elif isinstance(event, Stepped) and event.step is Step.GENERATING and event.eta is not None:
            told.append((event.progress, event.eta, clock.now))

    HostLoop(commands, send, lambda _: QuickKind(Reads)).run()
    late = [(eta, clock.now - at) for progress, eta, at in told if 0.5 <= progress < 1]
    assert len(late) > 10
    for eta, left in late:
        assert eta == pytest.approx(left, rel=0.05)


ENDS = {
    "finished": "steps=3",
    "dropped": "steps=1000000",
    "failed": "steps=9 fail=3",
    "failed, to be tried again": "steps=9 oom=3 fits=0",
}


@pytest.mark.logs("the script says so")
@pytest.mark.parametrize("prompt", ENDS.values(), ids=ENDS)
def test_what_grows_no_more_is_given_back_and_held_by_nothing(tmp_path: Path, prompt: str) -> None:
    """Else each cancelled take keeps its past in the decoder, and the last one all its sound."""
    grown: list[weakref.ref[Growing]] = []
    dropped: list[weakref.ref[Growing]] = []

    class Counted(ScriptedGenerator):
        def start(self, request: Request, checkpoint: bytes | None = None) -> Growing:
            growing = super().start(request, checkpoint)
            grown.append(weakref.ref(growing))
            return growing

        def drop(self, growing: Growing) -> None:
            dropped.append(weakref.ref(growing))

    class Waited(queue.Queue[Command]):
        """Sees the loop when it has nothing to do."""

        def get(self, block: bool = True, timeout: float | None = None) -> Command:
            if block and ended:
                gc.collect()
                alive.append(grown[0]())
                return Quit()
            return super().get(block, timeout)

    alive: list[Growing | None] = []
    ended: list[Event] = []

    def send(event: Event) -> None:
        if isinstance(event, Stepped) and event.progress > 0 and "1000000" in prompt:
            commands.put(Drop(run="r"))
        if isinstance(event, Made | Failed | Dropped):
            ended.append(event)

    commands = Waited()
    commands.put(run_of(tmp_path, prompt))
    HostLoop(commands, send, lambda _: QuickKind(Counted)).run()
    assert alive == [None]
    assert len(grown) == 1
    assert dropped == grown


def test_a_take_is_not_saved_by_a_host_that_was_told_to_end(tmp_path: Path) -> None:
    """Saving may take seconds; what has grown is kept as a checkpoint instead."""
    commands: queue.Queue[Command] = queue.Queue()
    commands.put(run_of(tmp_path, "steps=3"))

    class Told(ScriptedGenerator):
        def finish(self, growing: Growing, report: Report = lambda _: None) -> Audio:
            commands.put(Quit())
            return super().finish(growing)

    HostLoop(commands, lambda _: None, lambda _: QuickKind(Told)).run()
    assert [path.name for path in tmp_path.iterdir()] == ["take.ckpt"]


def test_a_run_that_is_dropped_while_it_waits_leaves_nothing(tmp_path: Path) -> None:
    """As one does that memory was too short for: it grew before."""
    waiting = run_of(tmp_path, "steps=3")
    waiting.checkpoint.write_bytes(b"2")
    commands: queue.Queue[Command] = queue.Queue()
    for command in (waiting, Drop(run="r"), Quit()):
        commands.put(command)
    events: list[Event] = []
    HostLoop(commands, events.append, lambda _: QuickKind(ScriptedGenerator)).run()
    assert events == [Dropped(run="r")]
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_host_left_half_written_goes_with_the_take(tmp_path: Path) -> None:
    run = run_of(tmp_path, "steps=3")
    for path in (run.preview, run.checkpoint):
        part_of(path).write_bytes(b"half")
    commands: queue.Queue[Command] = queue.Queue()
    commands.put(run)

    def send(event: Event) -> None:
        if isinstance(event, Made):
            commands.put(Quit())

    HostLoop(commands, send, lambda _: QuickKind(ScriptedGenerator)).run()
    assert [path.name for path in tmp_path.iterdir()] == ["take.wav"]
