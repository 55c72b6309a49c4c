"""The worker thread: an asyncio loop that runs the engine, away from the window's thread.

Threads are crossed in one place, ``EngineThread.run`` and its like; what comes back crosses in
``app.window_thread``.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar

from app.servers import Places
from engine.dispatch.feed import Feed, OnChanges, OnNotice, OnStatus
from engine.dispatch.queue import Queue
from engine.errors import MusicError
from engine.jobs import Failure
from engine.status import EngineState, EngineStatus

__all__ = ["EngineThread", "Opened"]

log = logging.getLogger(__name__)

T = TypeVar("T")


class Opened(Protocol):
    """An engine that is open."""

    @property
    def dispatcher(self) -> Queue: ...

    @property
    def servers(self) -> Places: ...


class EngineThread:
    """Implements ``app.studio.Engine`` over an engine that it opens on its own thread.

    >>> thread = EngineThread(lambda feed: LocalEngine(settings, feed))
    >>> thread.start()
    >>> jobs = thread.run(lambda queue: queue.jobs()).result()
    """

    def __init__(self, open_engine: Callable[[Feed], AbstractAsyncContextManager[Opened]]) -> None:
        """``open_engine`` is called on the thread, so that its imports cost the window nothing."""
        self._open_engine = open_engine
        self._feed = Feed()
        self._loop = asyncio.new_event_loop()
        self._opened: asyncio.Future[Opened] = self._loop.create_future()
        self._closing = asyncio.Event()
        self._ended = False
        self._thread = threading.Thread(target=self._work, name="engine")

    def listen(self, on_changes: OnChanges, on_status: OnStatus, on_notice: OnNotice) -> None:
        self._feed.listen(on_changes, on_status, on_notice)

    def start(self) -> None:
        self._thread.start()

    def run(self, verb: Callable[[Queue], Awaitable[T]]) -> Future[T]:
        """Do ``verb`` once the engine is open; its errors are the future's."""

        async def do() -> T:
            return await verb((await asyncio.shield(self._opened)).dispatcher)

        return self._ask(do)

    def run_places(self, verb: Callable[[Places], Awaitable[T]]) -> Future[T]:
        """Likewise, with the servers."""

        async def do() -> T:
            return await verb((await asyncio.shield(self._opened)).servers)

        return self._ask(do)

    def _ask(self, work: Callable[[], Coroutine[Any, Any, T]]) -> Future[T]:
        """Cancelled at once when the loop has ended: nobody would ever do it."""
        if self._ended:
            nothing: Future[T] = Future()
            nothing.cancel()
            return nothing
        return asyncio.run_coroutine_threadsafe(work(), self._loop)

    def stop(self) -> None:
        """Close the engine and end the thread; waits for it. Not for the window's thread."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._closing.set)
            self._thread.join()

    def _work(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            try:
                runner.run(self._live())
            finally:
                self._ended = True

    async def _live(self) -> None:
        try:
            async with self._open_engine(self._feed) as engine:
                self._opened.set_result(engine)
                await self._closing.wait()
        except Exception as error:
            # Told once here, and to everybody who asks for something from now on.
            log.error("the engine could not be opened", exc_info=not isinstance(error, MusicError))
            failure = Failure.of(error)
            self._feed.notice(failure)
            self._feed.status(EngineStatus(state=EngineState.STOPPED, detail=failure.message))
            if self._opened.done():
                raise
            self._opened.set_exception(error)
            self._opened.exception()  # retrieved: nobody has to ask
            await self._closing.wait()
