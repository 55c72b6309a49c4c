"""The ruler over the waveform: bars and beats where a take has them, else seconds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil, floor

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from engine.beats import Beats
from ui.player.window import Window
from ui.shared.text import clock
from ui.shared.theme import Theme
from ui.shared.tokens import Size

__all__ = ["RULER", "Mark", "marks", "paint_ruler"]

RULER = 16
"""Pixels that it is high."""

_NAMED = 52
"""Pixels from one mark with a name to the next, at least."""
_TICK = 7
"""Pixels from one mark to the next, at least."""
_AT_TOP = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
_SECONDS = (0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0)
"""Steps between marks; each is contained in the next."""
_BARS = tuple(2**power for power in range(13))


@dataclass(frozen=True, slots=True)
class Mark:
    seconds: float
    name: str = ""
    """Empty: a mere tick."""


def marks(window: Window, width: float, beats: Beats | None) -> list[Mark]:
    """Those to be seen where ``window`` is shown on ``width`` pixels."""
    if not window.length:
        return []
    steps = (beats.beat, *(bars * beats.bar for bars in _BARS)) if beats else _SECONDS
    scale = width / window.length
    named = next((step for step in steps if step * scale >= _NAMED), steps[-1])
    tick = next((step for step in steps if step * scale >= _TICK), steps[-1])
    every = round(named / tick)
    return [
        Mark(number * tick, "" if number % every else _name(number * tick, named, beats))
        for number in _numbers(window, tick)
    ]


def paint_ruler(
    painter: QPainter, theme: Theme, placed: Iterable[tuple[float, Mark]], height: int
) -> None:
    """Marks by their distance from the left; those with a name go on as faint lines to
    ``height``."""
    painter.setFont(theme.font(Size.SECTION, tabular=True))
    painter.setPen(theme.color("muted"))
    edge, rule = theme.color("edge"), theme.color("rule")
    for distance, mark in placed:
        x = round(distance)
        if mark.name:
            painter.fillRect(QRectF(x, 1, 1, RULER - 2), edge)
            painter.fillRect(QRectF(x, RULER, 1, height - RULER), rule)
            painter.drawText(QRectF(x + 4, 0, _NAMED, RULER - 2), _AT_TOP, mark.name)
        else:
            painter.fillRect(QRectF(x, RULER - 5, 1, 4), edge)


def _numbers(window: Window, step: float) -> Iterator[int]:
    """Of the multiples of ``step`` that are in sight."""
    yield from range(ceil(window.start / step - 1e-6), floor(window.end / step + 1e-6) + 1)


def _name(seconds: float, step: float, beats: Beats | None) -> str:
    if beats is None:
        return clock(seconds, tenths=step < 1)
    bar, beat = beats.place(seconds)
    return str(bar) if beat == 1 else f"{bar}.{beat}"
