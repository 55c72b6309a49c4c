"""Whether a server can be worked with now: its circuit breaker, and the way back after trouble.

pybreaker counts failures, and opens after a few in a row. From then on nothing is sent there but a
look at its health, at growing intervals (tenacity's), or when the server itself said to come back,
or when somebody asks for it. So no musician's job is the trial, and ours is to say when one is due.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NoReturn, ParamSpec, TypeVar

from pybreaker import STATE_CLOSED, CircuitBreaker
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential_jitter

from engine.client.client import ServerClient
from engine.dispatch.facts import look
from engine.errors import (
    ServerAway,
    ServerBusy,
    ServerClosed,
    ServerError,
    ServerStrange,
)
from engine.jobs import Failure, utc_now
from engine.places import PlaceState, PlaceStatus, Server

__all__ = ["Reach", "Waits"]

log = logging.getLogger(__name__)

P = ParamSpec("P")
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
    again: float = 0.5
    """Before events that broke off are followed again."""
    preview: float = 10.0
    """Between two fetches of what has grown of it."""


class Reach:
    """One server, and its breaker. All on one event loop.

    >>> view = await reach.ask(client.job, remote_id)     # counts, and trips when it must

    The breaker is closed while the server answers, also when it only asks for time (``BUSY``): what
    it has taken is followed on. It half-opens for each look.
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
        # Its own time-out never counts: when it is tried again the watch says.
        self._breaker = CircuitBreaker(waits.failures, throw_new_error_on_trip=False)
        self._breaker.open()
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

    async def ask(self, verb: Callable[P, Awaitable[T]], *args: P.args, **options: P.kwargs) -> T:
        """What the server answers to this verb of its client; trouble counts. Raises ServerError,
        and without asking while the breaker is not closed."""
        if not self._lets_through:
            self._refuse()
        try:
            value = await verb(*args, **options)
        except ServerError as error:
            self.failed(error)
            raise
        self.worked()
        return value

    def worked(self) -> None:
        """Something good came from there."""
        if self._lets_through:  # what was asked before it tripped is no trial
            self._breaker.call(_nothing)

    def failed(self, error: ServerError) -> None:
        """Trip when it is time to."""
        if not self._lets_through:
            return
        if isinstance(error, ServerClosed) or _says_when(error):
            self._breaker.open()
        elif isinstance(error, ServerAway):
            with suppress(ServerAway):
                self._breaker.call(_raised, error)
        if self._lets_through and not isinstance(error, ServerBusy):
            return  # too few until now, or it was of this one request
        if self._trouble is not None and not self._trouble.done():
            self._trouble.set_result(error)
            self._set(**_why(error), next_try=None)
        elif not self._lets_through:  # it had asked for a pause, and is gone meanwhile
            self.retry_now()

    # -- inside ------------------------------------------------------------------------------

    @property
    def _lets_through(self) -> bool:
        return self._breaker.current_state == STATE_CLOSED

    def _refuse(self) -> NoReturn:
        """Say again why nothing is sent there."""
        why = self.status.failure or Failure("server_unreachable", "The server can't be reached.")
        raise ServerAway(why.code, why.message, hint=why.hint or None, detail=why.detail)

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
                if not self._lets_through:
                    self._breaker.half_open()
                facts = await look(self._client)
        self._breaker.close()
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
            if isinstance(error, ServerBusy):
                self._breaker.close()
            else:
                self._breaker.open()
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


def _nothing() -> None:
    """A request that went well, for the breaker."""


def _raised(error: ServerError) -> None:
    """One that did not."""
    raise error


def _says_when(error: ServerError) -> bool:
    """Whether the server, which can't work now, said when it will."""
    return isinstance(error, ServerAway) and error.retry_after is not None


def _watched(task: asyncio.Task[None]) -> None:
    """Only ``stop`` ends it; whatever else does must not go unseen."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("a server is watched no more", exc_info=error)


def _why(error: ServerError) -> dict[str, object]:
    if isinstance(error, ServerBusy):
        state = PlaceState.BUSY
    elif isinstance(error, ServerClosed | ServerStrange):
        state = PlaceState.CLOSED
    else:
        state = PlaceState.AWAY
    return {"state": state, "failure": Failure.of(error)}
