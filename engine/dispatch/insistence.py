"""What must be done is tried until it can be: writing a row, putting a take where it is kept."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    wait_exponential_jitter,
)

from engine.dispatch.feed import Feed
from engine.errors import StorageError
from engine.jobs import Failure

__all__ = ["Insistence"]

log = logging.getLogger(__name__)

T = TypeVar("T")

INSIST_SECONDS = 1.0
"""Between two tries to write the store."""
FIRST_WAIT, LONGEST_WAIT = 0.5, 20.0
"""Seconds between two tries to reach a storage."""


class Insistence:
    """Tells once that something does not work, and goes on trying."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._away = False

    async def row(self, verb: Callable[[], T]) -> T:
        """Do this with the store, however long it takes until it can be written."""
        told = False
        while True:
            try:
                return verb()
            except StorageError as error:
                if not told:
                    self._feed.notice(Failure.of(error))
                    told = True
                await asyncio.sleep(INSIST_SECONDS)

    async def file(self, verb: Callable[[], Awaitable[T]], wanted: Callable[[], bool]) -> T | None:
        """Do this with the storage, however long that takes; None when it failed and is not
        ``wanted`` any more. An outage is told once, whatever waits for its end."""
        again = AsyncRetrying(
            retry=retry_if_exception_type(StorageError),
            wait=wait_exponential_jitter(
                multiplier=FIRST_WAIT, max=LONGEST_WAIT, jitter=FIRST_WAIT
            ),
            stop=lambda _: not wanted(),
            before_sleep=self._tell_away,
            reraise=True,
        )
        try:
            async for attempt in again:
                with attempt:
                    done = await verb()
        except StorageError:
            return None
        if self._away:
            self._away = False
            log.info("the storage takes files again")
        return done

    def _tell_away(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if not self._away and isinstance(error, StorageError):
            self._away = True
            message = f"{error.message} Takes that are made wait until they can be stored."
            self._feed.notice(Failure(error.code, message, error.hint, error.detail))
