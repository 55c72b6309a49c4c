"""Compose: what the musician asks for, checked as it is typed, sent as orders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from engine.errors import InvalidRequest
from engine.jobs import Change, Job, Order, Status
from engine.limits import MAX_PROMPT
from ui.compose.audio_drop import AudioDrop
from ui.compose.chips import Chips
from ui.compose.draft import Draft
from ui.compose.fields import LengthField, SeedField, TakesField
from ui.compose.foot import Foot
from ui.compose.models import SKETCH, ModelOption
from ui.compose.more_settings import MoreSettings
from ui.compose.problems import Problems
from ui.compose.prompt_edit import PromptEdit
from ui.compose.summary import Summary
from ui.compose.words import add_word, remove_word
from ui.shared.theme import Theme
from ui.shared.tokens import Space
from ui.shared.widgets import LeaveWheel, label, scrolling

if TYPE_CHECKING:  # the first paint does not wait for it
    from engine.request import Request

__all__ = ["ComposePanel"]

_WIDTH = 308  # at least; more where a translation's words are longer


class ComposePanel(QWidget):
    """Announces orders; knows nothing of the queue."""

    submitted = Signal(list, bool)
    """list[Order], and whether they go in front of everything that waits."""
    edited = Signal(str, Order)
    """A waiting job's id, and what is asked for in its place."""
    place_bound = Signal(object)  # str | None
    """The place of the job that is changed, which stays; None: any may be chosen."""
    lines_pasted = Signal(str)
    """Several lines were pasted into the prompt: perhaps a prompt list."""
    model_wanted = Signal(str)
    """A request was filled in that is for this model."""
    needed = Signal()
    """There is something to be seen here, if the panel is hidden."""

    def __init__(self, theme: Theme, name_of: Callable[[str], str] | None = None) -> None:
        """``name_of`` gives the name of the take with this id, or "" where there is none."""
        super().__init__()
        self._speed: float | None = None
        self._editing: str | None = None  # id of the waiting job that is being changed
        self._idle = False  # what was chosen before that
        self.prompt = PromptEdit(theme)
        self.count = Summary()
        self.chips = Chips(theme)
        self.length = LengthField(theme)
        self.takes = TakesField()
        self.seed = SeedField(theme)
        self.more = MoreSettings(theme)
        self.audio = AudioDrop(theme, name_of)
        self.foot = Foot()
        self.generate, self.stop_editing = self.foot.generate, self.foot.stop_editing
        self.problems = Problems(
            {
                "prompt": self.prompt,
                "duration": self.length.field,
                "seed": self.seed.field,
                "melody": self.audio,
            },
            keyboard={"melody": self.audio.remove},
        )
        LeaveWheel(self.length.slider, self.takes)
        self._lay_out()
        self._connect()
        self.set_model(SKETCH)

    def set_model(self, model: ModelOption) -> None:
        self._model = model
        self.more.set_model(model)
        self.audio.set_model(model)
        self._review()

    def set_speed(self, speed: float | None) -> None:
        """Seconds of music per second of work, for the estimate."""
        if speed != self._speed:
            self._speed = speed
            self._review()

    def set_history(self, prompts: Sequence[str]) -> None:
        """Earlier prompts, oldest first."""
        self.prompt.set_history(prompts)

    def fill(self, request: Request) -> None:
        """Show a request exactly as it was, one take of it, its seed locked."""
        self._set_editing(None)
        self._show(request)

    def _show(self, request: Request) -> None:
        self.prompt.replace_text(request.prompt)
        self.length.set_seconds(request.duration)
        self.takes.setValue(1)
        self.seed.set_seed(request.seed)
        self.more.fill(request)
        self.audio.fill(request)
        self.model_wanted.emit(request.model)
        self._review()
        self.needed.emit()
        self.prompt.setFocus(Qt.FocusReason.OtherFocusReason)

    def continue_take(self, request: Request) -> None:
        """Ready to go on from a take with other words: the first key replaces its prompt."""
        self.fill(request)
        self.seed.lock.setChecked(False)
        self.seed.draw()
        self.prompt.selectAll()

    def edit(self, job: Job) -> None:
        """Show a waiting job; the next Generate changes it in place of making others."""
        self._set_editing(job)
        self._show(job.request)

    def follow(self, changes: Sequence[Change]) -> None:
        """The job that is being changed may wait elsewhere now. It may begin, or go: then there is
        nothing to change."""
        for change in (each for each in changes if each.job.id == self._editing):
            if change.job.status is Status.PENDING and not change.removed:
                self.place_bound.emit(change.job.place)
            else:
                self._set_editing(None)
                text = self.tr("That job waits no more: this makes a new take.")
                self.problems.say("prompt", text)
                self.needed.emit()

    def fill_prompt(self, prompt: str) -> None:
        self.prompt.replace_text(prompt)

    def try_prompt(self, prompt: str) -> None:
        """Show it and send it, as one press on an example does."""
        self.fill_prompt(prompt)
        self.send()

    def send(self, front: bool = False) -> None:
        """Announce the orders, or show what is wrong where it is wrong."""
        draft = self._draft()
        try:
            orders = draft.orders()
        except InvalidRequest as error:
            self._point_out(partial(self._show_problems, error))
            return
        if not any(draft.settings[name] for name in ("prompt", "melody", "continue_from")):
            self._object("prompt", self.tr("Say what you want to hear, or pick a word below."))
        elif self.audio.problem():
            self._object("melody", self.tr("Take the audio away first, or choose another model."))
        else:
            self.prompt.remember(self.prompt.toPlainText().strip())
            self._announce(orders, front)

    def _announce(self, orders: list[Order], front: bool) -> None:
        if self._editing is None:
            self.submitted.emit(orders, front)
            self.seed.used()
        elif len(orders) == 1:
            self.edited.emit(self._editing, orders[0])
            self._set_editing(None)
            self.seed.used()
        else:
            self._object("prompt", self.tr("One job cannot become several: take out the braces."))

    def _object(self, field: str, text: str) -> None:
        self._point_out(partial(self.problems.tell, field, text))

    def _point_out(self, tell: Callable[[], None]) -> None:
        """Whoever sends what is wrong need not look for it."""
        self.needed.emit()
        self.problems.point_out(tell, self._area)

    def _set_editing(self, job: Job | None) -> None:
        if self._editing is not None:
            self.more.when_idle.setChecked(self._idle)
        if job is not None:
            self._idle = self.more.when_idle.isChecked()
            self.more.when_idle.setChecked(job.when_idle)
        self._editing = None if job is None else job.id
        self.foot.show_editing(job is not None)
        self.takes.setEnabled(job is None)
        self.seed.lock.setChecked(job is not None)
        self.place_bound.emit(None if job is None else job.place)

    def _draft(self) -> Draft:
        settings: dict[str, Any] = {
            "prompt": self.prompt.toPlainText().strip(),
            "duration": self.length.seconds(),
            "model": self._model.id,
            "seed": self.seed.seed(),
        }
        settings |= self.more.settings() | self.audio.settings()
        return Draft(settings, self.takes.value(), self.more.when_idle.isChecked())

    def _review(self) -> None:
        """Say what would be made, and clear or show what is wrong so far."""
        self.problems.clear()
        self.chips.show_prompt(self.prompt.toPlainText())
        draft = self._draft()
        try:
            number = len(draft.prompts())
            if draft.settings["prompt"]:
                draft_one = Draft({**draft.settings, "prompt": draft.prompts()[0]})
                draft_one.orders()
        except InvalidRequest as error:
            self.count.hide()
            self._show_problems(error)
            return
        self.count.show()
        if draft.settings["prompt"]:
            self.count.tell(number, draft.takes, float(draft.settings["duration"]), self._speed)
        else:
            self.count.hint()

    def _show_problems(self, error: InvalidRequest) -> None:
        better = {}
        if isinstance(self.length.seconds(), str):
            better["duration"] = self.tr("Write a time such as 0:30, or seconds")
        self.problems.tell_all(error, better)

    def _connect(self) -> None:
        self.prompt.textChanged.connect(self._review)
        self.prompt.sent.connect(self.send)
        self.prompt.lines_pasted.connect(self.lines_pasted)
        self.prompt.refused.connect(self._refuse)
        self.generate.clicked.connect(lambda: self.send())
        self.chips.toggled.connect(self._toggle_word)
        self.length.changed.connect(self._review)
        self.takes.valueChanged.connect(self._review)
        self.seed.field.textChanged.connect(self._review)
        self.more.changed.connect(self._review)
        self.audio.changed.connect(self._review)
        self.stop_editing.clicked.connect(lambda: self._set_editing(None))

    def _refuse(self, length: int) -> None:
        text = self.tr("That text has {length} characters; a prompt has {most} at most.")
        self.problems.say("prompt", text.format(length=f"{length:,}", most=f"{MAX_PROMPT:,}"))

    def _toggle_word(self, word: str, wanted: bool) -> None:
        text = self.prompt.toPlainText()
        self.prompt.replace_text(add_word(text, word) if wanted else remove_word(text, word))

    def _lay_out(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(Space.EDGE, Space.EDGE, Space.EDGE, Space.HALF)
        column.setSpacing(Space.HALF)
        column.addWidget(label(self.tr("COMPOSE"), "section"))
        column.addSpacing(2)
        column.addWidget(self.prompt)
        column.addWidget(self.count)
        column.addWidget(self.problems.labels["prompt"])
        column.addWidget(self.chips)
        column.addSpacing(Space.HALF)
        column.addLayout(self._settings_grid())
        column.addWidget(self.more)
        column.addWidget(self.problems.labels[""])
        column.addWidget(self.audio)
        column.addWidget(self.problems.labels["melody"])
        column.addStretch()
        self._body = body
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._area = scrolling(body)
        outer.addWidget(self._area, 1)
        outer.addWidget(self.foot)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Only now do the parts have their style, and so their size."""
        self.setMinimumWidth(max(_WIDTH, self._body.minimumSizeHint().width()))
        super().showEvent(event)

    def _settings_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.HALF)
        grid.setVerticalSpacing(Space.HALF)
        grid.setColumnStretch(3, 1)
        grid.addWidget(label(self.tr("Length"), "muted"), 0, 0)
        grid.addWidget(self.length, 0, 1, 1, 3)
        grid.addWidget(self.problems.labels["duration"], 1, 1, 1, 3)
        grid.addWidget(label(self.tr("Takes"), "muted"), 2, 0)
        grid.addWidget(self.takes, 2, 1)
        grid.addWidget(label(self.tr("Seed"), "muted"), 2, 2)
        grid.addWidget(self.seed, 2, 3)
        grid.addWidget(self.problems.labels["seed"], 3, 1, 1, 3)
        return grid
