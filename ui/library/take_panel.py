"""The panel at the right: all about the selected take, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.notices import Level, Notice
from engine.jobs import Job, Status, Take
from ui.library.drag_handle import DragHandle
from ui.library.facts import Facts
from ui.library.name_edit import NameEdit
from ui.library.notes import Notes
from ui.library.origin import Origin
from ui.library.stars import Stars
from ui.library.tags import Tags
from ui.queue.intents import growing
from ui.shared.engine_words import in_own_words
from ui.shared.flow_layout import FlowLayout
from ui.shared.text import breakable
from ui.shared.theme import Theme
from ui.shared.tokens import Space
from ui.shared.widgets import Button, label, scrolling

__all__ = ["TakePanel"]

_SETTLE = 600  # milliseconds without a key before notes are saved


class TakePanel(QWidget):
    annotated = Signal(str, dict)
    """A job's id, and the fields that it should have: name, stars, tags or notes."""
    again_wanted = Signal(object)  # Request
    """Compose should show this request exactly."""
    another_wanted = Signal(Job)
    """The same as this one with another seed, at once."""
    extend_wanted = Signal(Job)
    """Go on from this take's end."""
    retry_wanted = Signal(str)
    """Id of a failed or cancelled job: try it again."""
    stop_wanted = Signal(str)
    """Id of a growing job: what it has is the whole take."""
    job_wanted = Signal(str)
    """Id of another take to go to."""
    export_wanted = Signal(Job)
    left = Signal()
    """By keyboard, with Escape or with Enter after the name: back to where one came from."""
    noticed = Signal(Notice)

    def __init__(self, theme: Theme, file_of: Callable[[Job], Path]) -> None:
        super().__init__()
        self._job: Job | None = None
        self.name = NameEdit()
        self.stars = Stars(theme)
        self.facts = Facts(theme)
        self.prompt = label("", "muted")
        self.caution = label("", "caution-small")
        self.problem = label("", "problem")
        for text in (self.prompt, self.caution, self.problem):
            text.setWordWrap(True)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.copy_details = Button(self.tr("Copy details"), "small")
        self.tags = Tags()
        self.notes = Notes()
        self.again = Button(self.tr("Again with…"), "small")
        self.again.setToolTip(self.tr("Put everything of this take into Compose"))
        self.another = Button(self.tr("Another take"), "small")
        self.another.setToolTip(self.tr("The same with another seed"))
        self.extend = Button(self.tr("Extend…"), "small")
        self.extend.setToolTip(self.tr("Go on from its end, with the same words or others"))
        self.stop = Button(self.tr("Stop here"), "small")
        self.stop.setToolTip(self.tr("Keep what has grown so far as the whole take"))
        self.retry = Button(self.tr("Retry"), "small")
        self.origin = Origin()
        self.export = Button(self.tr("Export…"))
        self.drag = DragHandle(theme, file_of)
        self._notes_timer = QTimer(self, singleShot=True, interval=_SETTLE)
        self._hint = label(self.tr("Select a take to see all about it."), "muted")
        self._hint.setWordWrap(True)
        self._lay_out()
        self._connect()
        self.show_job(None)

    @property
    def job(self) -> Job | None:
        return self._job

    def show_job(self, job: Job | None) -> None:
        """Show another job, or a newer snapshot of the same; what is being typed stays."""
        same = job is not None and self._job is not None and job.id == self._job.id
        if not same:
            self.save_notes()
        writing = self._writing
        self._job = job
        self._hint.setVisible(job is None)
        self._about.setVisible(job is not None)
        self._foot.setVisible(job is not None and job.take is not None)
        self.drag.set_job(job)
        if job is None:
            return
        take = job.take
        if not same:
            self.name.setModified(False)
        self.name.set_name(job.name)
        self.facts.show_job(job)
        self.prompt.setText(breakable(f"“{job.request.prompt}”"))
        self.prompt.setVisible(bool(job.request.prompt))
        self._show_problems(job)
        for widget in (self.stars, self.tags, self.notes, self.extend):
            widget.setVisible(take is not None)
        self.stop.setVisible(growing(job))
        self.retry.setVisible(job.status in (Status.FAILED, Status.CANCELLED))
        if take is not None:
            self.stars.show_stars(take.stars)
            self.tags.set_tags(take.tags)
            if not (same and writing):
                self._show_notes(take.notes)

    def save_notes(self) -> None:
        """At once what is written and not saved yet."""
        self._notes_timer.stop()
        if self._job is not None and self._writing:
            self.annotated.emit(self._job.id, {"notes": self.notes.toPlainText()})

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """What its parts leave over comes here."""
        if event.key() == Qt.Key.Key_Escape:
            self.tags.field.clear()  # half a word is no tag
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _show_problems(self, job: Job) -> None:
        lacks = self._shortcomings(job.take) if job.take is not None else []
        self.caution.setVisible(bool(lacks))
        self.caution.setText(breakable("\n".join(lacks)))
        failed = job.status is Status.FAILED and job.error is not None
        self.problem.setVisible(failed)
        self.copy_details.setVisible(bool(failed and job.error and job.error.detail))
        if failed and job.error is not None:
            said = map(in_own_words, (job.error.message, job.error.hint))
            self.problem.setText(breakable("\n".join(filter(None, said))))

    def _shortcomings(self, take: Take) -> list[str]:
        """What of the request is not in the music, and what its generator has to say."""
        said = [in_own_words(remark) for remark in take.remarks]
        if take.not_understood:
            words = ", ".join(take.not_understood)
            said.insert(0, self.tr("Not understood: {words}").format(words=words))
        return said

    @property
    def _writing(self) -> bool:
        """Whether the notes have something that was not kept yet."""
        take = self._job.take if self._job is not None else None
        return take is not None and self.notes.toPlainText() != take.notes

    def _show_notes(self, notes: str) -> None:
        if notes != self.notes.toPlainText():
            self.notes.blockSignals(True)
            self.notes.setPlainText(notes)
            self.notes.blockSignals(False)

    def _annotate(self, **fields: object) -> None:
        if self._job is not None:
            self.annotated.emit(self._job.id, fields)

    def _again(self) -> None:
        if self._job is not None:
            self.again_wanted.emit(self._job.request)

    def _extend(self) -> None:
        if self._job is not None:
            self.extend_wanted.emit(self._job)

    def _announce(self, wanted: SignalInstance) -> None:
        if self._job is not None:
            wanted.emit(self._job.id)

    def _export(self) -> None:
        if self._job is not None:
            self.export_wanted.emit(self._job)

    def _copy_details(self) -> None:
        if self._job is not None and self._job.error is not None:
            QGuiApplication.clipboard().setText(self._job.error.detail)

    def _tell_copied(self, name: str) -> None:
        text = self.tr("The file of “{name}” is copied: paste it where you want it.")
        self.noticed.emit(Notice(text.format(name=name), Level.GOOD, key="copied", seconds=6))

    def _another(self) -> None:
        if self._job is not None:
            self.another_wanted.emit(self._job)

    def _connect(self) -> None:
        self.name.left.connect(self.left)
        self.name.renamed.connect(lambda name: self._annotate(name=name))
        self.stars.rated.connect(lambda stars: self._annotate(stars=stars))
        self.tags.edited.connect(lambda tags: self._annotate(tags=tags))
        self.notes.textChanged.connect(self._notes_timer.start)
        self._notes_timer.timeout.connect(self.save_notes)
        self.again.clicked.connect(self._again)
        self.another.clicked.connect(self._another)
        self.extend.clicked.connect(self._extend)
        self.stop.clicked.connect(lambda: self._announce(self.stop_wanted))
        self.retry.clicked.connect(lambda: self._announce(self.retry_wanted))
        self.origin.job_wanted.connect(self.job_wanted)
        self.export.clicked.connect(self._export)
        self.copy_details.clicked.connect(self._copy_details)
        self.drag.failed.connect(lambda failure: self.noticed.emit(Notice.of(failure)))
        self.drag.copied.connect(self._tell_copied)

    def _lay_out(self) -> None:
        self._about = QWidget()
        column = QVBoxLayout(self._about)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        head = QVBoxLayout()
        head.setSpacing(2)
        head.addWidget(self.name)
        head.addWidget(self.stars)
        column.addLayout(head)
        column.addWidget(self.problem)
        column.addWidget(self.copy_details, 0, Qt.AlignmentFlag.AlignLeft)
        for widget in (self.facts, self.prompt, self.caution, self.tags, self.notes):
            column.addWidget(widget)
        column.addWidget(self.origin)
        actions = FlowLayout()
        for button in (self.stop, self.retry, self.again, self.another, self.extend):
            actions.addWidget(button)
        column.addLayout(actions)
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(Space.EDGE, Space.EDGE, Space.EDGE, Space.HALF)
        inner.setSpacing(10)
        inner.addWidget(label(self.tr("TAKE"), "section"))
        inner.addWidget(self._hint)
        inner.addWidget(self._about)
        inner.addStretch()
        self._foot = QWidget()
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(Space.EDGE, Space.HALF, Space.EDGE, Space.EDGE)
        foot.setSpacing(Space.HALF)
        foot.addWidget(self.export, 1)
        foot.addWidget(self.drag, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(scrolling(body), 1)
        outer.addWidget(self._foot)
