"""What happens elsewhere is told on the window's thread, in order."""

from __future__ import annotations

import threading
from concurrent.futures import Future

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.window_thread import WindowThread


def test_calls_of_other_threads_come_here_in_their_order(qtbot: QtBot) -> None:
    owner = QObject()
    here, told = WindowThread(owner), list[tuple[int, int]]()

    def tell(number: int) -> None:
        told.append((number, threading.get_ident()))

    def elsewhere() -> None:
        for number in range(3):
            here.call(tell, number)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert not told, "the window's thread was busy with this test"
    qtbot.waitUntil(lambda: len(told) == 3)
    assert told == [(number, threading.get_ident()) for number in range(3)]


def test_an_answer_or_a_failure_comes_and_nothing_of_what_was_cancelled(qtbot: QtBot) -> None:
    owner = QObject()
    here, told = WindowThread(owner), list[str]()
    good, bad, cancelled = Future[str](), Future[str](), Future[str]()
    for future in (cancelled, bad, good):
        here.answer(future, told.append, lambda failure: told.append(failure.code))
    cancelled.cancel()
    bad.set_exception(PermissionError("not yours"))
    good.set_result("well")
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told == ["unexpected", "well"]
