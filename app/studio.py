"""Studio: the window's only door to jobs and takes.

Lives on the window's thread. Every verb returns at once: the work happens on the engine's
thread, and what came of it arrives as ``changed`` (new snapshots) or ``notified``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from PySide6.QtCore import QObject, Signal

from app.notices import Notice
from app.window_thread import WindowThread
from engine.dispatch.queue import Queue
from engine.jobs import Change, Failure, Order
from engine.status import EngineStatus

if TYPE_CHECKING:  # the first paint does not wait for it
    from engine.request import Request

__all__ = ["Engine", "Studio"]

T = TypeVar("T")

SLICE = 500
"""Changes that are shown at once."""


class Engine(Protocol):
    """A queue that runs on another thread."""

    def listen(
        self,
        on_changes: Callable[[Sequence[Change]], None],
        on_status: Callable[[EngineStatus], None],
        on_notice: Callable[[Failure], None],
    ) -> None:
        """Call these, on the engine's own thread, from now on."""
        ...

    def run(self, verb: Callable[[Queue], Awaitable[T]]) -> Future[T]:
        """Do ``verb`` on the engine's thread; never blocks."""
        ...


class Studio(QObject):
    """What the window may ask for, and what it is told.

    >>> studio.changed.connect(model.apply)        # list[Change], in order
    >>> studio.submit([Order(Request(prompt="calm piano"))])
    """

    loaded = Signal(list)
    """list[Job]: everything there is, once, when the store is open."""
    changed = Signal(list)
    """list[Change]: new snapshots, in order; upsert by id."""
    status_changed = Signal(EngineStatus)
    notified = Signal(Notice)
    restored = Signal(list)
    """Ids of jobs that came out of the trash, after ``changed`` has brought them."""
    left_waiting = Signal(int)
    """How many jobs this computer can't make in place of a server."""

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self.status = EngineStatus()
        self._here = WindowThread(self)
        engine.listen(
            self._take_changes,
            lambda status: self._here.call(self._take_status, status),
            lambda failure: self._here.call(self._tell_failure, failure),
        )

    def load(self) -> None:
        """Ask for all jobs; ``loaded`` brings them."""

        async def load(queue: Queue) -> None:
            # Told there and then, and not as an answer, which comes a moment later: a change of
            # that moment would be told before it, and undone by it.
            self._here.call(self.loaded.emit, await queue.jobs())

        self._ask(load)

    def submit(self, orders: Sequence[Order], *, front: bool = False) -> None:
        """Queue all of them or none; ``front`` puts them before everything that waits."""
        self._ask(lambda queue: queue.submit(orders, front=front))

    def cancel(self, ids: Sequence[str]) -> None:
        """Cancel waiting and running jobs; ended ones are left as they are."""
        self._ask(lambda queue: queue.cancel(ids))

    def stop_here(self, ids: Sequence[str]) -> None:
        """Make what has grown of these takes the whole of them."""
        for job_id in ids:
            self._ask(partial(_stop_here, job_id))

    def retry(self, ids: Sequence[str]) -> None:
        """Put failed and cancelled jobs back in the queue."""
        self._ask(lambda queue: queue.retry(ids))

    def move(self, ids: Sequence[str], before: str | None) -> None:
        """Put waiting jobs before another waiting one (None: at the end), in the given order."""
        self._ask(lambda queue: queue.move(ids, before))

    def edit(
        self,
        job_id: str,
        request: Request,
        name: str | None = None,
        *,
        when_idle: bool | None = None,
    ) -> None:
        """Change a job that still waits; what is None stays as it is."""
        self._ask(lambda queue: queue.edit(job_id, request, name, when_idle=when_idle))

    def annotate(self, job_id: str, **fields: Any) -> None:
        """Set ``name`` of a job, or ``stars``, ``kept``, ``tags``, ``notes`` of its take."""
        self._ask(lambda queue: queue.annotate(job_id, **fields))

    def delete(self, ids: Sequence[str]) -> None:
        """To the trash; running ones are cancelled. ``restore`` undoes it."""
        self._ask(lambda queue: queue.delete(ids))

    def restore(self, ids: Sequence[str]) -> None:
        """Out of the trash, and back in their places in the queue; ``restored`` says when."""
        self._ask(lambda queue: queue.restore(ids), lambda _: self.restored.emit(list(ids)))

    def find_takes(self) -> None:
        """Take in finished files that another program put into the takes folder."""
        self._ask(lambda queue: queue.find_takes())

    def run_here(self, ids: Sequence[str]) -> None:
        """Let jobs that wait for a server be made on this computer, where it can;
        ``left_waiting`` tells of those that wait on."""
        self._ask(lambda queue: queue.run_here(ids), self._tell_left)

    def set_fallback(self, on: bool) -> None:
        """Whether jobs whose server is away are made here instead."""
        self._ask(lambda queue: queue.set_fallback(on))

    def set_paused(self, paused: bool) -> None:
        """Pause the whole queue, running takes too; or go on."""
        self._ask(lambda queue: queue.set_paused(paused))

    def tell(self, notice: Notice) -> None:
        """Show a notice; callable from any thread."""
        self._here.call(self.notified.emit, notice)

    def _ask(
        self,
        verb: Callable[[Queue], Awaitable[T]],
        then: Callable[[T], object] = lambda _: None,
    ) -> None:
        """Run a verb on the engine's thread; its answer or failure comes back on this one."""
        self._here.answer(self._engine.run(verb), then, self._tell_failure)

    def _tell_failure(self, failure: Failure) -> None:
        self.notified.emit(Notice.of(failure))

    def _tell_left(self, ids: Sequence[str]) -> None:
        if ids:
            self.left_waiting.emit(len(ids))

    def _take_changes(self, changes: Sequence[Change]) -> None:
        """From the engine's thread; in slices, so that a huge batch does not hold up the window."""
        for start in range(0, len(changes), SLICE):
            self._here.call(self.changed.emit, list(changes[start : start + SLICE]))

    def _take_status(self, status: EngineStatus) -> None:
        self.status = status
        self.status_changed.emit(status)


def _stop_here(job_id: str, queue: Queue) -> Awaitable[None]:
    return queue.stop_here(job_id)
