"""Work that would hold up the window: done on a pool thread, answered on the window's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal
from shiboken6 import isValid

from engine.jobs import Failure

__all__ = ["Background"]

T = TypeVar("T")


class _Task(QRunnable):
    def __init__(self, work: Callable[[], Any], tell: Callable[[object, object], None]) -> None:
        super().__init__()
        self._work, self._tell = work, tell

    def run(self) -> None:
        try:
            answer, failure = self._work(), None
        except Exception as error:  # noqa: BLE001 - whatever it is, it is shown to the musician
            answer, failure = None, Failure.of(error)
        self._tell(answer, failure)


class Background(QObject):
    """Runs functions one after the other.

    >>> background = Background(self)
    >>> background.run(lambda: parse(text), self._show, self.failed.emit)
    """

    _came = Signal(object, object, object, object)  # then, or_else, answer, failure

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._came.connect(self._answer)

    def run(
        self,
        work: Callable[[], T],
        then: Callable[[T], object],
        or_else: Callable[[Failure], object],
    ) -> None:
        """Do ``work`` on a thread; call ``then`` with its answer, or ``or_else``, on this one.

        Where these are methods of a widget that is gone by then, nobody is called.
        """
        self._pool.start(
            _Task(work, lambda answer, failure: self._came.emit(then, or_else, answer, failure))
        )

    def wait(self) -> None:
        """Until all work is done; for tests and for leaving."""
        self._pool.waitForDone()

    def _answer(
        self,
        then: Callable[[Any], object],
        or_else: Callable[[Any], object],
        answer: object,
        failure: Failure | None,
    ) -> None:
        call, said = (then, answer) if failure is None else (or_else, failure)
        asker = getattr(call, "__self__", None)
        if not isinstance(asker, QObject) or isValid(asker):
            call(said)
