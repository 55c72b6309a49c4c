"""Undo and redo in a text field that has nothing to undo or redo are the window's."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

__all__ = ["LeaveUndo"]


class LeaveUndo(QObject):
    """A field claims the keys before any menu sees it; here it does so only where it needs them."""

    def __init__(self, *fields: QLineEdit | QPlainTextEdit) -> None:
        super().__init__(fields[0])
        for field in fields:
            field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and _is_for_window(event, watched)
        ):
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def _is_for_window(event: QKeyEvent, field: QObject) -> bool:
    can_undo, can_redo = _possible(field)
    undo = event.matches(QKeySequence.StandardKey.Undo) and not can_undo
    return undo or (event.matches(QKeySequence.StandardKey.Redo) and not can_redo)


def _possible(field: QObject) -> tuple[bool, bool]:
    """Whether a field has something to undo, and to redo."""
    if isinstance(field, QPlainTextEdit):
        return field.document().isUndoAvailable(), field.document().isRedoAvailable()
    if isinstance(field, QLineEdit):
        return field.isUndoAvailable(), field.isRedoAvailable()
    return False, False
