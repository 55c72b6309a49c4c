"""Fields of Compose: a length, a number of takes, and a seed with its dice and lock."""

from __future__ import annotations

import secrets

from PySide6.QtCore import QLocale, QRegularExpression, Qt, Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLineEdit, QSpinBox, QWidget

from app.settings import MOST_TAKES
from engine.lengths import parse_length
from ui.compose.length_slider import LengthSlider
from ui.shared.text import clock
from ui.shared.theme import Theme
from ui.shared.tokens import Space
from ui.shared.widgets import IconButton, as_role

__all__ = ["LengthField", "NumberField", "SeedField", "TakesField"]

_DRAWN_SEEDS = 1_000_000  # short enough to be read aloud


class LengthField(QWidget):
    """A slider over usual lengths, and a field that takes any (``0:16``, ``90``, ``2.5 s``)."""

    changed = Signal()

    def __init__(self, theme: Theme, seconds: float = 16.0) -> None:
        super().__init__()
        self._seconds = seconds
        self.slider = LengthSlider(theme)
        self.slider.setAccessibleName(self.tr("Length"))
        self.field = QLineEdit()
        self.field.setFont(theme.font(tabular=True))
        self.field.setFixedWidth(58)
        self.field.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.field.setAccessibleName(self.tr("Length in minutes and seconds"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.HALF + 2)
        row.addWidget(self.slider, 1)
        row.addWidget(self.field)
        self.slider.valueChanged.connect(self._slid)
        self.field.editingFinished.connect(self._typed)
        self.set_seconds(seconds)

    def seconds(self) -> float | str:
        """The length; or the text as it stands, where it is none."""
        typed = parse_length(self.field.text())
        if typed is None:
            return self.field.text()
        # The field shows whole seconds: what it stands for may be finer.
        return self._seconds if self.field.text() == _length_text(self._seconds) else typed

    def set_seconds(self, seconds: float) -> None:
        self._seconds = seconds
        self.field.setText(_length_text(seconds))
        self.slider.blockSignals(True)
        self.slider.setValue(round(seconds))
        self.slider.blockSignals(False)
        self.slider.setAccessibleDescription(_length_text(seconds))
        self.changed.emit()

    def _slid(self, seconds: int) -> None:
        self.set_seconds(float(seconds))

    def _typed(self) -> None:
        seconds = self.seconds()
        if isinstance(seconds, float):
            self.set_seconds(seconds)
        else:
            self.changed.emit()


class TakesField(QSpinBox):
    """How many are made of each prompt."""

    def __init__(self) -> None:
        super().__init__()
        self.setRange(1, MOST_TAKES)
        self.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.setFixedWidth(40)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAccessibleName(self.tr("Takes of each prompt"))


class SeedField(QWidget):
    """A seed: unlocked, a new one is drawn after each use; locked, it stays."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.field = as_role(QLineEdit(), "seed")
        self.field.setFont(theme.font(tabular=True))
        self.field.setMinimumWidth(64)
        self.field.setMaxLength(10)
        self.field.setAccessibleName(self.tr("Seed"))
        self.field.setToolTip(self.tr("The same prompt, settings and seed give the same take."))
        digits = QRegularExpression("[0-9]*")
        self.field.setValidator(QRegularExpressionValidator(digits, self.field))
        self.dice = IconButton(theme, "dice", self.tr("Draw another seed"))
        self.lock = IconButton(theme, "unlock", self.tr("Keep this seed"), checked_icon="lock")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.field, 1)
        row.addSpacing(2)
        row.addWidget(self.dice)
        row.addWidget(self.lock)
        self.dice.clicked.connect(self.draw)
        self.field.textEdited.connect(lambda: self.lock.setChecked(True))
        self.draw()

    def seed(self) -> int | None:
        """None when the field is empty: one is drawn then."""
        return int(self.field.text()) if self.field.text() else None

    def set_seed(self, seed: int | None, *, locked: bool = True) -> None:
        self.field.setText("" if seed is None else str(seed))
        self.field.setCursorPosition(0)
        self.lock.setChecked(locked)

    def used(self) -> None:
        """The seed went into a job: draw the next one, unless it is locked."""
        if not self.lock.isChecked():
            self.draw()

    def draw(self) -> None:
        self.set_seed(secrets.randbelow(_DRAWN_SEEDS), locked=self.lock.isChecked())


class NumberField(QDoubleSpinBox):
    """A number that is shown without needless zeros, and kept as fine as it was given."""

    def __init__(self, name: str, least: float, most: float, value: float, step: float) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setLocale(QLocale.c())  # a point everywhere, as in prompt lists and exported files
        self.setDecimals(6)
        self.setRange(least, most)
        self.setSingleStep(step)
        self.setValue(value)
        self.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setFixedWidth(64)

    def textFromValue(self, value: float) -> str:  # noqa: N802
        return f"{value:.6f}".rstrip("0").rstrip(".")


def _length_text(seconds: float) -> str:
    return clock(seconds) if float(seconds).is_integer() else clock(seconds, tenths=True)
