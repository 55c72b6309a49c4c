"""Takes out of the studio: by "Export…" in the background, or as a file to drag away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.notices import Action, Level, Notice
from engine.errors import NotFound
from engine.jobs import Failure, Job
from ui.shared.background import Background

if TYPE_CHECKING:
    from engine.audio.export import Exported
    from ui.library.export_dialog import ExportWish

__all__ = ["Exporter"]

_SECONDS = 15.0


class Exporter(QObject):
    KEY = "export"
    """Of its notices; their action means to show ``folder``."""
    noticed = Signal(Notice)

    def __init__(self, folder: Path, drag_folder: Path, parent: QWidget) -> None:
        """``drag_folder`` should be on the takes' disk: there a dragged file takes no room."""
        super().__init__(parent)
        self._window = parent
        self._drag_folder = drag_folder
        self.folder = folder
        """Where the next export goes, unless the musician says otherwise; then that."""
        self._options: Mapping[str, Any] | None = None  # of the last export
        self._background = Background(self)

    def open(self, jobs: Sequence[Job]) -> None:
        """Ask how to export the takes of ``jobs``, then do it."""
        from ui.library.export_dialog import ExportDialog  # late: few starts of the window need it

        dialog = ExportDialog(jobs, self.folder, self._window, self._options)
        dialog.wished.connect(self.run)
        dialog.open()

    def run(self, wish: ExportWish) -> None:
        from ui.library.export_dialog import run_export

        self.folder, self._options = wish.folder, wish.options or self._options
        text = self.tr("Exporting %n take(s)…", "", len(wish.jobs))
        self.noticed.emit(Notice(text, key=self.KEY))
        self._background.run(lambda: run_export(wish), self._tell, self._fail)

    def file_of(self, job: Job) -> Path:
        """A file of the job's take with a human name. Raises MusicError."""
        from engine.audio.export import drag_file  # late, as in run_export; see warm_up

        if job.take is None:
            raise NotFound("This take is not finished yet.")
        return drag_file(job.take, job.name, self._drag_folder)

    def warm_up(self) -> None:
        """Load what exporting needs in the background, so that the first drag does not wait."""
        self._background.run(_load_libraries, lambda _: None, self._fail)

    def wait(self) -> None:
        """Until what was asked for is done; for leaving."""
        self._background.wait()

    def _tell(self, exported: Sequence[Exported]) -> None:
        where = exported[0].audio if len(exported) == 1 else self.folder
        text = self.tr("Exported to {path}").format(path=where)
        show = Action("show", self.tr("Show in folder"))
        notice = Notice(text, Level.GOOD, actions=(show,), key=self.KEY, seconds=_SECONDS)
        self.noticed.emit(notice)

    def _fail(self, failure: Failure) -> None:
        self.noticed.emit(Notice.of(failure, key=self.KEY))


def _load_libraries() -> None:
    import engine.audio.export  # noqa: F401 - loading it is the purpose
