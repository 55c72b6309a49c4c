"""Threads for work that may hang: the program's end does not wait for them.

Own code, as Python joins the threads of its own executors when it ends, whatever they wait for.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, ParamSpec, TypeVar

__all__ = ["PatientThreads"]

P = ParamSpec("P")
T = TypeVar("T")

_Item = tuple["Future[Any]", Callable[[], Any]]


class PatientThreads(Executor):
    """So many at most, begun as they are needed."""

    def __init__(self, most: int, name: str) -> None:
        self._most, self._name = most, name
        self._work: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._threads = 0
        self._undone = 0
        self._closed = False
        self._lock = threading.Lock()

    def submit(self, work: Callable[P, T], /, *given: P.args, **named: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("these threads have ended")
            self._work.put((future, lambda: work(*given, **named)))
            self._undone += 1
            if self._threads < min(self._undone, self._most):
                self._threads += 1
                threading.Thread(target=self._run, name=self._name, daemon=True).start()
        return future

    def close(self) -> None:
        """What waits is cancelled; what is under way goes on, and nobody waits for it."""
        with self._lock:
            self._closed = True
            while not self._work.empty():
                item = self._work.get()
                if item is not None:
                    item[0].cancel()
            for _ in range(self._threads):
                self._work.put(None)

    def _run(self) -> None:
        while _one(self._work):
            with self._lock:
                self._undone -= 1


def _one(work: queue.SimpleQueue[_Item | None]) -> bool:
    """The next piece, and nothing of it is held while one waits for another. False: no more."""
    item = work.get()
    if item is None:
        return False
    future, done = item
    if future.set_running_or_notify_cancel():
        try:
            future.set_result(done())
        except BaseException as error:  # noqa: BLE001 - it is for who waits for this
            future.set_exception(error)
    return True
