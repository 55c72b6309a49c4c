"""A place to drop audio on: its melody is followed, or it is continued."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ui.compose.models import SKETCH, ModelOption
from ui.shared.theme import Theme
from ui.shared.tokens import Space
from ui.shared.widgets import Button, ElidedLabel, IconButton, as_role, label, set_flag

__all__ = ["AUDIO_SUFFIXES", "AudioDrop"]

AUDIO_SUFFIXES = frozenset({".wav", ".flac", ".mp3", ".ogg", ".aif", ".aiff", ".m4a"})


class AudioDrop(QFrame):
    """Empty, an invitation; with a file, its name and what becomes of it."""

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        as_role(self, "drop")
        self.setAcceptDrops(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._model = SKETCH
        self._audio = ""  # a file's path, or a take's id
        self._name = ElidedLabel()
        self._melody = Button(self.tr("As melody"), "tab")
        self._continue = Button(self.tr("Continue it"), "tab")
        for button in (self._melody, self._continue):
            button.setCheckable(True)
            button.setAutoExclusive(True)
            button.clicked.connect(self.changed)
        self._melody.setChecked(True)
        self._remove = IconButton(theme, "close", self.tr("Take the audio away"))
        self._remove.clicked.connect(self.clear)
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
        self._refresh()

    def settings(self) -> dict[str, str | None]:
        """Fields of a Request."""
        audio = self._audio or None
        melody = self._melody.isChecked()
        return {"melody": audio if melody else None, "continue_from": None if melody else audio}

    def fill(self, melody: str | None, continue_from: str | None) -> None:
        self._audio = melody or continue_from or ""
        self._continue.setChecked(continue_from is not None)
        self._melody.setChecked(continue_from is None)
        self._refresh()

    def clear(self) -> None:
        self.fill(None, None)
        self.changed.emit()

    def set_model(self, model: ModelOption) -> None:
        self._model = model
        self._refresh()

    def problem(self) -> str:
        """Why the audio cannot be used as it is; empty when all is well."""
        if not self._audio or self._model.follows_audio:
            return ""
        text = self.tr("{model} cannot follow audio. Choose another model, or take it away.")
        return text.format(model=self._model.name)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        urls = event.mimeData().urls()
        if urls and Path(urls[0].toLocalFile()).suffix.lower() in AUDIO_SUFFIXES:
            event.acceptProposedAction()
            set_flag(self, "over", True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: ARG002, N802
        set_flag(self, "over", False)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        set_flag(self, "over", False)
        event.acceptProposedAction()
        self._use(event.mimeData().urls()[0].toLocalFile())

    def _build_invitation(self) -> QWidget:
        page = QWidget()
        title = label(self.tr("Drop audio here"), "muted")
        more = label(self.tr("as melody, or to continue it"), "small")
        browse = Button(self.tr("or choose a file"), "link")
        browse.clicked.connect(self._browse)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for widget in (title, more, browse):
            column.addWidget(widget, alignment=Qt.AlignmentFlag.AlignHCenter)
        return page

    def _build_card(self) -> QWidget:
        page = QWidget()
        top = QHBoxLayout()
        top.addWidget(self._name, 1)
        top.addWidget(self._remove)
        modes = QHBoxLayout()
        modes.setSpacing(Space.TIGHT)
        modes.addWidget(self._melody)
        modes.addWidget(self._continue)
        modes.addStretch()
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

    def _use(self, path: str) -> None:
        self._audio = path
        self._refresh()
        self.changed.emit()

    def _refresh(self) -> None:
        self._invitation.setVisible(not self._audio)
        self._card.setVisible(bool(self._audio))
        self._name.setText(Path(self._audio).name)
        self._name.setToolTip(self._audio)
        self._hint.setText(self.problem())
        self._hint.setVisible(bool(self._hint.text()))
