"""The player, the list and the player bar in step: what is asked of one shows in the others."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
)

from app.player import Player, Track
from engine.jobs import Job
from ui.player.bar import PlayerBar
from ui.queue.delegate import Playing
from ui.queue.panel import QueuePanel

__all__ = ["Listening"]

_EDITORS = (QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox)


class Listening(QObject):
    def __init__(self, player: Player, queue: QueuePanel, bar: PlayerBar, parent: QObject) -> None:
        super().__init__(parent)
        self._player, self._queue = player, queue
        self._plays_on = False
        intents = queue.intents
        intents.play_requested.connect(self._play)
        intents.seek_requested.connect(self._seek)
        intents.nudge_requested.connect(player.nudge)
        intents.pause_requested.connect(player.toggle)
        intents.compare_requested.connect(bar.compare)
        intents.repeat_requested.connect(bar.repeat)
        bar.play_requested.connect(self._start)
        bar.previous_requested.connect(lambda: self.go(-1))
        bar.next_requested.connect(lambda: self.go(1))
        queue.model.counted.connect(lambda _: bar.set_possible(len(queue.model.jobs) > 0))
        player.finished.connect(self._play_on)
        player.changed.connect(self._show)
        player.position_changed.connect(self._show)

    def set_playing_on(self, on: bool) -> None:
        """Whether the next take of the list is played when one ends."""
        self._plays_on = on

    def go(self, step: int) -> None:
        """Play the next (1) or the previous (-1) take of the list."""
        model, track = self._queue.model, self._player.track
        row = model.row_of(track.id) + step if track is not None else 0
        while 0 <= row < model.rowCount():
            job = model.job_at(row)
            if self._load(job):
                self._queue.reveal(job.id)
                return
            row += step

    def _play_on(self, ended: str) -> None:
        """The next take, where that is wanted; from beneath what ended, should a search or a
        rating have taken that out of the list."""
        model = self._queue.model
        rows = range(model.row_after(ended), model.rowCount()) if self._plays_on else ()
        job = next((job for job in map(model.job_at, rows) if job.take is not None), None)
        if job is not None and self._load(job) and not self._busy:
            self._queue.view.selection.go_to(job.id)

    @property
    def _busy(self) -> bool:
        """Something is written, perhaps about the current take, or several are selected: what
        plays on by itself does not take that away."""
        focused = QApplication.focusWidget() or self._queue.window().focusWidget()
        return isinstance(focused, _EDITORS) or len(self._queue.view.selection.jobs()) > 1

    def _start(self) -> None:
        """Play the selected row, or the first that can be played."""
        job = self._queue.view.selection.current()
        if job is None or not self._load(job):
            self.go(1)

    def _play(self, job_id: str) -> None:
        if self._player.track is not None and self._player.track.id == job_id:
            self._player.toggle()
            return
        job = self._queue.model.jobs.get(job_id)
        if job is not None:
            self._load(job)

    def _seek(self, job_id: str, seconds: float) -> None:
        if self._player.track is not None and self._player.track.id == job_id:
            self._player.seek(seconds)
            self._player.play()
            return
        job = self._queue.model.jobs.get(job_id)
        if job is not None:
            self._load(job, seconds)

    def _load(self, job: Job, seconds: float = 0.0) -> bool:
        track = Track.of(job)
        if track is not None:
            self._player.load(track, at=seconds)
        return track is not None

    def _show(self) -> None:
        track, length = self._player.track, self._player.duration
        share = self._player.position / length if length else 0.0
        playing = Playing(track.id if track else "", self._player.playing, min(share, 1.0))
        self._queue.view.set_playing(playing)
