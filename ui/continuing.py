"""Going on from a take, from its end or from the playhead: Compose is made ready for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.notices import Action, Level, Notice
from app.player import Player
from engine.beats import Beats
from engine.jobs import Job, Take
from engine.limits import MAX_DURATION, MIN_DURATION
from ui.compose.model_picker import ModelPicker
from ui.compose.models import ModelOption
from ui.compose.panel import ComposePanel
from ui.models.desk import ModelDesk
from ui.queue.model import QueueModel

if TYPE_CHECKING:  # the first paint does not wait for it
    from engine.request import Request

__all__ = ["Continuing"]

_SECONDS = 12.0
_LEAST = 0.5
"""Seconds of a take that a continuation keeps at least."""


class Continuing(QObject):
    KEY = "continue"
    """Of its notices; their action means to show the models."""

    noticed = Signal(Notice)
    possible = Signal(bool)
    """Whether there is a finished take in the player to branch from."""

    def __init__(
        self,
        player: Player,
        model: QueueModel,
        picker: ModelPicker,
        desk: ModelDesk,
        compose: ComposePanel,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._player, self._model = player, model
        self._picker, self._desk, self._compose = picker, desk, compose
        self._snaps = True
        player.changed.connect(self._show)

    def set_snapping(self, on: bool) -> None:
        """Whether a branch begins on a beat, where beats are known."""
        self._snaps = on

    def branch(self) -> None:
        """Go on from where the playhead is."""
        job = self._heard()
        if job is not None and job.take is not None:
            self._begin(job, self._moment(job.take))

    def _moment(self, take: Take) -> float:
        """Where a branch begins, in seconds."""
        at = max(self._player.position, _LEAST)
        beats = Beats.of(take) if self._snaps else None
        if beats is not None:
            at = beats.nearest(at, within=take.duration)
            if at < _LEAST:
                at = beats.first_from(_LEAST)
        return round(at, 3)

    def extend(self, job: Job) -> None:
        """Go on from a take's end."""
        self._begin(job, None)

    def _show(self) -> None:
        self.possible.emit(self._heard() is not None)

    def _heard(self) -> Job | None:
        track = self._player.track
        job = self._model.jobs.get(track.id) if track is not None else None
        return job if job is not None and job.take is not None else None

    def _begin(self, job: Job, at: float | None) -> None:
        if job.take is None:
            return
        if at is None and job.take.duration > MAX_DURATION - MIN_DURATION:
            text = self.tr("This take is as long as a take can be. Branch from an earlier moment.")
            self._tell(text, Level.CAUTION)
            return
        model = self._pick(job)
        if model is None:
            self._refuse()
            return
        if model.id != self._picker.current.id:
            text = self.tr("{chosen} cannot go on from audio, so {model} is chosen.")
            self._tell(text.format(chosen=self._picker.current.name, model=model.name))
        self._compose.continue_take(_request(job, model.id, at))

    def _pick(self, job: Job) -> ModelOption | None:
        """The model that is chosen if it can, else the take's own, else any that can."""
        able = [option for option in self._picker.options if option.continues]
        wanted = (self._picker.current.id, job.request.model)
        ranked = sorted(able, key=lambda option: option.id != wanted[1])
        return next((option for option in able if option.id == wanted[0]), next(iter(ranked), None))

    def _refuse(self) -> None:
        names = self._desk.able_to("continuation")
        text = self.tr("No model that is here can go on from a take.")
        if names:
            text += " " + self.tr("The smallest that can: {model}.").format(model=names[0])
        show = Action("models", self.tr("Show models"))
        self.noticed.emit(Notice(text, Level.CAUTION, actions=(show,), key=self.KEY))

    def _tell(self, text: str, level: Level = Level.INFO) -> None:
        self.noticed.emit(Notice(text, level, key=self.KEY, seconds=_SECONDS))


def _request(job: Job, model: str, at: float | None) -> Request:
    """To go on from ``at`` seconds of a take (None: its end)."""
    whole = job.take.duration if job.take else 0.0
    begins = whole if at is None else at
    return job.request.model_copy(
        update={
            "model": model,
            "continue_from": job.id,
            "continue_at": at,
            "melody": None,
            "loop": False,
            # The whole of it must not become longer than a take may be.
            "duration": max(MIN_DURATION, min(job.request.duration, MAX_DURATION - begins)),
        }
    )
