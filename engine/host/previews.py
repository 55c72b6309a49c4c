"""Growing takes made audible: some rendering after each step, and previews of what was rendered.

It is a courtesy. Whatever goes wrong costs no take, and previews are written on a thread of their
own: neither a disk nor a long take holds the others up.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from engine.generators.base import Generator, Samples
from engine.host.protocol import Event, Previewed, Run
from engine.host.saving import save_preview
from engine.host.take import GrowingTake
from engine.log_context import marked

__all__ = ["Previews"]

log = logging.getLogger(__name__)

PREVIEW_SECONDS = 2.0
"""Of work between two previews of one run; the first comes after as much."""
PREVIEW_SHARE = 0.05
"""Of the time, at most, for previews: each one is followed by a pause as long as that takes."""


@dataclass(frozen=True, slots=True)
class _Writing:
    run: Run
    begun: float
    done: Future[tuple[bool, float]]
    """Whether it could be written, and when that was over."""


class Previews:
    """Lets growing takes be heard, one at a time."""

    def __init__(self, send: Callable[[Event], None]) -> None:
        self._send = send
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="previews")
        self._writing: _Writing | None = None
        self._next = 0.0
        self._rests_until = 0.0
        """Nothing is rendered before, as it failed."""

    def render(self, generator: Generator, takes: Sequence[GrowingTake]) -> None:
        """A bounded part of what has grown becomes sound, which the end need not wait for then."""
        if self._rests_until > time.monotonic():
            return
        try:
            generator.render([take.growing for take in takes])
        except Exception as error:  # noqa: BLE001 - the end will tell, if it is no better then
            log.warning("nothing could be rendered ahead: %s", error)
            self._rests_until = time.monotonic() + PREVIEW_SECONDS

    def make_one(self, takes: Sequence[GrowingTake]) -> None:
        """Of the take that waited longest and has more to be heard than before, unless previews
        had their share of time, or the last one is still on its way to the disk."""
        if self._writing is not None and self._writing.done.done():
            self._tell(self._writing)
            self._writing = None
        now = time.monotonic()
        if self._writing is not None or now < self._next:
            return
        due = [take for take in takes if now - take.previewed >= PREVIEW_SECONDS]
        for take in sorted(due, key=lambda take: take.previewed):
            if not take.is_done and self._begin(take, now):
                return
        self._pause(now, time.monotonic())

    def leave(self, run: Run) -> None:
        """Nobody listens to it any more: only wait until nothing of it is being written."""
        if self._writing is not None and self._writing.run is run:
            self._writing.done.result()
            self._writing = None

    def close(self) -> None:
        """Write what is under way."""
        self._writer.shutdown()

    def _begin(self, take: GrowingTake, now: float) -> bool:
        """Whether there is something new to be heard."""
        try:
            heard = take.generator.preview(take.growing)
        except Exception as error:  # noqa: BLE001 - the take itself goes on
            with marked(take.run.request_id):
                log.warning("no preview: %s", error)
            take.previewed = now
            return False
        if heard is None or len(heard[0]) <= take.heard:
            return False
        take.previewed, take.heard = now, len(heard[0])
        self._writing = _Writing(take.run, now, self._writer.submit(_write, take.run, *heard))
        return True

    def _tell(self, writing: _Writing) -> None:
        written, ended = writing.done.result()
        if written:
            self._send(Previewed(run=writing.run.run))
        self._pause(writing.begun, ended)

    def _pause(self, begun: float, ended: float) -> None:
        self._next = ended + (ended - begun) / PREVIEW_SHARE


def _write(run: Run, samples: Samples, sample_rate: int) -> tuple[bool, float]:
    try:
        save_preview(run.preview, samples, sample_rate)
    except Exception as error:  # noqa: BLE001 - the take itself goes on
        with marked(run.request_id):
            log.warning("no preview: %s", error)
        return False, time.monotonic()
    return True, time.monotonic()
