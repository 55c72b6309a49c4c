"""The prompt editor: grows with its text, remembers what was asked, sends on Ctrl+Enter."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy

from engine.limits import MAX_PROMPT
from ui.shared.theme import Theme
from ui.shared.tokens import Size
from ui.shared.widgets import as_role

__all__ = ["PromptEdit"]

_ROWS = 4  # at least this high
_MOST_ROWS = 8  # beyond this it scrolls
_KEPT = 200  # prompts of the history
_LONGEST = 5 * MAX_PROMPT  # characters that are pasted; more would only hold up the window


class PromptEdit(QPlainTextEdit):
    """Alt+Up and Alt+Down go through the history; Tab leaves the field."""

    sent = Signal(bool)
    """Ctrl+Enter was pressed; True with Shift: in front of everything."""
    lines_pasted = Signal(str)
    """Several lines were pasted: perhaps a prompt list. They are not in the field."""
    refused = Signal(int)
    """A text of so many characters was pasted, far too long for a prompt. Nor is it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        as_role(self, "prompt")
        self.setFont(theme.font(Size.TITLE))
        self.setAccessibleName(self.tr("Prompt"))
        self.setPlaceholderText(
            self.tr("What do you want to hear? For example: late-night lo-fi, dusty drums, 84 bpm")
        )
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().documentLayout().documentSizeChanged.connect(self.updateGeometry)
        self._history: list[str] = []
        self._at = 0  # place in the history; its length: the text that is not sent yet
        self._unsent = ""

    def set_history(self, prompts: Sequence[str]) -> None:
        """Oldest first; each is kept once."""
        self._history = list(dict.fromkeys(reversed(prompts)))[:_KEPT][::-1]
        self._at = len(self._history)

    def remember(self, prompt: str) -> None:
        """Make the prompt the newest of the history."""
        self.set_history([*self._history, prompt])

    def replace_text(self, text: str) -> None:
        """Put ``text`` in place of all there is, as one step that can be undone."""
        cursor = self.textCursor()
        cursor.select(cursor.SelectionType.Document)
        cursor.insertText(text)
        self.setTextCursor(cursor)

    def sizeHint(self) -> QSize:  # noqa: N802
        rows = min(max(int(self.document().size().height()), _ROWS), _MOST_ROWS)
        return QSize(200, rows * self.fontMetrics().lineSpacing() + 26)

    minimumSizeHint = sizeHint  # noqa: N815

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        control = Qt.KeyboardModifier.ControlModifier
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and modifiers in (control, control | Qt.KeyboardModifier.ShiftModifier):
            if not event.isAutoRepeat():
                self.sent.emit(modifiers != control)
        elif modifiers == Qt.KeyboardModifier.AltModifier and event.key() == Qt.Key.Key_Up:
            self._recall(-1)
        elif modifiers == Qt.KeyboardModifier.AltModifier and event.key() == Qt.Key.Key_Down:
            self._recall(1)
        else:
            super().keyPressEvent(event)

    def insertFromMimeData(self, source: QMimeData) -> None:  # noqa: N802
        text = source.text()
        if sum(1 for line in text[:_LONGEST].splitlines() if line.strip()) > 1:
            self.lines_pasted.emit(text)
        elif len(text) > _LONGEST:
            self.refused.emit(len(text))
        else:
            self.insertPlainText(" ".join(text.splitlines()))

    def canInsertFromMimeData(self, source: QMimeData) -> bool:  # noqa: N802
        return source.hasText() and not source.hasUrls()

    def _recall(self, step: int) -> None:
        to = self._at + step
        if not 0 <= to <= len(self._history):
            return
        if self._at == len(self._history):
            self._unsent = self.toPlainText()
        self._at = to
        self.replace_text(self._unsent if to == len(self._history) else self._history[to])
