"""The sheet of keyboard shortcuts, and About."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QVBoxLayout, QWidget

from ui.shared.theme import Theme
from ui.shared.tokens import Space
from ui.shared.widgets import Button, label, scrolling

__all__ = ["AboutDialog", "ShortcutsDialog"]


class ShortcutsDialog(QDialog):
    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, Space.EDGE, 0)
        grid.setHorizontalSpacing(Space.WIDE)
        grid.setVerticalSpacing(Space.HALF)
        grid.setColumnStretch(1, 1)
        for title, rows in self._sections():
            row = grid.rowCount()
            grid.addWidget(label(title.upper(), "section"), row, 0, 1, 2)
            for keys, meaning in rows:
                row = grid.rowCount()
                shown = label(keys)
                shown.setFont(theme.font(tabular=True))
                said = label(meaning, "muted")
                said.setWordWrap(True)
                grid.addWidget(shown, row, 0, Qt.AlignmentFlag.AlignTop)
                grid.addWidget(said, row, 1)
            grid.setRowMinimumHeight(grid.rowCount(), Space.HALF)
        close = Button(self.tr("Close"))
        close.clicked.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.EDGE)
        column.setSpacing(Space.EDGE)
        area = scrolling(body)
        area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # there is nothing else to scroll it by
        area.setAccessibleName(self.windowTitle())
        column.addWidget(area, 1)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        self.resize(480, 640)

    def _sections(self) -> list[tuple[str, list[tuple[str, str]]]]:
        return [
            (
                self.tr("Compose"),
                [
                    ("Ctrl+Enter", self.tr("Generate")),
                    ("Ctrl+Shift+Enter", self.tr("Generate before all that waits")),
                    ("Alt+↑   Alt+↓", self.tr("Earlier and later prompts")),
                    ("Ctrl+L", self.tr("Go to the prompt")),
                    ("Ctrl+Shift+V", self.tr("Paste a list of prompts")),
                ],
            ),
            (
                self.tr("List"),
                [
                    ("↑   ↓", self.tr("Another take")),
                    ("1 … 5   0", self.tr("Stars, none")),
                    ("M   X", self.tr("Keep, reject")),
                    ("F2", self.tr("Rename")),
                    ("Enter   Esc", self.tr("Go to the take panel, and back")),
                    ("Del", self.tr("Delete")),
                    ("Ctrl+Z   Ctrl+Shift+Z", self.tr("Undo, redo: names, stars, tags, deletions")),
                    ("Alt+↑   Alt+↓", self.tr("Sooner or later in the queue")),
                    ("Ctrl+.", self.tr("Cancel")),
                    ("S", self.tr("Stop here: keep what has grown")),
                    ("Ctrl+Shift+E", self.tr("Go on from the take's end")),
                    ("Ctrl+R", self.tr("Retry; all that failed, where none is selected")),
                    ("Ctrl+F", self.tr("Search")),
                ],
            ),
            (
                self.tr("Play"),
                [
                    ("Space", self.tr("Play, pause")),
                    ("J   K   L", self.tr("Back, stop, forward")),
                    ("B", self.tr("A/B: the take before this one, where it is, equally loud")),
                    ("R", self.tr("Repeat, or repeat no more")),
                    ("Ctrl+Shift+P", self.tr("Play on to the next take when one ends")),
                    ("Ctrl+B", self.tr("Branch: go on from the playhead")),
                    ("←   →", self.tr("Seek")),
                    ("[   ]", self.tr("Repeat from here, to here (in the waveform)")),
                    ("Ctrl+←   Ctrl+→", self.tr("A bar back, forward (in the waveform)")),
                    ("Ctrl+Shift+B", self.tr("Snap to beats; hold Alt to leave them for once")),
                    ("+   −", self.tr("Zoom (in the waveform)")),
                ],
            ),
            (
                self.tr("Window"),
                [
                    ("Ctrl+O", self.tr("Open a prompt list")),
                    ("Ctrl+Shift+O", self.tr("Open the settings of a take")),
                    ("Ctrl+P", self.tr("Pause the queue")),
                    ("Ctrl+E", self.tr("Export the take")),
                    ("Ctrl+G", self.tr("Again with the same settings")),
                    ("Ctrl+T", self.tr("Another take with another seed")),
                    ("Ctrl+,", self.tr("Settings")),
                    ("F8   F9", self.tr("Side panels")),
                    ("F11", self.tr("Full screen")),
                ],
            ),
        ]


class AboutDialog(QDialog):
    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("About DGX Music Studio"))
        mark = QLabel()
        mark.setPixmap(theme.pixmap("studio", "accent", 48, self.devicePixelRatioF()))
        text = label(
            self.tr(
                "A desktop studio where musicians turn words into music. Free, under the MIT "
                "licence."
            )
            + "\n\n"
            + self.tr("Typeface: Inter, © The Inter Project Authors, SIL Open Font License.")
        )
        text.setWordWrap(True)
        close = Button(self.tr("Close"))
        close.clicked.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.EDGE)
        column.setSpacing(Space.HALF)
        column.addWidget(mark)
        column.addWidget(label("DGX Music Studio", "heading"))
        from importlib.metadata import version  # here: the window starts without its weight

        number = self.tr("Version {version}").format(version=version("dgx-music-studio"))
        column.addWidget(label(number, "muted"))
        column.addSpacing(Space.HALF)
        column.addWidget(text)
        column.addSpacing(Space.EDGE)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
        self.setMinimumWidth(400)
