"""A score on its way to sound, in steps of bounded work.

First the voices and the mix, block after block; then, for a loop, the tail is folded onto the
start; then the master bus; then the level. Where the steps are cut does not change the sound.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from threadpoolctl import ThreadpoolController

from engine.audio.loudness import TruePeak
from engine.generators.sketch.score import Score
from engine.generators.sketch.synth.bank import VoiceKey
from engine.generators.sketch.synth.bus import Bus
from engine.generators.sketch.synth.dsp import Floats, frames
from engine.generators.sketch.synth.ends import fade, fold
from engine.generators.sketch.synth.mastering import TRIES, Mastering
from engine.generators.sketch.synth.mixer import BLOCK, Mixer
from engine.generators.sketch.synth.tone import Balance

__all__ = ["Rendering"]

_VOICE_SECONDS = 6.0
"""Voices rendered in one step, in seconds of sound."""
_LARGE = 31 << 20
"""Bytes; just under what glibc adapts to."""
_WARM_UP = 2 * BLOCK
"""Frames that the bus hears of a loop's end before its start."""


class Rendering:
    """Call ``step`` ``steps_total`` times, then take ``samples``."""

    def __init__(self, score: Score) -> None:
        # glibc gives large arrays back to the system one by one, and each page of the next one is
        # made anew, until a large one has once been given back: here. Elsewhere it does nothing.
        np.empty(_LARGE, np.uint8)
        # One thread: the products are small, and a sum split otherwise is not the same sum.
        self._alone = partial(ThreadpoolController().limit, limits=1, user_api="blas")
        self._score = score
        with self._alone():
            self._mixer = Mixer(score)
        self._count = max(1, frames(score.seconds))
        tail = self._mixer.rings_on(self._count) if score.loop else 0
        self._mixed = np.zeros((self._count + tail, 2), np.float32)
        self._balance = Balance()
        self._bus: Bus  # once the mix is there, see _patch_bus
        self._master = Mastering(self._count, score.loop)
        self._fresh = 0
        self._work = self._plan()
        self.steps_total = len(self._work)
        self.steps_done = 0

    @property
    def samples(self) -> Floats:
        """(frames, 2): the finished piece after the last step."""
        return self._mixed

    @property
    def heard(self) -> Floats:
        """(frames, 2): a view of what has been mixed so far."""
        return self._mixed[: min(self._fresh, self._count)]

    def step(self) -> None:
        with self._alone():
            self._work[self.steps_done]()
        self.steps_done += 1

    def _plan(self) -> list[Callable[[], None]]:
        work: list[Callable[[], None]] = []
        keys = self._mixer.new_keys()
        for block, start in enumerate(range(0, len(self._mixed), BLOCK)):
            due: list[VoiceKey] = []
            cost = 0.0
            while keys and keys[0][0] <= block:
                _, key, seconds = keys.pop(0)
                due.append(key)
                cost += min(seconds, 8.0)
                if cost > _VOICE_SECONDS:
                    work.append(partial(self._prepare, tuple(due)))
                    due, cost = [], 0.0
            if due:
                work.append(partial(self._prepare, tuple(due)))
            work.append(partial(self._mix, start))
        work.append(self._patch_bus)
        starts = range(0, self._count, BLOCK)
        work += [partial(self._polish, start) for start in starts]
        work += [partial(self._measure, start) for start in starts]
        work += [self._master.tune] * TRIES
        work += [partial(self._level, start) for start in starts]
        return work

    def _prepare(self, keys: tuple[VoiceKey, ...]) -> None:
        for key in keys:
            self._mixer.prepare(key)

    def _mix(self, start: int) -> None:
        count = min(BLOCK, len(self._mixed) - start)
        block = self._mixer.block(start, count)
        self._balance.hear(block)
        self._mixed[start : start + count] = block.T
        self._fresh = start + count

    def _patch_bus(self) -> None:
        """Between mix and master: the bus is set to what the mix turned out to be."""
        self._mixer.forget()
        self._bus = Bus(self._score, self._balance.sections(self._score.mix.tilt_db))
        if self._score.loop:
            self._fold(self._bus)

    def _fold(self, bus: Bus) -> None:
        self._mixed = fold(self._mixed, self._count)
        # The bus comes to the start as if it had just heard the end.
        for start in range(-_WARM_UP, 0, BLOCK):
            index = np.arange(start, start + BLOCK) % self._count
            bus(np.ascontiguousarray(self._mixed[index].T), start)

    def _polish(self, start: int) -> None:
        block = self._mixed[start : min(start + BLOCK, self._count)]
        block[:] = self._bus(np.ascontiguousarray(block.T), start).T
        if not self._score.loop:
            fade(block, start, self._count, self._score)

    def _measure(self, start: int) -> None:
        edge = TruePeak.EDGE
        last = min(start + BLOCK, self._count)
        if self._score.loop:
            index = np.arange(start - edge, last + edge) % self._count
            block = np.ascontiguousarray(self._mixed[index].T)
        else:
            block = np.zeros((2, last - start + 2 * edge), np.float32)
            a, b = max(start - edge, 0), min(last + edge, self._count)
            block[:, a - start + edge : b - start + edge] = self._mixed[a:b].T
        self._master.measure(block, start)

    def _level(self, start: int) -> None:
        self._master.apply(self._mixed[start : start + BLOCK], start)
