"""The window's menus: every action by name, with its shortcut; the window connects them."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from ui.shared.mnemonics import Mnemonics
from ui.shared.theme import Appearance

__all__ = ["Menus"]

_Keys = QKeySequence.StandardKey | str | None


class Menus(QMenuBar):
    appearance_chosen = Signal(Appearance)

    def __init__(self, appearance: Appearance, *, snap: bool) -> None:
        """How the window begins: its looks, and whether regions and branches begin on beats."""
        super().__init__()
        self.mnemonics = Mnemonics(self)
        self._build_file()
        self._build_edit()
        self._build_take(snap=snap)
        self._build_view(appearance)
        self._build_help()

    def set_possible(
        self, *, shown: bool, finished: bool, exportable: bool = False, growing: bool = False
    ) -> None:
        """Whether a job is in the panel, and has a take; whether one of those that are selected has
        a take, and whether one grows."""
        for action in (self.again, self.another):
            action.setEnabled(shown)
        self.extend.setEnabled(finished)
        self.export.setEnabled(exportable)
        self.stop.setEnabled(growing)

    def show_appearance(self, appearance: Appearance) -> None:
        """Mark the one that was chosen, here or elsewhere."""
        self._appearances[appearance].setChecked(True)

    def show_undo(self, name: str) -> None:
        """What would be undone; empty: nothing."""
        self.undo.setText(self.tr("Undo {what}").format(what=name) if name else self.tr("Undo"))
        self.undo.setEnabled(bool(name))

    def show_redo(self, name: str) -> None:
        """What would be done again; empty: nothing."""
        self.redo.setText(self.tr("Redo {what}").format(what=name) if name else self.tr("Redo"))
        self.redo.setEnabled(bool(name))

    def set_leftovers(self, *, failed: int, cancelled: int) -> None:
        """How many jobs ended without a take."""
        for action in (self.retry_failed, self.clear_failed):
            action.setEnabled(failed > 0)
        self.clear_cancelled.setEnabled(cancelled > 0)

    def _build_file(self) -> None:
        menu = self.addMenu(self.tr("&File"))
        self.open_list = self._add(
            menu, self.tr("Open prompt list…"), QKeySequence.StandardKey.Open
        )
        self.paste_list = self._add(menu, self.tr("Paste prompt list"), "Ctrl+Shift+V")
        self.open_take = self._add(menu, self.tr("Open the settings of a take…"), "Ctrl+Shift+O")
        menu.addSeparator()
        self.export = self._add(menu, self.tr("Export take…"), "Ctrl+E")
        self.open_folder = self._add(menu, self.tr("Show the folder of takes"))
        menu.addSeparator()
        self.models = self._add(menu, self.tr("Models…"))
        self.servers = self._add(menu, self.tr("Servers…"))
        self.settings = self._add(menu, self.tr("Settings…"), "Ctrl+,")
        self.settings.setMenuRole(QAction.MenuRole.PreferencesRole)
        self.quit = self._add(menu, self.tr("Quit"), "Ctrl+Q")
        self.quit.setMenuRole(QAction.MenuRole.QuitRole)

    def _build_edit(self) -> None:
        menu = self.addMenu(self.tr("&Edit"))
        self.undo = self._add(menu, "", QKeySequence.StandardKey.Undo)
        self.redo = self._add(menu, "")
        self.redo.setShortcuts([QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")])
        self.show_undo("")
        self.show_redo("")
        menu.addSeparator()
        self.search = self._add(menu, self.tr("Find takes"), QKeySequence.StandardKey.Find)
        self.prompt = self._add(menu, self.tr("Go to the prompt"), "Ctrl+L")

    def _build_take(self, *, snap: bool) -> None:
        menu = self.addMenu(self.tr("&Take"))
        self.generate = self._add(menu, self.tr("Generate"), "Ctrl+Return")
        self.generate_front = self._add(menu, self.tr("Generate first"), "Ctrl+Shift+Return")
        menu.addSeparator()
        self.again = self._add(menu, self.tr("Again with…"), "Ctrl+G")
        self.another = self._add(menu, self.tr("Another take"), "Ctrl+T")
        self.extend = self._add(menu, self.tr("Extend…"), "Ctrl+Shift+E")
        self.branch = self._add(menu, self.tr("Branch from here…"), "Ctrl+B")
        self.branch.setEnabled(False)
        self.snap = self._add(menu, self.tr("Snap to beats"), "Ctrl+Shift+B")
        self.snap.setCheckable(True)
        self.snap.setChecked(snap)
        self.play_on = self._add(menu, self.tr("Play on to the next take"), "Ctrl+Shift+P")
        self.play_on.setCheckable(True)
        menu.addSeparator()
        self.stop = self._add(menu, self.tr("Stop here"), "Ctrl+Shift+S")
        self.pause = self._add(menu, self.tr("Pause the queue"), "Ctrl+P")
        self.pause.setCheckable(True)
        menu.addSeparator()
        self.retry_failed = self._add(menu, self.tr("Retry all failed"), "Ctrl+R")
        self.clear_failed = self._add(menu, self.tr("Clear what failed"))
        self.clear_cancelled = self._add(menu, self.tr("Clear what was cancelled"))
        self.set_leftovers(failed=0, cancelled=0)
        self.set_possible(shown=False, finished=False)

    def _build_view(self, current: Appearance) -> None:
        menu = self.addMenu(self.tr("&View"))
        names = {
            Appearance.SYSTEM: self.tr("Like the system"),
            Appearance.DARK: self.tr("Dark"),
            Appearance.LIGHT: self.tr("Light"),
        }
        group = QActionGroup(self)
        self._appearances: dict[Appearance, QAction] = {}
        for appearance, name in names.items():
            action = self._add(menu, name)
            action.setCheckable(True)
            action.setChecked(appearance is current)
            action.triggered.connect(
                lambda _checked, wanted=appearance: self.appearance_chosen.emit(wanted)
            )
            group.addAction(action)
            self._appearances[appearance] = action
        menu.addSeparator()
        self.compose_panel = self._add(menu, self.tr("Compose panel"), "F8")
        self.take_panel = self._add(menu, self.tr("Take panel"), "F9")
        for action in (self.compose_panel, self.take_panel):
            action.setCheckable(True)
            action.setChecked(True)
        menu.addSeparator()
        self.full_screen = self._add(menu, self.tr("Full screen"), "F11")
        self.full_screen.setCheckable(True)

    def _build_help(self) -> None:
        menu = self.addMenu(self.tr("&Help"))
        self.shortcuts = self._add(menu, self.tr("Keyboard shortcuts"), "F1")
        self.diagnostics = self._add(menu, self.tr("Copy diagnostics"))
        menu.addSeparator()
        self.about = self._add(menu, self.tr("About DGX Music Studio"))
        self.about.setMenuRole(QAction.MenuRole.AboutRole)

    def _add(self, menu: QMenu, name: str, keys: _Keys = None) -> QAction:
        action = menu.addAction(name)
        action.setAutoRepeat(False)  # a key that is held down asks for it once
        if keys is not None:
            action.setShortcut(QKeySequence(keys))
        return action
