"""The commands: what each entry of the menus does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.studio import Studio
from ui.library.reveal import show_folder
from ui.queue.intents import growing
from ui.shared.theme import Theme

if TYPE_CHECKING:
    from ui.main_window import MainWindow

__all__ = ["Commands"]


class Commands(QObject):
    """Sends each command to the part of the window that can do it."""

    def __init__(self, window: MainWindow, studio: Studio, theme: Theme) -> None:
        super().__init__(window)
        self._window, self._theme = window, theme
        menus, take, compose = window.menus, window.take, window.compose
        menus.open_list.triggered.connect(window.lists.browse)
        menus.open_take.triggered.connect(window.reopener.browse)
        menus.paste_list.triggered.connect(window.lists.open_clipboard)
        menus.export.triggered.connect(self._export)
        menus.open_folder.triggered.connect(lambda: show_folder(window.preferences.takes_folder))
        menus.models.triggered.connect(window.desk.open)
        menus.servers.triggered.connect(window.servers.open)
        menus.settings.triggered.connect(window.preferences.open)
        menus.quit.triggered.connect(window.close)
        menus.undo.triggered.connect(window.trash.undo)
        window.trash.undo_possible.connect(menus.undo.setEnabled)
        menus.search.triggered.connect(window.queue.search)
        menus.prompt.triggered.connect(compose.prompt.setFocus)
        menus.generate.triggered.connect(lambda: compose.send())
        menus.generate_front.triggered.connect(lambda: compose.send(front=True))
        menus.again.triggered.connect(take.again.click)
        menus.another.triggered.connect(take.another.click)
        menus.extend.triggered.connect(take.extend.click)
        menus.branch.triggered.connect(window.continuing.branch)
        menus.stop.triggered.connect(self._stop_here)
        menus.pause.triggered.connect(studio.set_paused)
        menus.appearance_chosen.connect(window.preferences.set_appearance)
        menus.compose_panel.toggled.connect(compose.setVisible)
        menus.take_panel.toggled.connect(take.setVisible)
        menus.full_screen.toggled.connect(
            lambda full: window.showFullScreen() if full else window.showNormal()
        )
        menus.shortcuts.triggered.connect(self._show_shortcuts)
        menus.diagnostics.triggered.connect(lambda: window.diagnostics.copy(studio.status))
        menus.about.triggered.connect(self._show_about)

    def open_take(self) -> None:
        """To the fields of the selected take."""
        self._window.menus.take_panel.setChecked(True)
        self._window.take.name.setFocus()

    def _show_shortcuts(self) -> None:
        from ui.settings.help_dialogs import ShortcutsDialog  # dialogs late: few starts need one

        ShortcutsDialog(self._theme, self._window).open()

    def _show_about(self) -> None:
        from ui.settings.help_dialogs import AboutDialog

        AboutDialog(self._theme, self._window).open()

    def _export(self) -> None:
        """The selected takes; with none selected, the one in the panel."""
        selected = [job for job in self._window.queue.view.selection.jobs() if job.take]
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
