"""What is known of a take, as pairs of a name and a value."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from engine.jobs import Job, Take
from engine.licences import forbids_sale
from ui.queue.words import key_name, model_name
from ui.shared.engine_words import in_own_words
from ui.shared.text import breakable, clock, tidy
from ui.shared.theme import Theme
from ui.shared.tokens import Space
from ui.shared.widgets import label, set_flag

__all__ = ["Facts"]


class Facts(QWidget):
    """Only what is known is shown; values can be selected and copied."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._names = {
            "tempo": self.tr("Tempo"),
            "key": self.tr("Key"),
            "loudness": self.tr("Loudness"),
            "length": self.tr("Length"),
            "model": self.tr("Model"),
            "licence": self.tr("Licence"),
            "seed": self.tr("Seed"),
            "guidance": self.tr("Guidance"),
        }
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(Space.EDGE)
        self._grid.setVerticalSpacing(7)
        self._grid.setColumnStretch(1, 1)
        self._rows = {name: self._row(theme.font(tabular=True), name) for name in self._names}

    def show_job(self, job: Job) -> None:
        values = self._values(job)
        for name, (title, value) in self._rows.items():
            text = values.get(name, "")
            title.setVisible(bool(text))
            value.setVisible(bool(text))
            value.setText(breakable(text))
        restricted = job.take is not None and bool(forbids_sale(job.take.licence))
        set_flag(self._rows["licence"][1], "restricted", restricted)

    def _row(self, font: QFont, name: str) -> tuple[QLabel, QLabel]:
        title, value = label(self._names[name], "muted"), label("", "value")
        value.setFont(font)
        value.setWordWrap(True)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        value.setAccessibleName(self._names[name])
        row = self._grid.rowCount()
        self._grid.addWidget(title, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(value, row, 1)
        return title, value

    def _values(self, job: Job) -> dict[str, str]:
        request, take = job.request, job.take
        values = {
            "length": clock(take.duration if take else request.duration),
            "model": model_name(take.made_by if take and take.made_by else request.model),
            "seed": "" if request.seed is None else str(request.seed),
        }
        if request.model != "sketch":
            values["guidance"] = tidy(request.guidance)
        return values | (self._measured(take) if take else {})

    def _measured(self, take: Take) -> dict[str, str]:
        values = {"key": key_name(take.key or ""), "licence": in_own_words(take.licence)}
        if take.tempo:
            values["tempo"] = self.tr("{tempo} bpm").format(tempo=tidy(take.tempo))
            if take.beats_per_bar:
                # No metre: of 6/8 it is known that two beats are felt, not of what notes they are.
                values["tempo"] += " · " + self.tr("%n beat(s) per bar", "", take.beats_per_bar)
        if take.loudness is not None:
            values["loudness"] = _level(take.loudness, "LUFS")
            if take.true_peak is not None:
                values["loudness"] += " · " + _level(take.true_peak, "dBTP")
        return values


def _level(decibels: float, unit: str) -> str:
    """With a true minus, and never broken before its unit."""
    return f"{decibels:.1f}\u00a0{unit}".replace("-", "−")
