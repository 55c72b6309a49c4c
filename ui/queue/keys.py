"""The list by keyboard: one key for each thing that can be done with the selected rows."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent

from engine.jobs import Job, Status
from ui.player.keys import LEAP
from ui.queue.intents import Intents, playable
from ui.queue.model import QueueModel

__all__ = ["Keys"]

_STEP = 1.0  # seconds

_Act = Callable[[list[Job]], None]


class Keys:
    """Knows which key means what; the arrows up and down and the like are the view's own."""

    def __init__(
        self, intents: Intents, model: QueueModel, selected: Callable[[], list[Job]]
    ) -> None:
        """``selected`` gives the selected jobs, the current row's first."""
        self._model, self._intents, self._selected = model, intents, selected
        key, nudge = Qt.Key, intents.nudge_requested.emit
        control, alt = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
        moves: dict[QKeyCombination | Qt.Key, _Act] = {
            key.Key_J: lambda _: nudge(-LEAP),
            key.Key_L: lambda _: nudge(LEAP),
            key.Key_Left: lambda _: nudge(-_STEP),
            key.Key_Right: lambda _: nudge(_STEP),
            alt | key.Key_Up: lambda jobs: self._shift(jobs, up=True),
            alt | key.Key_Down: lambda jobs: self._shift(jobs, up=False),
        }
        acts: dict[QKeyCombination | Qt.Key, _Act] = {
            key.Key_Space: self._play,
            key.Key_K: lambda _: intents.pause_requested.emit(),
            key.Key_B: lambda _: intents.compare_requested.emit(),
            key.Key_R: lambda _: intents.repeat_requested.emit(),
            key.Key_X: lambda jobs: intents.decide(jobs, keep=False),
            key.Key_M: lambda jobs: intents.decide(jobs, keep=True),
            key.Key_0: lambda jobs: intents.rate(jobs, 0),
            key.Key_1: lambda jobs: intents.rate(jobs, 1),
            key.Key_2: lambda jobs: intents.rate(jobs, 2),
            key.Key_3: lambda jobs: intents.rate(jobs, 3),
            key.Key_4: lambda jobs: intents.rate(jobs, 4),
            key.Key_5: lambda jobs: intents.rate(jobs, 5),
            key.Key_Delete: intents.delete,
            key.Key_Return: lambda jobs: intents.opened.emit(jobs[0]),
            key.Key_Enter: lambda jobs: intents.opened.emit(jobs[0]),
            control | key.Key_Period: intents.cancel,
            key.Key_S: intents.stop_here,
            control | key.Key_R: intents.retry,
        }
        self._acts = {_code(keys): act for keys, act in (moves | acts).items()}
        self._once = {_code(keys) for keys in acts}
        self._retry = _code(control | key.Key_R)

    def wants(self, event: QKeyEvent) -> bool:
        """Whether a key is for the list, even where the window has a shortcut on it."""
        code = self._plain(event)
        if code == self._retry:  # the window's retries all that failed
            again = (Status.FAILED, Status.CANCELLED)
            return any(job.status in again for job in self._selected())
        return code in self._acts

    def press(self, event: QKeyEvent) -> bool:
        """Do what a key means to the selected jobs; False if it means nothing. One that is held
        down goes on with what moves something, and with nothing else."""
        code = self._plain(event)
        if event.isAutoRepeat() and code in self._once:
            return True
        act = self._acts.get(code)
        jobs = self._selected() if act is not None else []
        if act is None or not jobs:
            return False
        act(jobs)
        return True

    def _play(self, jobs: list[Job]) -> None:
        """The current row; where there is nothing to hear, Space is for what plays."""
        if playable(jobs[0]):
            self._intents.play(jobs[0])
        else:
            self._intents.pause_requested.emit()

    def _shift(self, jobs: list[Job], *, up: bool) -> None:
        """Move the waiting ones among ``jobs`` one place up or down in the queue."""
        waiting = self._model.jobs.waiting()
        chosen = {job.id for job in jobs if job.status is Status.PENDING}
        rows = [row for row, job in enumerate(waiting) if job.id in chosen]
        if not rows:
            return
        target = rows[0] - 1 if up else rows[-1] + 2
        if 0 <= target <= len(waiting):
            before = waiting[target].id if target < len(waiting) else None
            self._intents.move([waiting[row] for row in rows], before)

    @staticmethod
    def _plain(event: QKeyEvent) -> int:
        """Without the number pad's mark: its keys mean the same; and without the Shift that some
        keyboards need for a figure."""
        ignored = Qt.KeyboardModifier.KeypadModifier.value
        if Qt.Key.Key_0 <= event.key() <= Qt.Key.Key_9:
            ignored |= Qt.KeyboardModifier.ShiftModifier.value
        return event.keyCombination().toCombined() & ~ignored


def _code(keys: QKeyCombination | Qt.Key) -> int:
    return keys.toCombined() if isinstance(keys, QKeyCombination) else keys.value
