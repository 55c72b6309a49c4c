"""What Qt says by itself is in the program's language, too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from ui.shared.translation import install_language


def spoken(parent: QWidget) -> dict[str, list[str]]:
    """All that stands in the menus of text fields, and in the dialog that asks for a file."""
    dialog = QFileDialog(parent)
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    plain = QPlainTextEdit(parent)
    menus: list[QMenu] = [
        QLineEdit(parent).createStandardContextMenu(),
        plain.createStandardContextMenu(),
    ]
    labels = [*dialog.findChildren(QLabel), *dialog.findChildren(QPushButton)]
    said = {
        "menus": [a.text().split("\t")[0] for menu in menus for a in menu.actions() if a.text()],
        "dialog": [label.text() for label in labels if label.text()],
    }
    for made in (*menus, dialog, plain):
        made.deleteLater()
    return said


@pytest.fixture
def parent(qtbot: QtBot, qapp: QApplication) -> Iterator[QWidget]:
    made = QWidget()
    qtbot.addWidget(made)
    yield made
    install_language(qapp, "en")


def test_the_words_of_qt_are_translated(qapp: QApplication, parent: QWidget) -> None:
    english = spoken(parent)
    install_language(qapp, "id")
    own = spoken(parent)
    for where, words in english.items():
        assert words
        same = [one for one, other in zip(words, own[where], strict=True) if one == other]
        assert not same, where
