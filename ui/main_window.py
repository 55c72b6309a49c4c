"""The main window: arranges the panels and connects what they announce; nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QIcon, QUndoStack
from PySide6.QtWidgets import QMainWindow, QSplitter, QVBoxLayout, QWidget

from app.notices import Notice
from app.paths import Paths
from app.peak_loader import PeakLoader
from app.player import Player
from app.servers import Servers
from app.settings import SettingsFile
from app.studio import Studio
from engine.jobs import Job, Order, is_job_id
from engine.status import EngineStatus
from ui.commands import Commands
from ui.compose.list_intake import ListIntake
from ui.compose.model_picker import ModelPicker
from ui.compose.panel import ComposePanel
from ui.compose.usual import Usual
from ui.compose.welcome import Welcome
from ui.continuing import Continuing
from ui.drops import Drops
from ui.leftovers import Leftovers
from ui.library.exporter import Exporter
from ui.library.marks import Marks
from ui.library.reopener import Reopener
from ui.library.reveal import Revealer
from ui.library.take_panel import TakePanel
from ui.library.trash import Trash
from ui.listening import Listening
from ui.menus import Menus
from ui.models.desk import ModelDesk
from ui.player.bar import PlayerBar
from ui.player.keys import PlayerKeys
from ui.queue.order import Filter
from ui.queue.panel import QueuePanel
from ui.resting import Resting
from ui.servers.desk import ServerDesk
from ui.settings.diagnostics import Diagnostics
from ui.settings.preferences import Preferences
from ui.settings.remembered import Remembered
from ui.shared.notice_bar import NoticeBar
from ui.shared.speeds import Speeds
from ui.shared.status_bar import StatusBar
from ui.shared.theme import Theme
from ui.shared.undo import LeaveUndo
from ui.shared.widgets import as_role, hairline
from ui.top_bar import TopBar

__all__ = ["MainWindow"]

_TITLE_BAR = 40  # pixels that the system's frame adds, about
_WARM_UP = 1_500  # milliseconds after the start


class MainWindow(QMainWindow):
    closed = Signal()

    def __init__(
        self,
        studio: Studio,
        player: Player,
        theme: Theme,
        settings: SettingsFile,
        paths: Paths,
        servers: Servers,
    ) -> None:
        super().__init__()
        self._studio, self._player, self._theme = studio, player, theme
        self._speeds = Speeds()
        self.preferences = Preferences(settings, paths, theme, self)
        takes = self.preferences.takes_folder
        self.exporter = Exporter(takes / "Exported", takes / "Dragged", self)
        self.reopener = Reopener(self)
        self.revealer = Revealer(self)
        self.deeds = QUndoStack(self)
        self.trash = Trash(studio, self.deeds, self)
        self.peaks = PeakLoader(paths.cache, self)
        self.diagnostics = Diagnostics(paths, self)
        self.menus = Menus(theme.appearance, snap=settings.current.snap)
        self.menus.mnemonics.watch(self)
        self.models = ModelPicker(theme)
        self.compose = ComposePanel(theme, self._name_of)
        self.lists = ListIntake(
            theme, lambda: Usual.of(self.models, self.compose.length, self._speeds), self
        )
        self.welcome = Welcome(theme)
        self.desk = ModelDesk(theme, paths.models, self.models, self.welcome, self)
        self.notices = NoticeBar(theme)
        self.queue = QueuePanel(
            theme, self.peaks, self.exporter.file_of, self.notices, self.welcome
        )
        self.take = TakePanel(theme, self.exporter.file_of)
        self.marks = Marks(studio, self._job_of, self.deeds, self)
        self.player_bar = PlayerBar(theme, player, self.peaks)
        self.status = StatusBar(theme)
        self.servers = ServerDesk(theme, servers, studio, self.models, self)
        self.queue.put_above(self.servers.banner)
        self.status.put(self.servers.line)
        self.drops = Drops(theme, self, self.lists, self.reopener)
        self.continuing = Continuing(
            studio, player, self.queue.model, self.models, self.desk, self.compose, self
        )
        self.leftovers = Leftovers(studio, self.queue.model, self.trash, self.menus, self)
        self.listening = Listening(player, self.queue, self.player_bar, self)
        PlayerKeys(self, self.player_bar, player)
        self.rest = Resting(self.notices, self.menus.pause, self)
        self.commands = Commands(self, studio, theme)
        self.setWindowTitle("DGX Music Studio")
        self.setWindowIcon(QIcon(theme.pixmap("studio", "accent", 128)))
        self.setMinimumSize(960, 480)
        self._arrange()
        self._connect_studio()
        self._connect_compose()
        self._connect_queue()
        self._share_undo()
        self.remembered = Remembered(self, settings)

    def begin(self) -> None:
        """What can wait until the window is seen."""
        self.desk.look()
        QTimer.singleShot(_WARM_UP, self.exporter.warm_up)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        self.take.save_notes()  # first: the engine does all that it was asked before it ends
        self.preferences.keep_layout(self.splitter)
        self.remembered.keep()
        self.hide()  # an export under way is waited for, but not looked at
        workers = (self.exporter, self.reopener, self.revealer, self.lists, self.diagnostics)
        for worker in (*workers, self.preferences):
            worker.wait()
        self.peaks.close()
        self.desk.close()
        self.deeds.clear()  # else it tells the menu when that is gone
        super().closeEvent(event)
        self.closed.emit()

    def _arrange(self) -> None:
        self.setMenuWidget(TopBar(self.menus, self.models))
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setHandleWidth(1)
        self.take.setMinimumWidth(256)
        for panel in (as_role(self.compose, "panel"), self.queue, as_role(self.take, "panel")):
            self.splitter.addWidget(panel)
        self.splitter.setSizes([312, 840, 288])
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setChildrenCollapsible(False)
        body = as_role(QWidget(), "ground")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.splitter, 1)
        for bar in (self.player_bar, self.status):
            column.addWidget(hairline())
            column.addWidget(bar)
        self.setCentralWidget(body)
        screen = self.screen().availableSize() - QSize(0, _TITLE_BAR)
        self.resize(QSize(1440, 900).boundedTo(screen))
        self.preferences.restore_layout(self.splitter)

    def _connect_studio(self) -> None:
        studio, model, tell = self._studio, self.queue.model, self.notices.tell
        studio.loaded.connect(model.set_jobs)
        studio.loaded.connect(self._remember_prompts)
        studio.loaded.connect(self.servers.take)
        studio.changed.connect(self.servers.follow)
        studio.changed.connect(model.apply)
        studio.changed.connect(self._player.follow)
        studio.changed.connect(self.compose.follow)
        studio.status_changed.connect(self._show_status)
        studio.notified.connect(tell)
        tellers = (
            self.exporter,
            self.reopener,
            self.revealer,
            self.trash,
            self.diagnostics,
            self.preferences,
            self.desk,
            self.continuing,
            self.servers,
        )
        for source in (self._player, *tellers):
            source.noticed.connect(tell)
        model.counted.connect(self._show_jobs)

    def _connect_compose(self) -> None:
        studio, compose = self._studio, self.compose
        compose.submitted.connect(self._submit)
        compose.edited.connect(
            lambda id_, order: studio.edit(id_, order.request, when_idle=order.when_idle)
        )
        compose.place_bound.connect(self.models.bind)
        compose.lines_pasted.connect(self.lists.open_text)
        compose.model_wanted.connect(self.models.select)
        self.models.chosen.connect(compose.set_model)
        self.models.chosen.connect(lambda model: compose.set_speed(self._speeds.of(model.id)))
        self.lists.submitted.connect(self._submit)
        self.lists.as_one_wanted.connect(compose.fill_prompt)
        self.reopener.found.connect(compose.fill)
        self.welcome.chosen.connect(compose.try_prompt)

    def _connect_queue(self) -> None:
        studio, intents, take = self._studio, self.queue.intents, self.take
        intents.selected.connect(self._show_job)
        intents.opened.connect(self.commands.open_take)
        intents.cancel_requested.connect(studio.cancel)
        intents.stop_requested.connect(studio.stop_here)
        intents.retry_requested.connect(studio.retry)
        intents.delete_requested.connect(self._delete)
        intents.move_requested.connect(studio.move)
        intents.annotate_requested.connect(self._annotate)
        intents.again_requested.connect(lambda job: self.compose.fill(job.request))
        intents.extend_requested.connect(self.continuing.extend)
        intents.branch_requested.connect(self.continuing.branch)
        intents.reveal_row_requested.connect(self.queue.reveal)
        intents.edit_requested.connect(self.compose.edit)
        intents.export_requested.connect(self.exporter.open)
        intents.reveal_requested.connect(self.revealer.show_take)
        take.annotated.connect(lambda id_, fields: self._annotate([id_], fields))
        take.again_wanted.connect(self.compose.fill)
        take.another_wanted.connect(self.continuing.another)
        take.extend_wanted.connect(self.continuing.extend)
        take.stop_wanted.connect(lambda job_id: studio.stop_here([job_id]))
        take.retry_wanted.connect(lambda job_id: studio.retry([job_id]))
        take.job_wanted.connect(self.queue.reveal)
        self.player_bar.branch_requested.connect(self.continuing.branch)
        self.continuing.possible.connect(self.player_bar.branch.setEnabled)
        self.continuing.possible.connect(self.menus.branch.setEnabled)
        take.export_wanted.connect(lambda job: self.exporter.open([job]))
        take.noticed.connect(self.notices.tell)
        intents.failed.connect(lambda failure: self.notices.tell(Notice.of(failure)))

    def _share_undo(self) -> None:
        """Undo and redo are the window's where these have nothing of that."""
        LeaveUndo(
            self.compose.prompt,
            self.compose.length.field,
            self.compose.seed.field,
            self.queue.filter.search,
            self.take.notes,
            self.take.name,
            self.take.tags.field,
        )

    def _show_status(self, status: EngineStatus) -> None:
        self.status.show_status(status)
        self.models.show_status(status)
        self.servers.show_status(status)
        self.queue.model.set_status(status)
        self._speeds.note(status)
        self.compose.set_speed(self._speeds.of(self.models.current.id))
        self.rest.show_status(status)

    def _submit(self, orders: Sequence[Order], front: bool = False) -> None:
        self._studio.submit(self.servers.placed(orders), front=front)

    def _show_job(self, job: Job | None) -> None:
        self.take.show_job(job)
        self._show_family()
        self.commands.show_possible()

    def _show_family(self) -> None:
        """Names and relatives of other takes may change while this one stays as it is."""
        job, model = self.take.job, self.queue.model
        if job is not None:
            self.take.origin.show_family(job, model.jobs.source(job), model.jobs.made_from(job))

    def _show_jobs(self) -> None:
        model = self.queue.model
        self.status.show_takes(model.jobs.takes)
        self._show_family()
        # So that the take panel has something to say; what a search hides comes back after it.
        if self.take.job is None and model.rowCount() and model.filter == Filter():
            self.queue.reveal(model.job_at(0).id)

    def _remember_prompts(self, jobs: Sequence[Job]) -> None:
        by_age = sorted(jobs, key=lambda job: job.created_at)
        self.compose.set_history([job.request.prompt for job in by_age if job.request.prompt])

    def _annotate(self, ids: Sequence[str], fields: dict[str, object]) -> None:
        self.notices.dismiss(Trash.KEY)  # its Undo would take this back in place of the deletion
        self.marks.set(ids, fields)

    def _delete(self, ids: Sequence[str]) -> None:
        self.take.save_notes()  # now, so that it is not what would be undone first
        self.trash.delete(ids)

    def _job_of(self, job_id: str) -> Job | None:
        return self.queue.model.jobs.get(job_id)

    def _name_of(self, job_id: str) -> str:
        job = self.queue.model.jobs.get(job_id) if is_job_id(job_id) else None
        return job.name if job is not None else ""
