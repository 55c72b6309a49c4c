"""A generator that does as its prompt says, for tests of the host and of faults.

>>> Request(prompt="steps=20 ms=5 die=3", model="scripted")

``steps`` to do, ``ms`` each takes; then what goes wrong at which step: ``die`` (the process is
killed), ``hang`` (a step never ends), ``fail`` (an error), ``oom`` (out of memory while more than
``fits`` takes grow), ``print`` (rubbish on standard output). ``parts`` of 0.2 s are told of while
it is finished, ``stick=1`` never ends that, and ``starve=0`` is out of memory there the first time.
A checkpoint takes ``keep`` ms. ``hz`` is the sine that comes out; with ``chain=1`` it is noise that
depends on each step, and on those before it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.errors import GenerationError, OutOfMemory
from engine.generators.base import Audio, Facts, Reading, Rehearsal, Report, Samples
from engine.request import Request

__all__ = ["HeavyGenerator", "OtherHeavyGenerator", "ScriptedGenerator"]

RATE = 8_000


@dataclass
class _Growing:
    request: Request
    script: dict[str, int]
    steps_done: int = 0
    chain: str = ""
    """Made of all steps so far."""
    stopped_at: int | None = None

    @property
    def steps_total(self) -> int:
        return self.stopped_at or self.script.get("steps", 10)

    def reading(self, first: int, last: int) -> Reading:
        return Reading()


class ScriptedGenerator:
    name = "scripted"
    version = "1"
    weights = ""
    device = "CPU"
    slots = 4
    rehearsal = Rehearsal()
    heavy = False
    _finishes = 0

    def start(self, request: Request, checkpoint: bytes | None = None) -> _Growing:
        if "impossible" in request.prompt:
            raise GenerationError("This can never work.", hint="Ask for something else.")
        if "continues" in request.prompt and not Path(request.continue_from or "").is_file():
            raise GenerationError(f"{request.continue_from} is no file.")
        script = {k: int(v) for k, v in re.findall(r"(\w+)=(\d+)", request.prompt)}
        growing = _Growing(request, script)
        if checkpoint is not None and script.get("chain"):
            growing.steps_done, growing.chain = json.loads(checkpoint)
        elif checkpoint is not None:
            growing.steps_done = json.loads(checkpoint)
        return growing

    def advance(self, growing: Sequence[_Growing]) -> None:
        if any(take.script.get("oom") == take.steps_done for take in growing) and len(
            growing
        ) > min(take.script.get("fits", 99) for take in growing):
            raise OutOfMemory("There was not enough memory for this take.")
        # Not time.sleep: it breaks under the library that makes clocks jump in tests.
        threading.Event().wait(max(take.script.get("ms", 1) for take in growing) / 1000)
        for take in growing:
            at = {what: take.script.get(what) == take.steps_done for what in _FAULTS}
            if at["die"]:
                os.kill(os.getpid(), signal.SIGKILL)
            if at["hang"]:
                threading.Event().wait()
            if at["fail"]:
                raise ValueError("the script says so")
            if at["print"]:
                print("this is no event")
            take.steps_done += 1
            if take.script.get("chain"):
                link = f"{take.request.seed} {take.chain}"
                take.chain = hashlib.sha256(link.encode()).hexdigest()

    def render(self, growing: Sequence[_Growing]) -> None:
        pass

    def finish(self, growing: _Growing, report: Report = lambda _: None) -> Audio:
        for part in range(growing.script.get("parts", 0)):
            threading.Event().wait(0.2)
            report(part / growing.script["parts"])
        if growing.script.get("starve") == self._finishes:
            self._finishes += 1
            raise MemoryError
        if growing.script.get("stick"):
            threading.Event().wait()
        share = growing.steps_total / growing.script.get("steps", 10)
        return Audio(self._sine(growing, share), RATE, Facts("scripted 1", licence="none"))

    def stop_here(self, growing: _Growing) -> None:
        growing.stopped_at = growing.steps_done

    def preview(self, growing: _Growing) -> tuple[Samples, int] | None:
        share = growing.steps_done / growing.script.get("steps", 10)
        return (self._sine(growing, share), RATE) if share else None

    def checkpoint(self, growing: _Growing) -> bytes | None:
        threading.Event().wait(growing.script.get("keep", 0) / 1000)
        if growing.script.get("chain"):
            return json.dumps([growing.steps_done, growing.chain]).encode()
        return json.dumps(growing.steps_done).encode()

    def drop(self, growing: _Growing) -> None:
        pass

    def close(self) -> None:
        pass

    def _sine(self, growing: _Growing, share: float) -> Samples:
        frames = round(growing.request.duration * RATE * share)
        if growing.chain:
            dice = np.random.default_rng(int(growing.chain, 16))
            return dice.uniform(-0.3, 0.3, (frames, 1)).astype(np.float32)
        phase = np.arange(frames) * growing.script.get("hz", 440) * 2 * np.pi / RATE
        return (0.3 * np.sin(phase)).astype(np.float32)[:, None]


class HeavyGenerator(ScriptedGenerator):
    """Only one such may be loaded; writes down when it is loaded and closed."""

    name = "heavy"
    device = "CPU int8"
    heavy = True

    def __init__(self) -> None:
        self._note("loaded")

    def close(self) -> None:
        self._note("closed")

    def _note(self, what: str) -> None:
        with Path(os.environ["HEAVY_DIARY"]).open("a") as diary:
            diary.write(f"{type(self).__name__} {what}\n")


class OtherHeavyGenerator(HeavyGenerator):
    name = "other"


_FAULTS = ("die", "hang", "fail", "print")


class SlowToLoad:
    """A kind that says ``stages`` times that it goes on loading, every 0.2 s; then it hangs, dies
    or gives a heavy generator."""

    heavy = True

    def __init__(self, stages: int, end: str = "") -> None:
        self._stages, self._end = stages, end

    def __call__(self, report: Report = lambda _: None) -> ScriptedGenerator:
        for stage in range(self._stages):
            threading.Event().wait(0.2)
            report((stage + 1) / self._stages)
        if self._end == "hang":
            threading.Event().wait()
        if self._end == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        return ScriptedGenerator()


loads_slowly = SlowToLoad(25)
hangs_while_loading = SlowToLoad(1, "hang")
dies_while_loading = SlowToLoad(1, "die")
