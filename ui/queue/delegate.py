"""Paints the rows of the list; only those that can be seen are ever painted."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from engine.jobs import Job, Status
from ui.queue import words
from ui.queue.ink import CENTER, RIGHT, Ink
from ui.queue.layout import ROW_HEIGHT, STAR, Kind, Parts, Zone, kind_of, parts_of
from ui.queue.model import Index, QueueModel
from ui.queue.thumbnails import Thumbnails
from ui.shared.text import clock
from ui.shared.theme import Theme

__all__ = ["Hover", "Playing", "RowDelegate"]

_GAP = 10
_FILLED = "filled"
"""A property of an editor that shows the name already."""


@dataclass(frozen=True, slots=True)
class Playing:
    """The take in the player."""

    id: str = ""
    on: bool = False
    """False: paused."""
    share: float = 0.0
    """How much of it was played, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Hover:
    """Where the pointer is."""

    row: int = -1
    zone: Zone = Zone.ROW
    at: QPoint = QPoint()  # noqa: RUF009 - never changed
    """Within the row."""


class RowDelegate(QStyledItemDelegate):
    """Reads ``playing`` and ``hover``, which the view sets."""

    def __init__(self, model: QueueModel, thumbnails: Thumbnails, theme: Theme) -> None:
        super().__init__()
        self._model, self._thumbnails, self._theme = model, thumbnails, theme
        self.playing = Playing()
        self.hover = Hover()
        self._ink = Ink(theme, self)
        self._retry = self.tr("Retry")

    def parts(self, job: Job, width: int) -> Parts:
        """Where things stand in this job's row, from its top left corner."""
        retry = self._ink.width(self._retry, "button")
        return parts_of(width, kind_of(job), retry)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002, N802
        return QSize(0, ROW_HEIGHT)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:  # noqa: N802
        editor = super().createEditor(parent, option, index)
        editor.setFont(self._ink.fonts["title"])
        editor.setAccessibleName(self.tr("Name of the take"))
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:  # noqa: N802
        """Once: what changes of a job while its name is typed leaves that alone."""
        if not editor.property(_FILLED):
            super().setEditorData(editor, index)
            editor.setProperty(_FILLED, True)

    def updateEditorGeometry(  # noqa: N802
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        parts = self.parts(self._model.job_at(index.row()), option.rect.width())
        editor.setGeometry(parts.title.adjusted(-9, -3, 0, 5).translated(option.rect.topLeft()))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        job, row = self._model.job_at(index.row()), index.row()
        area = QRect(QPoint(0, 0), option.rect.size())
        parts = self.parts(job, area.width())
        hover = self.hover if row == self.hover.row else Hover()
        painter.save()
        painter.translate(option.rect.topLeft())
        self._paint_ground(painter, area, option.state, hovered=row == self.hover.row)
        self._paint_play(painter, parts.play, job, hover.zone is Zone.PLAY)
        self._paint_words(painter, parts, job)
        match kind_of(job):
            case Kind.TAKE:
                self._paint_take(painter, parts, job, hover)
            case Kind.UNDER_WAY | Kind.WAITING:
                self._paint_way(painter, parts, job)
                if hover.row == row or option.state & QStyle.StateFlag.State_Selected:
                    self._paint_button(painter, parts.cancel, "close", hover.zone is Zone.CANCEL)
            case Kind.STOPPED:
                self._paint_retry(painter, parts.retry, hover.zone is Zone.RETRY)
        self._paint_button(painter, parts.menu, "more", hover.zone is Zone.MENU)
        painter.restore()

    def _paint_ground(
        self, painter: QPainter, area: QRect, state: QStyle.StateFlag, *, hovered: bool
    ) -> None:
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, self._ink.color("raised"))
        elif hovered:
            painter.fillRect(area, self._ink.color("hover"))
        if state & QStyle.StateFlag.State_HasFocus:
            painter.fillRect(QRect(0, 0, 2, area.height()), self._ink.color("muted"))
        painter.fillRect(QRect(0, area.height() - 1, area.width(), 1), self._ink.color("rule"))

    def _paint_play(self, painter: QPainter, circle: QRect, job: Job, hovered: bool) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        loaded = self.playing.id == job.id
        edge, fill, glyph, role = "line", "", *_glyph(job)
        if loaded and self.playing.on:
            edge, fill, glyph, role = "accent", "accent", "pause", "on_accent"
        elif loaded:
            edge, role = "accent", "accent"
        elif hovered and glyph == "play":
            edge = "text"
        painter.setPen(self._ink.color(edge))
        painter.setBrush(self._ink.color(fill) if fill else Qt.BrushStyle.NoBrush)
        # Half a pixel in, so that the line falls on whole pixels.
        painter.drawEllipse(circle.toRectF().adjusted(0.5, 0.5, -0.5, -0.5))
        self._ink.icon(painter, circle, glyph, role, 14)

    def _paint_words(self, painter: QPainter, parts: Parts, job: Job) -> None:
        quiet = job.status is Status.CANCELLED or (job.take is not None and job.take.kept is False)
        self._ink.text(painter, parts.title, job.name, "title", "muted" if quiet else "text")
        second = self._model.second_line(job)
        if job.status is Status.PROCESSING and parts.steps.isNull():
            second = words.time_left(job, paused=self._model.paused)
        role = "bad" if job.status is Status.FAILED else "muted"
        self._ink.text(painter, parts.second, second, "small", role)

    def _paint_take(self, painter: QPainter, parts: Parts, job: Job, hover: Hover) -> None:
        take = job.take
        if take is None:
            return
        shown = take.duration
        if not parts.wave.isNull():
            self._paint_wave(painter, parts.wave, job)
            if hover.zone is Zone.WAVE:
                x = hover.at.x()
                shown *= (x - parts.wave.left()) / parts.wave.width()
                painter.fillRect(
                    QRect(x, parts.wave.top(), 1, parts.wave.height()), self._ink.color("text")
                )
        if not parts.stars.isNull():
            self._paint_stars(painter, parts.stars, take.stars, hover)
            if take.kept:
                beside = QRect(parts.stars.right() + 3, parts.stars.top(), 14, 32)
                self._ink.icon(painter, beside, "check", "good", 12)
        role = "text" if hover.zone is Zone.WAVE else "muted"
        self._ink.text(painter, parts.duration, clock(shown), "time", role, RIGHT)

    def _paint_wave(self, painter: QPainter, area: QRect, job: Job) -> None:
        """The waveform, its played part in the accent."""
        ratio = painter.device().devicePixelRatioF()
        wave = self._thumbnails.get(job, area.size(), "wave", ratio)
        if wave is None:
            painter.fillRect(
                QRect(area.left(), area.center().y(), area.width(), 1), self._ink.color("faint")
            )
            return
        loaded = self.playing.id == job.id
        played = round(area.width() * self.playing.share) if loaded else 0
        accent = self._thumbnails.get(job, area.size(), "accent", ratio) if played else None
        if accent is not None:
            _draw_slice(painter, area, accent, 0, played, ratio)
        _draw_slice(painter, area, wave, played, area.width(), ratio)

    def _paint_stars(self, painter: QPainter, area: QRect, stars: int, hover: Hover) -> None:
        if hover.zone is Zone.STARS:
            stars = star_at(area, hover.at)
        ratio = painter.device().devicePixelRatioF()
        lit = self._theme.pixmap("star", "accent", 11, ratio)
        unlit = self._theme.pixmap("star", "faint", 11, ratio)
        for star in range(5):
            at = QPoint(area.left() + star * STAR + 1, area.center().y() - 5)
            painter.drawPixmap(at, lit if star < stars else unlit)

    def _paint_way(self, painter: QPainter, parts: Parts, job: Job) -> None:
        """What has grown, the steps, and the time left."""
        wave = parts.wave
        if wave.isNull():
            return
        if job.status is Status.PENDING:
            line = QRect(wave.left(), wave.center().y(), wave.width(), 2)
            painter.fillRect(line, self._ink.color("line"))
            return
        heard = round(wave.width() * self._thumbnails.grown(job))
        done = max(round(wave.width() * job.progress), heard)
        middle = wave.center().y()
        for left, right, role in ((heard, done, "muted"), (done, wave.width(), "line")):
            line = QRect(wave.left() + left, middle, right - left, 2)
            painter.fillRect(line, self._ink.color(role))
        if heard:
            self._paint_wave(painter, wave, job)
        self._paint_steps(painter, parts.steps, job)

    def _paint_steps(self, painter: QPainter, area: QRect, job: Job) -> None:
        """All steps, the current one in the accent, and the time left; where there is little
        room, the current step and the share alone."""
        shown = [
            (name, current, self._ink.width(name, "now" if current else "step"))
            for name, current in words.steps(job.step)
        ]
        left = words.time_left(job, paused=self._model.paused)
        room = area.width() - self._ink.width(left, "step") - _GAP
        if sum(width + _GAP for _, _, width in shown) > room:
            shown = [step for step in shown if step[1]]
            if any(width > room for _, _, width in shown):
                left = left.split(words.DOT)[0]
        self._ink.text(painter, area, left, "step", "muted", RIGHT)
        x = area.left()
        for name, current, width in shown:
            role = "accent_text" if current and not job.cancelling else "muted"
            place = QRect(x, area.top(), width + 1, area.height())
            self._ink.text(painter, place, name, "now" if current else "step", role)
            x += width + _GAP

    def _paint_retry(self, painter: QPainter, area: QRect, hovered: bool) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._ink.color("edge" if hovered else "line"))
        painter.setBrush(self._ink.color("hover") if hovered else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(area.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        self._ink.text(painter, area, self._retry, "button", "text", CENTER)

    def _paint_button(self, painter: QPainter, area: QRect, icon: str, hovered: bool) -> None:
        if hovered:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._ink.color("line"))
            painter.drawRoundedRect(area, 6, 6)
        self._ink.icon(painter, area, icon, "text" if hovered else "muted", 16)


def star_at(area: QRect, point: QPoint) -> int:
    """1 to 5: the star at a point of the stars' area."""
    return min(max((point.x() - area.left()) // STAR + 1, 1), 5)


def _glyph(job: Job) -> tuple[str, str]:
    """Icon and colour of the round button."""
    if job.take is not None or (job.preview is not None and not job.status.final):
        return "play", "text"
    match job.status:
        case Status.FAILED:
            return "close", "bad"
        case Status.CANCELLED:
            return "minus", "muted"
        case _:
            return "more", "muted"


def _draw_slice(
    painter: QPainter, area: QRect, pixmap: QPixmap, left: int, right: int, ratio: float
) -> None:
    """The part of a pixmap between two distances from the left, in logical pixels."""
    target = QRect(area.left() + left, area.top(), right - left, area.height())
    source = QRect(
        round(left * ratio), 0, round((right - left) * ratio), round(area.height() * ratio)
    )
    painter.drawPixmap(target, pixmap, source)
