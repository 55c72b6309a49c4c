"""The menu of a row: what can be done with the selected jobs, each with its key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu, QWidget

from engine.jobs import Job, Status
from ui.queue.intents import Intents, growing, playable

__all__ = ["RowMenu"]

translate = QCoreApplication.translate  # so that the texts are found for translation


class RowMenu(QMenu):
    """For ``jobs``, the current row's first; it goes away by itself once closed."""

    def __init__(
        self,
        parent: QWidget,
        jobs: Sequence[Job],
        intents: Intents,
        *,
        rename: Callable[[], None],
        first_waiting: str | None,
        playing: bool = False,
        relatives: Sequence[Job] = (),
    ) -> None:
        """``first_waiting`` is the id of the job that is next, for moving others before it;
        ``playing`` says that the current row's take is in the player; ``relatives`` are what it
        was made from and what was made from it."""
        super().__init__(parent)
        self.aboutToHide.connect(self.deleteLater)
        self._jobs, self._intents = jobs, intents
        self._takes = [job for job in jobs if job.take is not None]
        self._add_row(rename)
        if self._takes:
            self.addSeparator()
            self._add_judging()
            self.addSeparator()
            self._add_going_out()
        self.addSeparator()
        if len(jobs) == 1:
            self._add_making(jobs[0], playing, relatives)
        self._add_queueing(first_waiting)
        self.addSeparator()
        self._add(
            translate("Queue", "Delete"), translate("Queue", "Del"), lambda: intents.delete(jobs)
        )

    def _add(
        self, name: str, keys: str, act: Callable[[], object], *, on: bool | None = None
    ) -> None:
        """``on``: whether it is so already, for what doing it again takes back."""
        # Shown, not set: the list's keys are the list's own, and work when it has the focus.
        action = self.addAction(f"{name}\t{keys}" if keys else name)
        if on is not None:
            action.setCheckable(True)
            action.setChecked(on)
        action.triggered.connect(lambda: act())

    def _add_row(self, rename: Callable[[], None]) -> None:
        job, intents = self._jobs[0], self._intents
        if playable(job):
            self._add(
                translate("Queue", "Play or pause"),
                translate("Queue", "Space"),
                lambda: intents.play(job),
            )
        if len(self._jobs) == 1:
            self._add(
                translate("Queue", "Open"),
                translate("Queue", "Enter"),
                lambda: intents.opened.emit(job),
            )
            self._add(translate("Queue", "Rename"), "F2", rename)

    def _add_judging(self) -> None:
        jobs, intents = self._takes, self._intents
        takes = [job.take for job in jobs if job.take is not None]
        rate = self.addMenu(translate("Queue", "Stars"))
        for stars in range(5, -1, -1):
            name = "★" * stars if stars else translate("Queue", "none")
            action = rate.addAction(f"{name}\t{stars}")
            action.setCheckable(True)
            action.setChecked(all(take.stars == stars for take in takes))
            action.triggered.connect(lambda _=False, n=stars: intents.rate(jobs, n))
        for name, key, keep in (
            (translate("Queue", "Keep"), "M", True),
            (translate("Queue", "Reject"), "X", False),
        ):
            self._add(
                name,
                key,
                partial(intents.decide, jobs, keep=keep),
                on=all(take.kept is keep for take in takes),
            )

    def _add_going_out(self) -> None:
        takes, intents = self._takes, self._intents
        self._add(
            translate("Queue", "Export…"), "Ctrl+E", lambda: intents.export_requested.emit(takes)
        )
        if len(self._jobs) == 1:
            self._add(
                translate("Queue", "Show in folder"),
                "",
                lambda: intents.reveal_requested.emit(takes[0]),
            )

    def _add_making(self, job: Job, playing: bool, relatives: Sequence[Job]) -> None:
        """Another take out of this job."""
        intents = self._intents
        self._add(
            translate("Queue", "Again with…"), "Ctrl+G", lambda: intents.again_requested.emit(job)
        )
        if self._takes:
            if playing:
                self._add(
                    translate("Queue", "Branch from here"), "Ctrl+B", intents.branch_requested.emit
                )
            self._add(
                translate("Queue", "Extend…"),
                "Ctrl+Shift+E",
                lambda: intents.extend_requested.emit(job),
            )
        if relatives:
            family = self.addMenu(translate("Queue", "Go to"))
            for relative in relatives:
                action = family.addAction(relative.name.replace("&", "&&"))
                action.triggered.connect(
                    lambda _=False, id_=relative.id: intents.reveal_row_requested.emit(id_)
                )

    def _add_queueing(self, first_waiting: str | None) -> None:
        """What changes the queue."""
        jobs, intents = self._jobs, self._intents
        waiting = [job for job in jobs if job.status is Status.PENDING]
        if waiting and len(jobs) == 1:
            self._add(translate("Queue", "Edit…"), "", lambda: intents.edit_requested.emit(jobs[0]))
        if waiting and first_waiting not in (None, *(job.id for job in waiting)):
            self._add(
                translate("Queue", "Make it next"), "", lambda: intents.move(waiting, first_waiting)
            )
        if any(map(growing, jobs)):
            self._add(translate("Queue", "Stop here"), "S", lambda: intents.stop_here(jobs))
        if any(not job.status.final for job in jobs):
            self._add(translate("Queue", "Cancel"), "Ctrl+.", lambda: intents.cancel(jobs))
        if any(job.status in (Status.FAILED, Status.CANCELLED) for job in jobs):
            self._add(translate("Queue", "Retry"), "Ctrl+R", lambda: intents.retry(jobs))
