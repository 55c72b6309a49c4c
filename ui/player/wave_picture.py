"""What the large waveform looks like: its ruler and bars are painted once and then copied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from engine.beats import Beats
from ui.player.bars import pixmap_of
from ui.player.dragging import Region
from ui.player.ruler import RULER, marks, paint_ruler
from ui.player.window import Window
from ui.shared.text import clock
from ui.shared.theme import Theme
from ui.shared.tokens import Size

if TYPE_CHECKING:
    from engine.audio.peaks import Peaks

__all__ = ["WavePicture"]

_BAR, _PITCH = 3, 4


class WavePicture:
    """Of the stretch of a take that ``window`` says; ``forget`` after any of these changed."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self.peaks: Peaks | None = None
        self.beats: Beats | None = None
        """None: not known, so the ruler counts seconds."""
        self.window = Window.whole(0.0)
        self.size = QSize()
        self._pixmaps: dict[str, QPixmap] = {}

    def forget(self) -> None:
        self._pixmaps.clear()

    @property
    def bars(self) -> int:
        return max(self.size.width() // _PITCH, 1)

    def x(self, seconds: float) -> float:
        return self.window.x_of(seconds, self._width)

    def seconds(self, point: QPointF) -> float:
        """Kept within the take."""
        return self.window.seconds_at(point.x(), self._width)

    @property
    def _width(self) -> float:
        """Whole bars."""
        return float(self.bars * _PITCH)

    def paint(self, painter: QPainter, position: float, ratio: float) -> None:
        """Ruler and waveform, played up to ``position`` seconds, for a screen of that device pixel
        ratio."""
        painter.drawPixmap(0, 0, self._ruler(ratio))
        height = self.size.height() - RULER
        grown = 0.0
        if self.peaks is not None:
            end = self.x(min(self.peaks.duration, self.window.duration))
            grown = min(max(end, 0.0), self._width)
        rest = QRectF(grown, RULER + height / 2 - 1, self._width - grown, 2)
        painter.fillRect(rest, self._theme.color("line"))
        played = min(max(self.x(position), 0.0), grown)
        for role, left, right in (("accent", 0.0, played), ("wave", played, grown)):
            if right > left:
                painter.save()
                painter.setClipRect(
                    QRectF(left, RULER, right - left, height), Qt.ClipOperation.IntersectClip
                )
                painter.drawPixmap(0, RULER, self._wave(role, ratio))
                painter.restore()

    def paint_region(self, painter: QPainter, region: Region) -> None:
        """What is repeated."""
        left, right = (self.x(seconds) for seconds in region)
        height = self.size.height()
        painter.fillRect(QRectF(left, 0, right - left, height), self._tint(0.12))
        for x in (left, right):
            painter.fillRect(QRectF(round(x) - 1, 0, 2, height), self._tint(0.9))

    def paint_pointer(self, painter: QPainter, seconds: float) -> None:
        """A line where the pointer is, with its place in the music."""
        x = round(self.x(seconds))
        text = self._place(seconds)
        painter.setFont(self._theme.font(Size.SECTION, tabular=True))
        width = painter.fontMetrics().horizontalAdvance(text) + 8
        left = x + 1 if x + width < self.size.width() else x - width
        painter.fillRect(QRectF(x, 0, 1, self.size.height()), self._theme.color("text"))
        painter.fillRect(QRectF(left, 0, width, RULER), self._theme.color("panel"))
        painter.setPen(self._theme.color("text"))
        painter.drawText(QRectF(left, 0, width, RULER), Qt.AlignmentFlag.AlignCenter, text)

    def paint_ring(self, painter: QPainter) -> None:
        """Around it, while it has the keyboard."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("accent"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        whole = QRectF(0, 0, self.size.width(), self.size.height())
        painter.drawRoundedRect(whole.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)

    def _place(self, seconds: float) -> str:
        time = clock(seconds, tenths=True)
        if self.beats is None:
            return time
        bar, beat = self.beats.place(seconds)
        return f"{bar}.{beat} · {time}"

    def _ruler(self, ratio: float) -> QPixmap:
        found = self._pixmaps.get("ruler")
        if found is None:
            found = QPixmap(self.size * ratio)
            found.setDevicePixelRatio(ratio)
            found.fill(Qt.GlobalColor.transparent)
            shown = marks(self.window, self._width, self.beats)
            painter = QPainter(found)
            placed = ((self.x(mark.seconds), mark) for mark in shown)
            paint_ruler(painter, self._theme, placed, self.size.height())
            painter.end()
            self._pixmaps["ruler"] = found
        return found

    def _wave(self, role: str, ratio: float) -> QPixmap:
        found = self._pixmaps.get(role)
        if found is None and self.peaks is not None:
            rate = self.peaks.sample_rate
            start, end = round(self.window.start * rate), round(self.window.end * rate)
            heights = self.peaks.bars(self.bars, start, end)
            size = QSize(self.size.width(), max(self.size.height() - RULER, 1))
            found = pixmap_of(heights, size, self._theme.color(role), _BAR, _PITCH, ratio)
            self._pixmaps[role] = found
        return found or QPixmap()

    def _tint(self, alpha: float) -> QColor:
        return self._theme.color("accent", alpha)
