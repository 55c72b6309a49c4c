"""The commands: what each entry of the menus does, and each button of a notice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt

from app.studio import Studio
from engine.jobs import Job
from ui.continuing import Continuing
from ui.library.trash import Trash
from ui.models.desk import ModelDesk
from ui.queue.intents import growing
from ui.resting import Resting
from ui.shared.theme import Theme

if TYPE_CHECKING:
    from ui.main_window import MainWindow

__all__ = ["Commands"]


class Commands(QObject):
    """Sends each command to the part of the window that can do it."""

    def __init__(self, window: MainWindow, studio: Studio, theme: Theme) -> None:
        super().__init__(window)
        self._window, self._studio, self._theme = window, studio, theme
        menus, take, compose = window.menus, window.take, window.compose
        menus.open_list.triggered.connect(window.lists.browse)
        menus.open_take.triggered.connect(window.reopener.browse)
        menus.paste_list.triggered.connect(window.lists.open_clipboard)
        menus.export.triggered.connect(self._export)
        menus.open_folder.triggered.connect(
            lambda: window.revealer.show_folder(window.preferences.takes_folder)
        )
        menus.models.triggered.connect(window.desk.open)
        menus.servers.triggered.connect(window.servers.open)
        menus.settings.triggered.connect(window.preferences.open)
        menus.quit.triggered.connect(window.close)
        menus.undo.triggered.connect(window.deeds.undo)
        menus.redo.triggered.connect(window.deeds.redo)
        window.deeds.undoTextChanged.connect(menus.show_undo)
        window.deeds.redoTextChanged.connect(menus.show_redo)
        window.marks.brought_back.connect(self._show_brought_back)
        studio.restored.connect(self._show_restored)
        menus.search.triggered.connect(window.queue.search)
        menus.prompt.triggered.connect(self._go_to_prompt)
        compose.needed.connect(lambda: menus.compose_panel.setChecked(True))
        take.left.connect(self._go_to_list)
        menus.generate.triggered.connect(lambda: compose.send())
        menus.generate_front.triggered.connect(lambda: compose.send(front=True))
        menus.again.triggered.connect(take.again.click)
        menus.another.triggered.connect(take.another.click)
        menus.extend.triggered.connect(take.extend.click)
        menus.branch.triggered.connect(window.continuing.branch)
        for follows in (window.player_bar.set_snapping, window.continuing.set_snapping):
            follows(menus.snap.isChecked())
            menus.snap.toggled.connect(follows)
        menus.snap.toggled.connect(window.preferences.keep_snapping)
        menus.play_on.toggled.connect(window.listening.set_playing_on)
        menus.stop.triggered.connect(self._stop_here)
        window.queue.view.selection.changed.connect(self.show_possible)
        menus.pause.triggered.connect(studio.set_paused)
        menus.appearance_chosen.connect(window.preferences.set_appearance)
        window.preferences.appearance_changed.connect(menus.show_appearance)
        menus.compose_panel.toggled.connect(compose.setVisible)
        menus.take_panel.toggled.connect(take.setVisible)
        menus.full_screen.toggled.connect(self._fill_screen)
        window.installEventFilter(self)
        menus.shortcuts.triggered.connect(self._show_shortcuts)
        menus.diagnostics.triggered.connect(lambda: window.diagnostics.copy(studio.status))
        menus.about.triggered.connect(self._show_about)
        window.notices.acted.connect(self._act)

    def show_possible(self) -> None:
        """Which commands there is something for: selected, or else in the panel."""
        job, selection = self._window.take.job, self._window.queue.view.selection
        finished = job is not None and _finished(job)
        self._window.menus.set_possible(
            shown=job is not None,
            finished=finished,
            exportable=finished or selection.has(_finished),
            growing=(job is not None and growing(job)) or selection.has(growing),
        )

    def open_take(self) -> None:
        """To the fields of the selected take."""
        self._window.menus.take_panel.setChecked(True)
        self._window.take.name.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """The window manager fills the screen, too, and so does the next start."""
        if event.type() == QEvent.Type.WindowStateChange:
            self._window.menus.full_screen.setChecked(self._window.isFullScreen())
        return super().eventFilter(watched, event)

    def _fill_screen(self, full: bool) -> None:
        """Or let the window be as it was before, maximised or not."""
        state, whole = self._window.windowState(), Qt.WindowState.WindowFullScreen
        self._window.setWindowState(state | whole if full else state & ~whole)

    def _show_restored(self, ids: Sequence[str]) -> None:
        """Where they are, in place of the notice that they are gone."""
        self._window.notices.dismiss(Trash.KEY)
        self._window.queue.view.selection.go_to(ids[0])

    def _show_brought_back(self, ids: Sequence[str]) -> None:
        """Where the change is, if it can't be seen already."""
        selection = self._window.queue.view.selection
        if not {job.id for job in selection.jobs()} & set(ids):
            selection.go_to(ids[0])

    def _go_to_prompt(self) -> None:
        self._window.menus.compose_panel.setChecked(True)
        self._window.compose.prompt.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _go_to_list(self) -> None:
        self._window.queue.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_shortcuts(self) -> None:
        from ui.settings.help_dialogs import ShortcutsDialog  # dialogs late: few starts need one

        ShortcutsDialog(self._theme, self._window).open()

    def _show_about(self) -> None:
        from ui.settings.help_dialogs import AboutDialog

        AboutDialog(self._theme, self._window).open()

    def _export(self) -> None:
        """The selected takes; with none selected, the one in the panel."""
        selected = list(filter(_finished, self._window.queue.view.selection.jobs()))
        if selected:
            self._window.exporter.open(selected)
        else:
            self._window.take.export.click()

    def _stop_here(self) -> None:
        """The selected takes that grow; with none selected, the one in the panel."""
        grows = [job for job in self._window.queue.view.selection.jobs() if growing(job)]
        if grows:
            self._window.queue.intents.stop_here(grows)
        else:
            self._window.take.stop.click()

    def _act(self, key: str, action: str) -> None:
        """An action of a notice was pressed."""
        window = self._window
        match key, action:
            case Resting.KEY, _:
                self._studio.set_paused(False)
            case Trash.KEY, "undo":
                window.deeds.undo()
            case ModelDesk.KEY, model_id:
                window.models.select(model_id)
            case Continuing.KEY, Continuing.MODELS:
                window.desk.open()
            case Continuing.KEY, job_id:
                window.continuing.show(job_id)
            case _, "show":
                window.revealer.show_folder(window.exporter.folder_of(key))
            case _, "stop":
                window.exporter.stop(key)


def _finished(job: Job) -> bool:
    return job.take is not None
