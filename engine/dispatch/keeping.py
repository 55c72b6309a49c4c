"""A made take on its way: put where takes are kept, then its row, then gone from here.

In this order, and each step may be repeated; so whatever dies in between, the take is there once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from engine.dispatch.feed import Feed
from engine.dispatch.files import TakeFiles
from engine.dispatch.insistence import Insistence
from engine.errors import Retriable, StorageError
from engine.jobs import Job, Status, Take
from engine.store.claims import Claims

__all__ = ["Keeping"]

log = logging.getLogger(__name__)


class Keeping:
    """Brings takes to their rest."""

    def __init__(self, claims: Claims, files: TakeFiles, feed: Feed, insist: Insistence) -> None:
        self._claims = claims
        self._files = files
        self._feed = feed
        self._insist = insist
        self.late: set[str] = set()
        """Jobs whose takes were made before the program ended, and are on their way."""

    async def finish(
        self, job: Job, token: str, made: Take, wanted: Callable[[], bool]
    ) -> Job | None:
        """The finished job; None when its claim is gone, or it is not ``wanted`` any more.

        Raises Retriable when the take is spoilt.
        """
        try:
            take = await self._insist.file(lambda: self._files.keep(job, made), wanted)
        except Retriable:
            await self._files.discard(made)
            raise
        done = None
        if take is not None:
            done = await self._insist.row(partial(self._claims.finish, job.id, token, take))
            if done is None:  # cancelled while it was saved
                await self._discard(take)
        self._files.kept(made)
        return done

    async def finish_late(self, made: Job) -> None:
        """The same for a take that was made before the program ended, beside the queue."""
        if made.take is None:
            return
        try:
            take = await self._insist.file(
                partial(self._files.keep, made, made.take), lambda: self._may_wait(made.id)
            )
            if take is not None:
                job = await self._insist.row(partial(self._adopt, replace(made, take=take)))
                if job is None:
                    await self._discard(take)
                else:
                    self._feed.changed([job])
            self._files.kept(made.take)
        except Retriable as error:
            log.warning("%s is made again: %s", made.id, error.message)
            await self._files.discard(made.take)
        finally:
            self.late.discard(made.id)

    def _adopt(self, made: Job) -> Job | None:
        """None when it is not waited for any more."""
        return self._claims.adopt(made) if self._waits(made.id) else None

    def _may_wait(self, job_id: str) -> bool:
        """Not only for all we know: a take is not thrown away because the store is away too."""
        try:
            return self._waits(job_id)
        except StorageError:
            return True

    def _waits(self, job_id: str) -> bool:
        return any(job.status is Status.PENDING for job in self._claims.jobs([job_id]))

    async def _discard(self, take: Take) -> None:
        try:
            await self._files.discard(take)
        except StorageError as error:
            log.warning("a take that nobody wants is left to the sweep: %s", error.message)
