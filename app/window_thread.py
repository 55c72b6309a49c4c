"""The way back to the window's thread: what came of something elsewhere is told there."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from engine.jobs import Failure

__all__ = ["WindowThread"]

T = TypeVar("T")


class WindowThread(QObject):
    """Calls on the thread that it was made on, in the order in which it was asked to.

    >>> here = WindowThread(self)
    >>> here.call(self.changed.emit, changes)          # from any thread
    >>> here.answer(future, self.loaded.emit, self._fail)
    """

    _came = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._came.connect(self._call, Qt.ConnectionType.QueuedConnection)

    def call(self, verb: Callable[..., object], *values: object) -> None:
        """From any thread; never blocks."""
        self._came.emit(partial(verb, *values))

    def answer(
        self,
        future: Future[T],
        then: Callable[[T], object],
        or_else: Callable[[Failure], object],
    ) -> None:
        """Call one of them with what comes of it; neither, if it is cancelled."""

        def done(future: Future[T]) -> None:
            if future.cancelled():
                return
            error = future.exception()
            if error is not None:
                self.call(or_else, Failure.of(error))
            else:
                self.call(then, future.result())

        future.add_done_callback(done)

    @Slot(object)
    def _call(self, call: Callable[[], object]) -> None:
        call()
