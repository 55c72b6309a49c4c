"""What was kept of a growing take goes when its job has ended, whoever has ended it."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from engine.errors import StorageError
from engine.jobs import Change
from engine.storage.base import Storage
from engine.tasks import Tasks

__all__ = ["Discarding"]

log = logging.getLogger(__name__)


class Discarding:
    """A listener of the feed of who ends jobs. What comes up later finds that the job has ended,
    and goes by itself; what can't be removed now is left to the sweep."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._removing = Tasks(log, "removing what was kept")

    def changed(self, changes: Sequence[Change]) -> None:
        for job in (change.job for change in changes if change.job.status.final):
            preview = job.preview.as_posix() if job.preview is not None else None
            for key in (job.checkpoint, preview):
                if key is not None:
                    self._removing.begin(self._remove(key))

    async def close(self) -> None:
        await self._removing.ended()

    async def _remove(self, key: str) -> None:
        try:
            await self._storage.remove(key)
        except StorageError as error:
            log.info("%s stays until the sweep: %s", key, error.message)
