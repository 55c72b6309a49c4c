"""Settings: the looks, where takes are kept, and how models are run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.settings import Settings
from ui.settings.section import Row, Section
from ui.settings.takes_folder import FolderLook
from ui.shared.theme import Appearance
from ui.shared.tokens import Space
from ui.shared.widgets import Button, ElidedLabel

__all__ = ["SettingsDialog"]

_WIDTH = 576
_BOX = 232  # pixels that a choice is wide

Look = Callable[[Path, Callable[[FolderLook], object]], None]
"""Looks at a folder on another thread, and tells what it found on this one."""


class SettingsDialog(QDialog):
    """What is changed takes effect at once, or says that it waits for the next start."""

    changed = Signal(str, object)
    """Name of a field of Settings, and its new value."""

    def __init__(
        self, settings: Settings, takes_folder: Path, look: Look, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Settings"))
        self._look = look
        self.appearance = _choices(
            [
                (Appearance.SYSTEM.value, self.tr("Like the system")),
                (Appearance.DARK.value, self.tr("Dark")),
                (Appearance.LIGHT.value, self.tr("Light")),
            ],
            settings.appearance,
        )
        self.language = _choices(
            [
                ("system", self.tr("Like the system")),
                ("en", "English"),
                ("id", "Bahasa Indonesia"),
            ],
            settings.language,
        )
        self.precision = _choices(
            [
                ("auto", self.tr("Quick, as this computer likes it")),
                ("fp32", self.tr("Exact and slow (fp32)")),
                *((name, name) for name in ("bf16", "fp16", "int8", "int4")),
            ],
            settings.precision,
        )
        self.choose = Button(self.tr("Choose…"), "small")
        self.folder = ElidedLabel(str(takes_folder), "small", Qt.TextElideMode.ElideMiddle)
        self._make_rows()
        self._lay_out()
        self.appearance.activated.connect(
            lambda: self.changed.emit("appearance", self.appearance.currentData())
        )
        self.language.activated.connect(lambda: self._wait("language", self.language.currentData()))
        self.precision.activated.connect(
            lambda: self._wait("precision", self.precision.currentData())
        )
        self.choose.clicked.connect(self._choose_folder)

    def _make_rows(self) -> None:
        self.rows = {
            "appearance": Row(self.tr("Appearance"), self.appearance),
            "language": Row(self.tr("Language"), self.language),
            "takes_folder": Row(
                self.tr("Folder of takes"),
                self.choose,
                self.tr("New takes go there; those that there are stay where they are."),
            ),
            "precision": Row(
                self.tr("Precision of models"),
                self.precision,
                self.tr("Fewer bits need less memory; a seed then gives another take."),
            ),
        }
        self.rows["takes_folder"].put_below(self.folder)

    def _wait(self, field: str, value: object) -> None:
        """For the next start."""
        self.rows[field].later.show()
        self.changed.emit(field, value)

    def _choose_folder(self) -> None:
        dialog = QFileDialog(self, self.tr("Keep takes in"), self.folder.text())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self.use_folder)
        dialog.open()

    def use_folder(self, folder: str) -> None:
        """Keep takes there, if they can be."""
        self._look(Path(folder), self._take_folder)

    def _take_folder(self, found: FolderLook) -> None:
        row = self.rows["takes_folder"]
        row.refuse("" if found.usable else found.words)
        if found.usable:
            self.folder.setText(str(found.path))
            row.hint.setText(found.words)
            self._wait("takes_folder", found.path)

    def _lay_out(self) -> None:
        rows = self.rows
        close = Button(self.tr("Close"))
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addStretch()
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.EDGE)
        column.setSpacing(Space.EDGE)
        for title, names in (
            (self.tr("Looks"), ["appearance", "language"]),
            (self.tr("Music"), ["takes_folder", "precision"]),
        ):
            column.addWidget(Section(title, *(rows[name] for name in names)))
        column.addStretch()
        column.addLayout(foot)
        self.setMinimumWidth(_WIDTH)

    def event(self, event: QEvent) -> bool:
        """As high as its words need at this width, also when there come more of them."""
        layout = self.layout()
        if layout is not None and event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            height = layout.totalHeightForWidth(self.width())
            self.resize(self.width(), max(height, self.height()))
        return super().event(event)


def _choices(choices: Sequence[tuple[str, str]], chosen: str) -> QComboBox:
    """Values with their names."""
    box = QComboBox()
    box.setFixedWidth(_BOX)
    for value, name in choices:
        box.addItem(name, value)
    box.setCurrentIndex(box.findData(chosen))
    return box
