"""Takes out of the studio: by "Export…" in the background, or as a file to drag away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.notices import Action, Level, Notice
from engine.errors import NotFound
from engine.jobs import Failure, Job
from ui.library import licence_words
from ui.shared.background import Background

if TYPE_CHECKING:
    from engine.audio.export import Exported
    from ui.library.export_dialog import ExportWish

__all__ = ["Exporter"]

_SECONDS = 15.0
_STEPS = 10
"""Times that a long export tells how far it is."""


@dataclass(slots=True)
class _Batch:
    """An export under way: one take after the other."""

    wish: ExportWish
    key: str
    """Of its notices."""
    done: list[Exported] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    stopped: bool = False
    left_out: int = 0
    """Takes that were not begun, because it was stopped."""

    @property
    def ended(self) -> int:
        return len(self.done) + len(self.failed) + self.left_out

    @property
    def all_ended(self) -> bool:
        return self.ended == len(self.wish.jobs)

    def export(self, job: Job) -> Exported | None:
        """None once it is stopped. Raises MusicError."""
        from ui.library.export_dialog import run_export

        return None if self.stopped else run_export(self.wish, job)


class Exporter(QObject):
    LICENCE = "licence"
    """Of the notice that a take must not be sold."""
    noticed = Signal(Notice)
    """Their actions are ``show`` (the folder) and ``stop``, each for the export of that key."""

    def __init__(self, folder: Path, drag_folder: Path, parent: QWidget) -> None:
        """``drag_folder`` should be on the takes' disk: there a dragged file takes no room."""
        super().__init__(parent)
        self._window = parent
        self._drag_folder = drag_folder
        self.folder = folder
        """Where the next export goes, unless the musician says otherwise; then that."""
        self.options: Mapping[str, Any] | None = None
        """Of the last export; the next one begins with them."""
        self._batches: dict[str, _Batch] = {}  # by the keys of their notices
        self._licences: set[str] = set()  # those that forbid to sell music, as told by now
        self._background = Background(self)

    def open(self, jobs: Sequence[Job]) -> None:
        """Ask how to export the takes of ``jobs``, then do it."""
        from ui.library.export_dialog import ExportDialog  # late: few starts of the window need it

        dialog = ExportDialog(jobs, self.folder, self._window, self.options)
        dialog.wished.connect(self.run)
        dialog.open()

    def run(self, wish: ExportWish) -> None:
        self.folder, self.options = wish.folder, wish.options or self.options
        key = self._free_key()
        batch = self._batches[key] = _Batch(wish, key)
        text = self.tr("Exporting %n take(s)…", "", len(wish.jobs))
        self._tell(batch, text, stop=len(wish.jobs) > 1)
        for job in wish.jobs:
            self._background.run(
                partial(batch.export, job), partial(self._add, batch), partial(self._fail, batch)
            )

    def stop(self, key: str) -> None:
        """Leave out the rest of the export that a notice tells of; the take at hand is finished."""
        self._batches[key].stopped = True

    def folder_of(self, key: str) -> Path:
        """Where the export goes that a notice tells of."""
        return self._batches[key].wish.folder

    def file_of(self, job: Job) -> Path:
        """A file of the job's take with a human name, to go out as it is. Raises MusicError."""
        from engine.audio.export import drag_file  # late, as in run_export; see warm_up

        if job.take is None:
            raise NotFound("This take is not finished yet.")
        file = drag_file(job.take, job.name, self._drag_folder)
        self._mind_licence(job)
        return file

    def warm_up(self) -> None:
        """Load what exporting needs in the background, so that the first drag does not wait."""
        self._background.run(
            _load_libraries, lambda _: None, lambda failure: self.noticed.emit(Notice.of(failure))
        )

    def wait(self) -> None:
        """Until what was asked for is done; for leaving."""
        self._background.wait()

    def _mind_licence(self, job: Job) -> None:
        """Say once of each licence that the music must not be sold: here no dialog does."""
        licence = licence_words.restriction(job)
        if licence and licence not in self._licences:
            self._licences.add(licence)
            text = licence_words.notice(job)
            self.noticed.emit(Notice(text, Level.CAUTION, key=self.LICENCE))

    def _free_key(self) -> str:
        """What is told of an export takes the place of one that ended, not of one under way."""
        taken = {key for key, batch in self._batches.items() if not batch.all_ended}
        return next(key for number in count(1) if (key := f"export {number}") not in taken)

    def _add(self, batch: _Batch, exported: Exported | None) -> None:
        if exported is not None:
            batch.done.append(exported)
        else:
            batch.left_out += 1
        self._go_on(batch)

    def _fail(self, batch: _Batch, failure: Failure) -> None:
        """The others may work all the same: a take's file may be gone, a disk comes back."""
        batch.failed.append(failure)
        self._go_on(batch)

    def _go_on(self, batch: _Batch) -> None:
        ended, all_ = batch.ended, len(batch.wish.jobs)
        if batch.all_ended:
            self._end(batch)
        elif not batch.stopped and ended * _STEPS // all_ > (ended - 1) * _STEPS // all_:
            text = self.tr("Exporting: {done} of {all} takes…")
            self._tell(batch, text.format(done=ended, all=all_), stop=True)

    def _end(self, batch: _Batch) -> None:
        done, failed = batch.done, batch.failed
        if batch.left_out:
            text = self.tr("Stopped: {done} of {all} takes are exported.")
            text = text.format(done=len(done), all=len(batch.wish.jobs))
            self._tell(batch, text, show=bool(done))
        elif not failed:
            where = done[0].audio if len(done) == 1 else batch.wish.folder
            text = self.tr("Exported to {path}").format(path=where)
            self._tell(batch, text, Level.GOOD, show=True, seconds=_SECONDS)
        else:
            notice = Notice.of(failed[0], key=batch.key)
            if done:
                text = self.tr("{done} of {all} takes are exported, the others not.")
                text = text.format(done=len(done), all=len(batch.wish.jobs))
                notice = replace(notice, text=text, problems=(notice.text,))
            self.noticed.emit(notice)

    def _tell(
        self,
        batch: _Batch,
        text: str,
        level: Level = Level.INFO,
        *,
        show: bool = False,
        stop: bool = False,
        seconds: float | None = None,
    ) -> None:
        actions = []
        if show:
            actions.append(Action("show", self.tr("Show in folder")))
        if stop:
            actions.append(Action("stop", self.tr("Stop")))
        notice = Notice(text, level, actions=tuple(actions), key=batch.key, seconds=seconds)
        self.noticed.emit(notice)


def _load_libraries() -> None:
    import engine.audio.export  # noqa: F401 - loading it is the purpose
