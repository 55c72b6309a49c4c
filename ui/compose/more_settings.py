"""The fold of Compose: settings that most takes leave as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QVBoxLayout, QWidget

from engine.limits import FORMATS, GUIDANCE, TEMPERATURE, TOP_K, TOP_P, OutputFormat
from ui.compose.fields import NumberField
from ui.compose.models import ModelOption
from ui.shared.theme import Theme
from ui.shared.tokens import Space
from ui.shared.widgets import Button, LeaveWheel, label

if TYPE_CHECKING:  # the first paint does not wait for it
    from engine.request import Request

__all__ = ["MoreSettings"]


class MoreSettings(QWidget):
    """What only some models have is shown for those; its values are kept anyway."""

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._loops = True
        self.fold = Button(self.tr("More settings"), "fold")
        self.fold.setCheckable(True)
        self.fold.setIconSize(QSize(12, 12))
        warm = TEMPERATURE._replace(least=0.000001)  # not nothing
        self.numbers = {
            "guidance": NumberField(self.tr("Guidance"), *GUIDANCE, 0.5),
            "temperature": NumberField(self.tr("Temperature"), *warm, 0.1),
            "top_k": NumberField(self.tr("Top-k"), *TOP_K, 10),
            "top_p": NumberField(self.tr("Top-p"), *TOP_P, 0.05),
        }
        self.loop = QCheckBox(self.tr("Seamless loop"))
        self.loop.setToolTip(self.tr("Its end meets its start; the length becomes whole bars."))
        self.when_idle = QCheckBox(self.tr("Only when nothing else waits"))
        self.format = QComboBox()
        self.format.addItems([name.upper() for name in FORMATS])
        self.format.setAccessibleName(self.tr("File format"))
        LeaveWheel(self.format, *self.numbers.values())
        self._box = self._build_box()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.HALF)
        column.addWidget(self.fold)
        column.addWidget(self._box)
        self.fold.toggled.connect(self._toggle)
        for number in self.numbers.values():
            number.valueChanged.connect(self.changed)
        self.loop.toggled.connect(self.changed)
        theme.changed.connect(self._refresh)
        self._toggle(False)

    def settings(self) -> dict[str, Any]:
        """Fields of a Request."""
        found: dict[str, Any] = {name: number.value() for name, number in self.numbers.items()}
        found["top_k"] = int(found["top_k"])
        loop = self._loops and self.loop.isChecked()
        return found | {"loop": loop, "output_format": self._format()}

    def fill(self, request: Request) -> None:
        for name, number in self.numbers.items():
            number.setValue(getattr(request, name))
        self.set_output(request.output_format, loop=request.loop)

    def set_output(self, output_format: OutputFormat, *, loop: bool) -> None:
        self.loop.setChecked(loop)
        self.format.setCurrentIndex(FORMATS.index(output_format))

    def set_model(self, model: ModelOption) -> None:
        """Show what it has."""
        self._sampling.setVisible(model.samples)
        self.loop.setVisible(model.loops)
        self._loops = model.loops

    def _build_box(self) -> QWidget:
        box = QWidget()
        self._sampling = QWidget()
        grid = QGridLayout(self._sampling)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(Space.HALF)
        grid.setVerticalSpacing(Space.HALF)
        for index, number in enumerate(self.numbers.values()):
            row, half = divmod(index, 2)
            grid.addWidget(label(number.accessibleName(), "muted"), row, half * 2)
            grid.addWidget(number, row, half * 2 + 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(2, 1)
        line = QGridLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(label(self.tr("File format"), "muted"), 0, 0)
        line.addWidget(self.format, 0, 1)
        line.setColumnStretch(0, 1)
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.HALF)
        column.addWidget(self._sampling)
        column.addLayout(line)
        column.addWidget(self.loop)
        column.addWidget(self.when_idle)
        return box

    def _format(self) -> str:
        return FORMATS[self.format.currentIndex()]

    def _toggle(self, unfolded: bool) -> None:
        self._box.setVisible(unfolded)
        self._refresh()

    def _refresh(self) -> None:
        name = "chevron-down" if self.fold.isChecked() else "chevron-right"
        self.fold.setIcon(self._theme.icon(name))
