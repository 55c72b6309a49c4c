"""Whether a server can be worked with now: its circuit breaker, and the way back after trouble.

After a few failures in a row nothing is sent there any more but a look at its health, at growing
intervals, or when the server itself said to come back, or when somebody asks for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib.metadata import version
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential_jitter

from engine.client.client import ServerClient
from engine.client.faults import strange
from engine.errors import (
    ServerAway,
    ServerBusy,
    ServerClosed,
    ServerError,
    ServerRefused,
    ServerStrange,
)
from engine.jobs import Failure, utc_now
from engine.places import PlaceState, PlaceStatus, Server, ServerModel
from engine.wire import ModelView, QueueStats

__all__ = ["Reach", "Waits", "look"]

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds, but for ``failures``."""

    failures: int = 3
    """In a row, until nothing is sent there any more."""
    first: float = 1.0
    longest: float = 60.0
    closed: float = 60.0
    """Between two looks at a server that does not let us in."""
    look: float = 15.0
    """Between two looks at one that works, for its figures."""
    poll: float = 2.0
    """Between two looks at a job, where there are no events."""
    preview: float = 10.0
    """Between two fetches of what has grown of it."""


class Reach:
    """The breaker of one server. All on one event loop.

    >>> view = await reach.ask(client.job(remote_id))     # counts, and trips when it must
    """

    def __init__(
        self,
        server: Server,
        client: ServerClient,
        waits: Waits,
        on_change: Callable[[], None],
    ) -> None:
        """``on_change`` hears of each new ``status``."""
        self.status = PlaceStatus(server.id, server.name, server.address)
        self._client = client
        self._waits = waits
        self._on_change = on_change
        self._failures = 0
        self._trouble: asyncio.Future[ServerError] | None = None
        self._again = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None
        self._backoff = wait_exponential_jitter(
            multiplier=waits.first, max=waits.longest, jitter=waits.first
        )

    @property
    def ready(self) -> bool:
        return self.status.state is PlaceState.READY

    @property
    def offers(self) -> frozenset[str]:
        return self.status.offers

    def start(self) -> None:
        self._watching = asyncio.create_task(self._watch(), name=f"watch {self.status.place}")
        self._watching.add_done_callback(_watched)

    async def stop(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    def retry_now(self) -> None:
        """Look at once, and not only when it is time."""
        self._again.set()

    async def ask(self, answer: Awaitable[T]) -> T:
        """An answer of the server, whose trouble counts."""
        try:
            value = await answer
        except ServerError as error:
            self.failed(error)
            raise
        self.worked()
        return value

    def worked(self) -> None:
        """Something good came from there."""
        self._failures = 0

    def failed(self, error: ServerError) -> None:
        """Trip when it is time to."""
        if isinstance(error, ServerAway):
            self._failures += 1
            if self._failures < self._waits.failures and error.retry_after is None:
                return
        elif not isinstance(error, ServerBusy | ServerClosed):
            return  # of this one request
        if self._trouble is not None and not self._trouble.done():
            self._trouble.set_result(error)
            self._set(**_why(error), next_try=None)

    # -- inside ------------------------------------------------------------------------------

    async def _watch(self) -> None:
        trouble: ServerError | None = None
        while True:
            await self._come_back(trouble)
            trouble = await self._work()

    async def _come_back(self, trouble: ServerError | None) -> None:
        """Until a look at it goes well; ``trouble`` is why it did not."""
        self._again.clear()
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(ServerError),
            wait=self._wait,
            before_sleep=self._told,
            sleep=self._rest,
        ):
            with attempt:
                known, trouble = trouble, None
                if known is not None:
                    raise known
                facts = await look(self._client)
        self._failures = 0
        self._trouble = asyncio.get_running_loop().create_future()
        log.info("server %s is ready", self.status.place)
        self._set(**facts, state=PlaceState.READY, failure=None, next_try=None)

    async def _work(self) -> ServerError:
        """Keep the figures fresh until there is trouble."""
        assert self._trouble is not None  # noqa: S101 - for mypy
        while True:
            done, _ = await asyncio.wait([self._trouble], timeout=self._waits.look)
            if done:
                return self._trouble.result()
            try:
                self._set(**await look(self._client))
                self.worked()
            except ServerError as error:
                self.failed(error)

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = getattr(error, "retry_after", None)
        if asked is not None:
            return float(asked)
        if isinstance(error, ServerClosed | ServerStrange):
            return self._waits.closed
        return float(self._backoff(state))

    def _told(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        seconds = state.next_action.sleep if state.next_action else 0.0
        if isinstance(error, ServerError):
            log.info("server %s: %s; next look in %.1f s", self.status.place, error.code, seconds)
            self._set(**_why(error), next_try=utc_now() + timedelta(seconds=seconds))

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._again.wait()
        except TimeoutError:
            return
        finally:
            self._again.clear()

    def _set(self, **changes: object) -> None:
        status = replace(self.status, **changes)  # type: ignore[arg-type]
        if status != self.status:
            self.status = status
            self._on_change()


def _watched(task: asyncio.Task[None]) -> None:
    """Only ``stop`` ends it; whatever else does must not go unseen."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("a server is watched no more", exc_info=error)


async def look(client: ServerClient) -> dict[str, object]:
    """What a server says of itself, as fields of a PlaceStatus. Raises ServerError."""
    try:
        health = await client.health()
    except ServerRefused as error:
        if error.status != 404:
            raise
        raise strange("it has no health") from None
    if health.version.split(".")[0] != version("dgx-music-studio").split(".")[0]:
        raise ServerClosed(
            "server_version",
            f"The server's version ({health.version[:20]}) and this studio's "
            f"({version('dgx-music-studio')}) do not fit together.",
            hint="Update the older one.",
        )
    if health.status == "unhealthy":
        raise ServerAway("server_unavailable", "The server can't work just now.")
    models = await client.models()
    stats = await client.stats()
    return {
        "health": health.status[:20],
        "version": health.version[:20],
        "gpu": health.gpu,
        "queued": stats.pending_jobs + stats.processing_jobs,
        "starts_in": _starts_in(stats),
        "models": tuple(map(_model, models.models[:1000])),
        "offers": frozenset(offer[:40] for offer in models.offers[:100]),
    }


def _starts_in(stats: QueueStats) -> float | None:
    """Seconds until a job that comes now begins: after all that are there, one by one."""
    ahead = stats.pending_jobs + stats.processing_jobs
    if not ahead:
        return 0.0
    each = stats.average_processing_time_seconds
    return None if each is None else ahead * each


def _model(view: ModelView) -> ServerModel:
    return ServerModel(
        view.id, view.name, view.licence, view.max_seconds, tuple(view.abilities), view.loaded
    )


def _why(error: ServerError) -> dict[str, object]:
    if isinstance(error, ServerBusy):
        state = PlaceState.BUSY
    elif isinstance(error, ServerClosed | ServerStrange):
        state = PlaceState.CLOSED
    else:
        state = PlaceState.AWAY
    return {"state": state, "failure": Failure.of(error)}
