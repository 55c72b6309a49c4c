"""The menu of a row: what can be done with the selected jobs, each with its key."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu, QWidget

from engine.jobs import Job, Status
from ui.queue.intents import Intents, growing, playable

__all__ = ["row_menu"]

translate = QCoreApplication.translate  # so that the texts are found for translation


def row_menu(
    parent: QWidget,
    jobs: Sequence[Job],
    intents: Intents,
    *,
    rename: Callable[[], None],
    first_waiting: str | None,
    playing: bool = False,
    relatives: Sequence[Job] = (),
) -> QMenu:
    """A menu for ``jobs``, the current row's first; it goes away by itself once closed.

    ``first_waiting`` is the id of the job that is next, for moving others before it; ``playing``
    says that the current row's take is in the player; ``relatives`` are what it was made from
    and what was made from it.
    """
    menu = QMenu(parent)
    menu.aboutToHide.connect(menu.deleteLater)
    job, one = jobs[0], len(jobs) == 1
    takes = [job for job in jobs if job.take is not None]
    waiting = [job for job in jobs if job.status is Status.PENDING]

    def add(name: str, keys: str, act: Callable[[], object]) -> None:
        # Shown, not set: the list's keys are the list's own, and work when it has the focus.
        menu.addAction(f"{name}\t{keys}" if keys else name).triggered.connect(lambda: act())

    if playable(job):
        add(
            translate("Queue", "Play or pause"),
            translate("Queue", "Space"),
            lambda: intents.play(job),
        )
    if one:
        add(
            translate("Queue", "Open"),
            translate("Queue", "Enter"),
            lambda: intents.opened.emit(job),
        )
        add(translate("Queue", "Rename"), "F2", rename)
    if takes:
        menu.addSeparator()
        _add_stars(menu, takes, intents)
        add(translate("Queue", "Keep"), "M", lambda: intents.decide(takes, keep=True))
        add(translate("Queue", "Reject"), "X", lambda: intents.decide(takes, keep=False))
        menu.addSeparator()
        add(translate("Queue", "Export…"), "Ctrl+E", lambda: intents.export_requested.emit(takes))
        if one:
            add(
                translate("Queue", "Show in folder"), "", lambda: intents.reveal_requested.emit(job)
            )
    menu.addSeparator()
    if one:
        add(translate("Queue", "Again with…"), "Ctrl+G", lambda: intents.again_requested.emit(job))
    if one and takes:
        if playing:
            add(translate("Queue", "Branch from here"), "Ctrl+B", intents.branch_requested.emit)
        add(
            translate("Queue", "Extend…"),
            "Ctrl+Shift+E",
            lambda: intents.extend_requested.emit(job),
        )
    if one and relatives:
        _add_relatives(menu, relatives, intents)
    if one and waiting:
        add(translate("Queue", "Edit…"), "", lambda: intents.edit_requested.emit(job))
    if waiting and first_waiting is not None:
        add(translate("Queue", "Make it next"), "", lambda: intents.move(waiting, first_waiting))
    if any(map(growing, jobs)):
        add(translate("Queue", "Stop here"), "S", lambda: intents.stop_here(jobs))
    if any(not job.status.final for job in jobs):
        add(translate("Queue", "Cancel"), "Ctrl+.", lambda: intents.cancel(jobs))
    if any(job.status in (Status.FAILED, Status.CANCELLED) for job in jobs):
        add(translate("Queue", "Retry"), "Ctrl+R", lambda: intents.retry(jobs))
    menu.addSeparator()
    add(translate("Queue", "Delete"), translate("Queue", "Del"), lambda: intents.delete(jobs))
    return menu


def _add_relatives(menu: QMenu, relatives: Sequence[Job], intents: Intents) -> None:
    family = menu.addMenu(translate("Queue", "Go to"))
    for job in relatives:
        action = family.addAction(job.name.replace("&", "&&"))
        action.triggered.connect(lambda _=False, id_=job.id: intents.reveal_row_requested.emit(id_))


def _add_stars(menu: QMenu, takes: Sequence[Job], intents: Intents) -> None:
    rate = menu.addMenu(translate("Queue", "Stars"))
    for stars in range(5, -1, -1):
        name = "★" * stars if stars else translate("Queue", "none")
        action = rate.addAction(f"{name}\t{stars}")
        action.triggered.connect(lambda _=False, n=stars: intents.rate(takes, n))
