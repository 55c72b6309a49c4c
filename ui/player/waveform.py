"""The large waveform: what was played, where it is, and a region to repeat.

A slider to the keyboard and to screen readers, whose value is the position in milliseconds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy

from engine.beats import Beats
from ui.player.dragging import Press, Region, Snap
from ui.player.wave_picture import WavePicture
from ui.player.window import Window
from ui.shared.text import clock
from ui.shared.theme import Theme

if TYPE_CHECKING:
    from engine.audio.peaks import Peaks

__all__ = ["Waveform"]

_STEP, _LEAP = 1_000, 5_000  # milliseconds
_GRAB = 5  # pixels on either side of a region's edge where it can be taken
_ZOOM = 1.25  # for one notch of the wheel
_LEAST_LOOP = 0.05  # seconds
_RESOLUTION = 0.005  # seconds; of peaks that are not there yet

_Key, _Held = Qt.Key, Qt.KeyboardModifier


class Waveform(QAbstractSlider):
    """Click or drag to seek, Shift-drag to repeat a region, wheel to zoom.

    Where the beats are known, the edges of a region fall on them, unless Alt is held.
    """

    sought = Signal(float)
    """By the musician: to this many seconds."""
    loop_drawn = Signal(object)
    """By the musician: repeat (start, end) in seconds, or None."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._picture = WavePicture(theme)
        self._position = 0.0
        self._loop: Region | None = None
        self._snap = Snap()
        self._press: Press | None = None
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
            self.tr(
                "Click to seek, Shift-drag to repeat a region (with Alt: not on the beat), turn "
                "the wheel to zoom"
            )
        )
        self.valueChanged.connect(self._value_changed)
        theme.changed.connect(self._forget)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(400, 64)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(80, 40)

    # What is shown.

    def set_take(self, peaks: Peaks | None, duration: float, beats: Beats | None = None) -> None:
        """``duration`` in seconds; the peaks of a take that grows reach less far; ``beats``: None
        where they are not known."""
        picture = self._picture
        if duration != picture.window.duration:
            picture.window = picture.window.of_duration(duration)
            self._forget()
            self._showing = True
            self.setRange(0, round(duration * 1_000))
            self._showing = False
        if peaks is not picture.peaks or beats != picture.beats:
            picture.peaks, picture.beats = peaks, beats
            self._forget()
        self._snap = replace(self._snap, beats=beats, duration=duration)

    def set_snapping(self, on: bool) -> None:
        """Whether the edges of a region fall on beats."""
        self._snap = replace(self._snap, on=on)

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
            self._show_value()
            self.setAccessibleDescription(self._spoken(seconds))

    def _show_value(self) -> None:
        """Let the slider's own value be the playhead's, with nothing sought by that."""
        self._showing = True
        self.setValue(round(self._position * 1_000))
        self._showing = False

    def _spoken(self, seconds: float) -> str:
        """Where the playhead is, in words."""
        time = f"{clock(seconds)} / {clock(self._window.duration)}"
        beats = self._picture.beats
        if beats is None:
            return time
        return self.tr("bar {bar}, {time}").format(bar=beats.place(seconds)[0], time=time)

    def set_loop(self, region: Region | None) -> None:
        self._loop = region
        self.update()

    def zoom(self, factor: float, at: float | None = None) -> None:
        """Show more (factor over 1) or less around ``at`` seconds, or the playhead."""
        peaks = self._picture.peaks
        shortest = self._picture.bars * (peaks.resolution if peaks else _RESOLUTION)
        window = self._window.zoomed(factor, self._position if at is None else at, shortest)
        self._look_at(window)

    def _look_at(self, window: Window) -> None:
        if window != self._window:
            self._picture.window = window
            self._forget()

    @property
    def _window(self) -> Window:
        return self._picture.window

    def sliderChange(self, change: QAbstractSlider.SliderChange) -> None:  # noqa: N802
        """Nothing is painted from the slider's own value: no repainting the whole each second."""

    # Keyboard, screen reader.

    def _value_changed(self, value: int) -> None:
        if not self._showing:
            self.sought.emit(value / 1_000)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        start, end = self._loop or (0.0, self._window.duration)
        free = bool(event.modifiers() & _Held.AltModifier)
        match event.text():
            case "+" | "=":
                self.zoom(1 / _ZOOM)
            case "-":
                self.zoom(_ZOOM)
            case "[":
                self._draw_loop(self._snap.edge(self._position, free=free), end)
            case "]":
                self._draw_loop(start, self._snap.edge(self._position, free=free))
            case _ if event.key() == _Key.Key_Escape and self._loop is not None:
                self.loop_drawn.emit(None)
            case _ if (bar := self._bar_at(event)) is not None:
                self.sought.emit(bar)
            case _:
                self._show_value()  # else a step is one from up to a second before
                super().keyPressEvent(event)

    def _bar_at(self, event: QKeyEvent) -> float | None:
        """The start of the bar that a key goes to: Ctrl and an arrow."""
        beats = self._picture.beats
        if beats is None or not event.modifiers() & _Held.ControlModifier:
            return None
        match event.key():
            case _Key.Key_Left:
                return beats.bar_before(self._position)
            case _Key.Key_Right:
                return min(beats.next_bar(self._position), self._window.duration)
        return None

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        self._ring = event.reason() is not Qt.FocusReason.MouseFocusReason
        super().focusInEvent(event)

    # Mouse.

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if event.button() != Qt.MouseButton.LeftButton or not self._window.duration:
            return
        anchor = self._grabbed(event.position())
        free = bool(event.modifiers() & _Held.AltModifier)
        if anchor is None and event.modifiers() & _Held.ShiftModifier:
            anchor = self._snap.edge(self._seconds(event), free=free)
        self._press = Press(anchor)
        self._drag(self._press, event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        press, self._hover = self._press, self._seconds(event)
        if press is not None:
            press.moved = True
            self._drag(press, event)
        edge = press is None and self._grabbed(event.position()) is not None
        self.setCursor(Qt.CursorShape.SizeHorCursor if edge else Qt.CursorShape.PointingHandCursor)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        press, self._press = self._press, None
        if press is None or event.button() != Qt.MouseButton.LeftButton:
            return
        self._drag(press, event)
        if press.anchor is None:
            self.sought.emit(press.at)
        elif press.moved:
            self._draw_loop(press.anchor, press.at, free=press.free)
        else:
            self.loop_drawn.emit(None)  # a Shift-click alone
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        turned = event.angleDelta()
        if abs(turned.x()) > abs(turned.y()):
            self._look_at(self._window.scrolled(-turned.x() / 1_200 * self._window.length))
        elif turned.y():
            self.zoom(_ZOOM ** (-turned.y() / 120), at=self._seconds(event))
        event.accept()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover = None
            self.update()
        return super().event(event)

    def _drag(self, press: Press, event: QMouseEvent) -> None:
        press.free = bool(event.modifiers() & _Held.AltModifier)
        press.at = self._seconds(event)
        if press.anchor is not None:
            press.at = self._snap.edge(press.at, free=press.free)
        self.update()

    def _grabbed(self, point: QPointF) -> float | None:
        """The other edge of the region, when the pointer is at one of them."""
        if self._loop is None:
            return None
        start, end = self._loop
        if abs(point.x() - self._x(start)) <= _GRAB:
            return end
        return start if abs(point.x() - self._x(end)) <= _GRAB else None

    def _draw_loop(self, one: float, other: float, *, free: bool = False) -> None:
        start, end = self._snap.region(one, other, free=free)
        self.loop_drawn.emit((start, end) if end - start >= _LEAST_LOOP else None)

    # Painting.

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._picture.size = self.size()
        self._forget()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter, picture, press = QPainter(self), self._picture, self._press
        painter.setClipRect(event.rect())
        region = self._loop
        if press is not None and press.anchor is not None:
            region = self._snap.region(press.anchor, press.at, free=press.free)
        if region is not None:
            picture.paint_region(painter, region)
        picture.paint(painter, self._position, self.devicePixelRatioF())
        pointed = press.at if press is not None else self._hover
        if pointed is not None and self._window.duration:
            picture.paint_pointer(painter, pointed)
        if self._ring and self.hasFocus():
            picture.paint_ring(painter)

    def _forget(self) -> None:
        self._picture.forget()
        self.update()

    def _x(self, seconds: float) -> float:
        return self._picture.x(seconds)

    def _seconds(self, event: QMouseEvent | QWheelEvent) -> float:
        return self._picture.seconds(event.position())
