"""A place to drop audio on: its melody is followed, or it is continued."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMimeData, QRectF, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ui.compose.models import SKETCH, ModelOption
from ui.shared.take_mime import carried
from ui.shared.text import clock
from ui.shared.theme import Theme
from ui.shared.tokens import Size, Space
from ui.shared.widgets import Button, ElidedLabel, IconButton, as_role, label, set_flag

if TYPE_CHECKING:  # the first paint does not wait for it
    from engine.request import Request

__all__ = ["AUDIO_SUFFIXES", "AudioDrop"]

AUDIO_SUFFIXES = frozenset({".wav", ".flac", ".mp3", ".ogg", ".aif", ".aiff"})
_DASHES = [4.0, 3.0]


class AudioDrop(QFrame):
    """Empty, an invitation; with a file or a take, its name and what becomes of it."""

    changed = Signal()

    def __init__(self, theme: Theme, name_of: Callable[[str], str] | None = None) -> None:
        """``name_of`` gives the name of the take with this id, or "" where there is none."""
        super().__init__()
        as_role(self, "drop")
        self.setAcceptDrops(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._theme = theme
        self._name_of = name_of or (lambda _id: "")
        self._model = SKETCH
        self._audio = ""  # a file's path, or a take's id
        self._at: float | None = None  # seconds of it to go on from; None: its end
        self._name = ElidedLabel()
        self._melody = Button(self.tr("As melody"), "tab")
        self._continue = Button(self.tr("Continue it"), "tab")
        for button in (self._melody, self._continue):
            button.setCheckable(True)
            button.setAutoExclusive(True)
            button.clicked.connect(self.changed)
        self._melody.setChecked(True)
        self._moment = label("", "small")
        self.remove = IconButton(theme, "close", self.tr("Take the audio away"))
        self.remove.clicked.connect(self._take_away)
        self._hint = label("", "caution")
        self._hint.setWordWrap(True)
        self._invitation = self._build_invitation()
        self._card = self._build_card()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(Space.TIGHT)
        column.addWidget(self._invitation)
        column.addWidget(self._card)
        column.addWidget(self._hint)
        self._continue.toggled.connect(self._refresh)
        theme.changed.connect(self.update)
        self._refresh()

    def settings(self) -> dict[str, Any]:
        """Fields of a Request."""
        audio = self._audio or None
        if self._melody.isChecked():
            return {"melody": audio, "continue_from": None, "continue_at": None}
        return {"melody": None, "continue_from": audio, "continue_at": self._at if audio else None}

    def fill(self, request: Request) -> None:
        """Show the audio that a request builds on."""
        self._show(request.melody or request.continue_from, request.continue_at)
        self._continue.setChecked(request.continue_from is not None)
        self._melody.setChecked(request.continue_from is None)
        self._refresh()

    def clear(self) -> None:
        self._show(None, None)
        self._melody.setChecked(True)
        self._refresh()
        self.changed.emit()

    def _take_away(self) -> None:
        held = self.remove.hasFocus()
        self.clear()
        if held:
            self._choose.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_model(self, model: ModelOption) -> None:
        self._model = model
        self._refresh()

    def problem(self) -> str:
        """Why the audio cannot be used as it is; empty when all is well."""
        melody = self._melody.isChecked()
        able = self._model.follows_melody if melody else self._model.continues
        if not self._audio or able:
            return ""
        if not (self._model.follows_melody or self._model.continues):
            text = self.tr("{model} cannot follow audio. Choose another model, or take it away.")
        elif melody:
            text = self.tr("{model} cannot follow a melody. Choose a melody model, or continue it.")
        else:
            text = self.tr("{model} cannot go on from audio. Choose another model.")
        return text.format(model=self._model.name)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        if _audio_in(event.mimeData()):
            event.acceptProposedAction()
            set_flag(self, "over", True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: ARG002, N802
        set_flag(self, "over", False)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        set_flag(self, "over", False)
        event.acceptProposedAction()
        self._use(_audio_in(event.mimeData()))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """A dashed line around: Qt's own draws dots where the line is a pixel wide."""
        super().paintEvent(event)
        if self.property("over"):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(self._theme.color("edge"), 1)
        if not self._audio:
            pen.setDashPattern(_DASHES)
        painter.setPen(pen)
        around = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(around, Size.RADIUS, Size.RADIUS)

    def _build_invitation(self) -> QWidget:
        page = QWidget()
        title = label(self.tr("Drop audio here"), "muted")
        more = label(self.tr("as melody, or to continue it"), "small")
        self._choose = Button(self.tr("or choose a file"), "link")
        self._choose.clicked.connect(self._browse)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for widget in (title, more, self._choose):
            column.addWidget(widget, alignment=Qt.AlignmentFlag.AlignHCenter)
        return page

    def _build_card(self) -> QWidget:
        page = QWidget()
        top = QHBoxLayout()
        top.addWidget(self._name, 1)
        top.addWidget(self.remove)
        modes = QHBoxLayout()
        modes.setSpacing(Space.TIGHT)
        modes.addWidget(self._melody)
        modes.addWidget(self._continue)
        modes.addStretch()
        modes.addWidget(self._moment)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.TIGHT)
        column.addLayout(top)
        column.addLayout(modes)
        return page

    def _browse(self) -> None:
        patterns = " ".join(f"*{suffix}" for suffix in sorted(AUDIO_SUFFIXES))
        dialog = QFileDialog(self, self.tr("Choose audio"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(self.tr("Audio ({patterns})").format(patterns=patterns))
        dialog.fileSelected.connect(self._use)
        dialog.open()

    def _use(self, audio: str) -> None:
        self._show(audio, None)
        self._refresh()
        self.changed.emit()

    def _show(self, audio: str | None, at: float | None) -> None:
        self._audio, self._at = audio or "", at

    def _refresh(self) -> None:
        self._invitation.setVisible(not self._audio)
        self._card.setVisible(bool(self._audio))
        self._name.setText(self._name_of(self._audio) or Path(self._audio).name)
        self._name.setToolTip(self._audio)
        self._moment.setVisible(self._continue.isChecked())
        self._moment.setText(
            self.tr("from its end")
            if self._at is None
            else self.tr("from {time}").format(time=clock(self._at, tenths=True))
        )
        self._hint.setText(self.problem())
        self._hint.setVisible(bool(self._hint.text()))
        self.update()


def _audio_in(mime: QMimeData) -> str:
    """The first take that a drag brings, as its id, or the first file; empty: there is none."""
    paths = (url.toLocalFile() for url in mime.urls() if url.isLocalFile())
    files = (path for path in paths if Path(path).suffix.lower() in AUDIO_SUFFIXES)
    return next(iter([*carried(mime), *files]), "")
