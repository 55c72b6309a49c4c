"""More from a take: another one like it, or Compose made ready to go on from its end or from the
playhead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.notices import Action, Level, Notice
from app.player import Player
from app.studio import Studio
from engine.beats import Beats
from engine.jobs import LOCAL, Job, Order, Take
from engine.limits import MAX_DURATION, MIN_DURATION
from ui.compose.model_picker import ModelPicker
from ui.compose.models import ModelOption
from ui.compose.panel import ComposePanel
from ui.models.desk import ModelDesk
from ui.queue.model import QueueModel
from ui.queue.words import model_name

if TYPE_CHECKING:  # the first paint does not wait for it
    from engine.request import Request

__all__ = ["Continuing"]

_SECONDS = 12.0
_LEAST = 0.5
"""Seconds of a take that a continuation keeps at least."""


class Continuing(QObject):
    KEY = "continue"
    """Of its notices; their action is ``MODELS``, or the id of a job to show in Compose."""
    MODELS = "models"
    """Means to show the models."""

    noticed = Signal(Notice)
    possible = Signal(bool)
    """Whether there is a finished take in the player to branch from."""

    def __init__(
        self,
        studio: Studio,
        player: Player,
        model: QueueModel,
        picker: ModelPicker,
        desk: ModelDesk,
        compose: ComposePanel,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._studio, self._player, self._model = studio, player, model
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

    def another(self, job: Job) -> None:
        """The same with another seed, at once, by what made the first."""
        if (job.request.model, job.place) in map(_where, self._picker.options):
            request = job.request.model_copy(update={"seed": None})
            self._studio.submit([Order(request, place=job.place)])
        else:
            self._tell_gone(job)

    def show(self, job_id: str) -> None:
        """Put a job into Compose."""
        job = self._model.jobs.get(job_id)
        if job is not None:
            self._compose.fill(job.request)

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
        if _where(model) != _where(self._picker.current):
            text = self.tr("{chosen} cannot go on from audio, so {model} is chosen.")
            chosen = _spoken(self._picker.current)
            self._tell(text.format(chosen=chosen, model=_spoken(model)))
        self._compose.continue_take(_request(job, model.id, at))
        self._picker.select(model.id, model.place)

    def _pick(self, job: Job) -> ModelOption | None:
        """The model that is chosen if it can, else the take's own, else any that can; each in its
        place, and those of this computer first."""
        able = [option for option in self._picker.options if option.continues]
        chosen, own = _where(self._picker.current), (job.request.model, job.place)
        able.sort(key=lambda each: (_where(each) != chosen, _where(each) != own, each.id != own[0]))
        return next(iter(able), None)

    def _refuse(self) -> None:
        names = self._desk.able_to("continuation")
        text = self.tr("No model that is here can go on from a take.")
        if names:
            text += " " + self.tr("The smallest that can: {model}.").format(model=names[0])
        show = Action(self.MODELS, self.tr("Show models"))
        self.noticed.emit(Notice(text, Level.CAUTION, actions=(show,), key=self.KEY))

    def _tell_gone(self, job: Job) -> None:
        text = self.tr("{place} does not offer {model} now.")
        if job.place == LOCAL:
            text = self.tr("{model} is not on this computer now.")
        names = (each.place_name for each in self._picker.options if each.place == job.place)
        place = next(names, job.place)
        text = text.format(place=place, model=model_name(job.request.model))
        text += " " + self.tr("Choose a model and a place for it in Compose.")
        show = Action(job.id, self.tr("Show in Compose"))
        self.noticed.emit(Notice(text, Level.CAUTION, actions=(show,), key=self.KEY))

    def _tell(self, text: str, level: Level = Level.INFO) -> None:
        self.noticed.emit(Notice(text, level, key=self.KEY, seconds=_SECONDS))


def _where(option: ModelOption) -> tuple[str, str]:
    """A model, and the place where it runs."""
    return option.id, option.place


def _spoken(option: ModelOption) -> str:
    return " · ".join(filter(None, (option.place_name, option.name)))


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
