"""The large waveform: what was played, where it is, and a region to repeat.

A slider to the keyboard and to screen readers, whose value is the position in milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy

from ui.player.bars import pixmap_of
from ui.player.window import Window
from ui.shared.text import clock
from ui.shared.theme import Theme
from ui.shared.tokens import Size

if TYPE_CHECKING:
    from engine.audio.peaks import Peaks

__all__ = ["Waveform"]

_BAR, _PITCH = 3, 4
_STEP, _LEAP = 1_000, 5_000  # milliseconds
_GRAB = 5  # pixels on either side of a region's edge where it can be taken
_ZOOM = 1.25  # for one notch of the wheel
_LEAST_LOOP = 0.05  # seconds
_RESOLUTION = 0.005  # seconds; of peaks that are not there yet

Region = tuple[float, float]


@dataclass(slots=True)
class _Press:
    """A press that is being dragged."""

    anchor: float | None
    """Where the region that is drawn began, in seconds; None: the position is dragged."""
    at: float
    moved: bool = False


class Waveform(QAbstractSlider):
    """Click or drag to seek, Shift-drag to repeat a region, wheel to zoom."""

    sought = Signal(float)
    """By the musician: to this many seconds."""
    loop_drawn = Signal(object)
    """By the musician: repeat (start, end) in seconds, or None."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._peaks: Peaks | None = None
        self._window = Window.whole(0.0)
        self._position = 0.0
        self._loop: Region | None = None
        self._pixmaps: dict[str, QPixmap] = {}
        self._press: _Press | None = None
        self._hover: float | None = None
        self._ring = False  # around it, while it has the focus by keyboard
        self._showing = False
        self.setSingleStep(_STEP)
        self.setPageStep(_LEAP)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Position"))
        self.setToolTip(
            self.tr("Click to seek, Shift-drag to repeat a region, turn the wheel to zoom")
        )
        self.valueChanged.connect(self._value_changed)
        theme.changed.connect(self._forget)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(400, 64)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(80, 40)

    # What is shown.

    def set_take(self, peaks: Peaks | None, duration: float) -> None:
        """``duration`` in seconds; the peaks of a take that grows reach less far."""
        if duration != self._window.duration:
            self._window = self._window.of_duration(duration)
            self._forget()
            self._showing = True
            self.setRange(0, round(duration * 1_000))
            self._showing = False
        if peaks is not self._peaks:
            self._peaks = peaks
            self._forget()

    def set_position(self, seconds: float) -> None:
        """Where the playhead is; repaints the stretch between there and where it was."""
        before, self._position = self._position, seconds
        window = self._window
        followed = window.start <= before <= window.end
        if followed and not window.start <= seconds <= window.end:
            self._look_at(window.showing(seconds))
        else:
            left, right = sorted((self._x(before), self._x(seconds)))
            if int(left) != int(right):
                self.update(int(left) - 2, 0, int(right - left) + 5, self.height())
        # The slider's own value moves by seconds: a screen reader need not hear each frame.
        if int(seconds) != self.value() // 1_000 or abs(seconds - before) > 0.2:
            self._showing = True
            self.setValue(round(seconds * 1_000))
            self._showing = False
            self.setAccessibleDescription(f"{clock(seconds)} / {clock(window.duration)}")

    def set_loop(self, region: Region | None) -> None:
        self._loop = region
        self.update()

    def zoom(self, factor: float, at: float | None = None) -> None:
        """Show more (factor over 1) or less around ``at`` seconds, or the playhead."""
        shortest = self._bars() * (self._peaks.resolution if self._peaks else _RESOLUTION)
        window = self._window.zoomed(factor, self._position if at is None else at, shortest)
        self._look_at(window)

    def _look_at(self, window: Window) -> None:
        if window != self._window:
            self._window = window
            self._forget()

    def sliderChange(self, change: QAbstractSlider.SliderChange) -> None:  # noqa: N802
        """Nothing is painted from the slider's own value: no repainting the whole each second."""

    # Keyboard, screen reader.

    def _value_changed(self, value: int) -> None:
        if not self._showing:
            self.sought.emit(value / 1_000)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        start, end = self._loop or (0.0, self._window.duration)
        match event.text():
            case "+" | "=":
                self.zoom(1 / _ZOOM)
            case "-":
                self.zoom(_ZOOM)
            case "[":
                self._draw_loop(self._position, end)
            case "]":
                self._draw_loop(start, self._position)
            case _ if event.key() == Qt.Key.Key_Escape and self._loop is not None:
                self.loop_drawn.emit(None)
            case _:
                super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        self._ring = event.reason() is not Qt.FocusReason.MouseFocusReason
        super().focusInEvent(event)

    # Mouse.

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() != Qt.MouseButton.LeftButton or not self._window.duration:
            return
        at = self._seconds(event.position())
        anchor = self._grabbed(event.position())
        if anchor is None and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            anchor = at
        self._press = _Press(anchor, at)
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        at = self._seconds(event.position())
        self._hover = at
        if self._press is not None:
            self._press.moved = True
            self._press.at = at
        edge = self._press is None and self._grabbed(event.position()) is not None
        self.setCursor(Qt.CursorShape.SizeHorCursor if edge else Qt.CursorShape.PointingHandCursor)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        press, self._press = self._press, None
        if press is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if press.anchor is None:
            self.sought.emit(press.at)
        elif press.moved:
            self._draw_loop(press.anchor, press.at)
        else:
            self.loop_drawn.emit(None)  # a Shift-click alone
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        turned = event.angleDelta()
        if abs(turned.x()) > abs(turned.y()):
            self._look_at(self._window.scrolled(-turned.x() / 1_200 * self._window.length))
        elif turned.y():
            self.zoom(_ZOOM ** (-turned.y() / 120), at=self._seconds(event.position()))
        event.accept()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover = None
            self.update()
        return super().event(event)

    def _grabbed(self, point: QPointF) -> float | None:
        """The other edge of the region, when the pointer is at one of them."""
        if self._loop is None:
            return None
        start, end = self._loop
        if abs(point.x() - self._x(start)) <= _GRAB:
            return end
        return start if abs(point.x() - self._x(end)) <= _GRAB else None

    def _draw_loop(self, one: float, other: float) -> None:
        start, end = sorted((one, other))
        self.loop_drawn.emit((start, end) if end - start >= _LEAST_LOOP else None)

    # Painting.

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._forget()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setClipRect(event.rect())
        region = self._shown_loop()
        if region is not None:
            self._paint_loop(painter, region)
        self._paint_bars(painter)
        dragged = self._press is not None and self._press.anchor is None
        pointed = self._press.at if self._press is not None and dragged else self._hover
        if pointed is not None and self._window.duration:
            self._paint_pointer(painter, pointed)
        if self._ring and self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._theme.color("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)

    def _paint_bars(self, painter: QPainter) -> None:
        grown = 0.0
        if self._peaks is not None:
            end = self._x(min(self._peaks.duration, self._window.duration))
            grown = min(max(end, 0.0), float(self._bars() * _PITCH))
        rest = QRectF(grown, self.height() / 2 - 1, self._bars() * _PITCH - grown, 2)
        painter.fillRect(rest, self._theme.color("line"))
        played = min(max(self._x(self._position), 0.0), grown)
        for role, left, right in (("accent", 0.0, played), ("wave", played, grown)):
            if right > left:
                painter.save()
                painter.setClipRect(
                    QRectF(left, 0, right - left, self.height()), Qt.ClipOperation.IntersectClip
                )
                painter.drawPixmap(0, 0, self._pixmap(role))
                painter.restore()

    def _paint_loop(self, painter: QPainter, region: Region) -> None:
        left, right = (self._x(seconds) for seconds in region)
        painter.fillRect(QRectF(left, 0, right - left, self.height()), self._tint(0.12))
        for x in (left, right):
            painter.fillRect(QRectF(round(x) - 1, 0, 2, self.height()), self._tint(0.9))

    def _paint_pointer(self, painter: QPainter, seconds: float) -> None:
        """A line where the pointer is, with its time."""
        x = round(self._x(seconds))
        text = clock(seconds, tenths=True)
        painter.setFont(self._theme.font(Size.SECTION, tabular=True))
        width = painter.fontMetrics().horizontalAdvance(text) + 8
        left = x + 1 if x + width < self.width() else x - width
        painter.fillRect(QRectF(x, 0, 1, self.height()), self._theme.color("text"))
        painter.fillRect(QRectF(left, 0, width, 16), self._theme.color("panel", 0.9))
        painter.setPen(self._theme.color("text"))
        painter.drawText(QRectF(left, 0, width, 16), Qt.AlignmentFlag.AlignCenter, text)

    def _pixmap(self, role: str) -> QPixmap:
        found = self._pixmaps.get(role)
        if found is None and self._peaks is not None:
            rate, bars = self._peaks.sample_rate, self._bars()
            start, end = round(self._window.start * rate), round(self._window.end * rate)
            heights = self._peaks.bars(bars, start, end)
            color = self._theme.color(role)
            ratio = self.devicePixelRatioF()
            found = pixmap_of(heights, self.size(), color, _BAR, _PITCH, ratio)
            self._pixmaps[role] = found
        return found or QPixmap()

    def _shown_loop(self) -> Region | None:
        """The region, or the one that is being drawn."""
        press = self._press
        if press is not None and press.anchor is not None:
            start, end = sorted((press.anchor, press.at))
            return start, end
        return self._loop

    def _forget(self) -> None:
        self._pixmaps.clear()
        self.update()

    def _bars(self) -> int:
        return max(self.width() // _PITCH, 1)

    def _tint(self, alpha: float) -> QColor:
        return self._theme.color("accent", alpha)

    def _x(self, seconds: float) -> float:
        return self._window.x_of(seconds, self._bars() * _PITCH)

    def _seconds(self, point: QPointF) -> float:
        return self._window.seconds_at(point.x(), self._bars() * _PITCH)
