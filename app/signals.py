"""Ctrl+C and SIGTERM close the window in order, although Qt's loop leaves Python no time.

Python runs signal handlers between two of its own instructions, and Qt's loop has none while it
waits. So the signal also writes a byte to a socket that Qt's loop watches.
"""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable

from PySide6.QtCore import QObject, QSocketNotifier

__all__ = ["Signals"]


class Signals(QObject):
    """Calls ``handle`` on the window's thread when the process is asked to end."""

    def __init__(self, handle: Callable[[], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ours, theirs = socket.socketpair()
        self._ours.setblocking(False)
        theirs.setblocking(False)
        self._theirs = theirs
        self._notifier = QSocketNotifier(self._ours.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._drain)
        self._before_fd = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        self._before = {
            number: signal.signal(number, lambda *_: handle())
            for number in (signal.SIGINT, signal.SIGTERM)
        }

    def close(self) -> None:
        """Leave everything as it was."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._before_fd)
        self._notifier.setEnabled(False)
        self._ours.close()
        self._theirs.close()

    def _drain(self) -> None:
        self._ours.recv(4096)  # the byte has done its work: Python's handler runs now
