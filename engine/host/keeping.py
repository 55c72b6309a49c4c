"""Checkpoints of growing takes: none may cost a take, nor hold up the others."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from engine.audio.atomic import replacing
from engine.errors import StorageError
from engine.host.protocol import Event, Kept, Run
from engine.host.take import GrowingTake
from engine.log_context import marked

__all__ = ["Checkpoints"]

log = logging.getLogger(__name__)

CHECKPOINT_SECONDS = 4.0
"""Of music between two checkpoints of one run."""
MOST_AT_RISK = 4.8
"""Seconds of music that a death may cost: with more, the take waits for the disk."""


class Checkpoints:
    """Writes checkpoints on a thread of its own: a disk may take long to say that it has them."""

    def __init__(self, send: Callable[[Event], None]) -> None:
        self._send = send
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="checkpoints")
        self._under_way: dict[Path, Future[bool]] = {}

    def keep_if_due(self, take: GrowingTake) -> None:
        under_way = self._under_way.get(take.run.checkpoint)
        if under_way is not None and (under_way.done() or take.grown - take.safe >= MOST_AT_RISK):
            self.settle(take)
        due = take.checkpoints and take.grown - take.kept >= CHECKPOINT_SECONDS
        if due and take.run.checkpoint not in self._under_way:
            self.keep(take)

    def keep(self, take: GrowingTake) -> None:
        """What has grown until now will be on disk soon."""
        self.settle(take)
        take.kept = take.grown
        try:
            state = take.generator.checkpoint(take.growing)
        except Exception as error:  # noqa: BLE001 - the take goes on; the next one may succeed
            with marked(take.run.request_id):
                log.warning("no checkpoint: %s", error)
            return
        take.checkpoints = state is not None
        if state is not None:
            path = take.run.checkpoint
            self._under_way[path] = self._writer.submit(_write, take.run, state)

    def settle(self, take: GrowingTake) -> None:
        """Wait until what was kept of it is on disk."""
        under_way = self._under_way.pop(take.run.checkpoint, None)
        if under_way is not None:
            if under_way.result():
                self._send(Kept(run=take.run.run))
            take.safe = take.kept

    def leave(self, take: GrowingTake) -> None:
        """Nobody goes on from here: only wait until nothing is being written."""
        if (under_way := self._under_way.pop(take.run.checkpoint, None)) is not None:
            under_way.result()

    def close(self) -> None:
        """Write what is under way."""
        self._writer.shutdown()


def _write(run: Run, state: bytes) -> bool:
    """Whether it could be written."""
    try:
        with replacing(run.checkpoint) as part:
            part.write_bytes(state)
    except StorageError as error:
        with marked(run.request_id):
            log.warning("no checkpoint: %s", error)
        return False
    return True
