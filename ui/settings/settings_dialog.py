"""Settings: the looks, the language, and where takes are kept."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from app.settings import Settings
from ui.shared.theme import Appearance
from ui.shared.tokens import Space
from ui.shared.widgets import Button, ElidedLabel, label

__all__ = ["SettingsDialog"]


class SettingsDialog(QDialog):
    """What is changed takes effect at once, or says that it waits for the next start."""

    changed = Signal(str, object)
    """Name of a field of Settings, and its new value."""

    def __init__(
        self, settings: Settings, takes_folder: Path, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Settings"))
        self.appearance = QComboBox()
        for value, name in (
            (Appearance.SYSTEM, self.tr("Like the system")),
            (Appearance.DARK, self.tr("Dark")),
            (Appearance.LIGHT, self.tr("Light")),
        ):
            self.appearance.addItem(name, value.value)
        self.language = QComboBox()
        for code, name in (
            ("system", self.tr("Like the system")),
            ("en", "English"),
            ("id", "Bahasa Indonesia"),
        ):
            self.language.addItem(name, code)
        self.appearance.setCurrentIndex(self.appearance.findData(settings.appearance))
        self.language.setCurrentIndex(self.language.findData(settings.language))
        self.precision = QComboBox()
        for kind, name in (
            ("auto", self.tr("Quick, as this computer likes it")),
            ("fp32", self.tr("Exact and slow (fp32)")),
            ("bf16", "bf16"),
            ("fp16", "fp16"),
            ("int8", "int8"),
            ("int4", "int4"),
        ):
            self.precision.addItem(name, kind)
        self.precision.setCurrentIndex(self.precision.findData(settings.precision))
        self.precision.setAccessibleName(self.tr("Precision of models"))
        self.appearance.setAccessibleName(self.tr("Appearance"))
        self.language.setAccessibleName(self.tr("Language"))
        self.folder = ElidedLabel(str(takes_folder), "muted", Qt.TextElideMode.ElideMiddle)
        self.choose = Button(self.tr("Choose…"), "small")
        self.later = label(self.tr("Takes effect at the next start."), "caution-small")
        self.later.setVisible(False)
        self._lay_out()
        self.appearance.activated.connect(
            lambda: self.changed.emit("appearance", self.appearance.currentData())
        )
        self.language.activated.connect(lambda: self._choose("language", self.language))
        self.precision.activated.connect(lambda: self._choose("precision", self.precision))
        self.choose.clicked.connect(self._choose_folder)

    def _choose(self, field: str, box: QComboBox) -> None:
        self.later.show()
        self.changed.emit(field, box.currentData())

    def _choose_folder(self) -> None:
        dialog = QFileDialog(self, self.tr("Keep takes in"), self.folder.text())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self._use_folder)
        dialog.open()

    def _use_folder(self, folder: str) -> None:
        self.folder.setText(folder)
        self.later.show()
        self.changed.emit("takes_folder", Path(folder))

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.EDGE)
        grid.setVerticalSpacing(Space.HALF)
        grid.setColumnStretch(1, 1)
        folder = QHBoxLayout()
        folder.addWidget(self.folder, 1)
        folder.addWidget(self.choose)
        grid.addWidget(label(self.tr("Appearance"), "muted"), 0, 0)
        grid.addWidget(self.appearance, 0, 1)
        grid.addWidget(label(self.tr("Language"), "muted"), 1, 0)
        grid.addWidget(self.language, 1, 1)
        grid.addWidget(label(self.tr("Folder of takes"), "muted"), 2, 0)
        grid.addLayout(folder, 2, 1)
        grid.addWidget(label(self.tr("Precision of models"), "muted"), 3, 0)
        grid.addWidget(self.precision, 3, 1)
        close = Button(self.tr("Close"))
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addWidget(self.later)
        foot.addStretch()
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.WIDE)
        column.setSpacing(Space.WIDE)
        column.addLayout(grid)
        column.addStretch()
        column.addLayout(foot)
        self.setMinimumWidth(440)
