"""The looks: contrast of every text, and switching between dark and light."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QFontInfo, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QPushButton,
    QStyle,
    QStyleOptionFocusRect,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from ui.shared.theme import Appearance, Theme
from ui.shared.tokens import DARK, LIGHT, Tokens

ON_SURFACES = ("text", "muted", "accent_text", "good", "caution", "bad")
SURFACES = ("ground", "panel", "raised", "hover")


def contrast(one: str, other: str) -> float:
    """WCAG 2: relative luminances, 1 to 21."""

    def luminance(colour: str) -> float:
        parts = (QColor(colour).redF(), QColor(colour).greenF(), QColor(colour).blueF())
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
def test_every_text_can_be_read(tokens: Tokens) -> None:
    pairs = [(text, surface) for text in ON_SURFACES for surface in SURFACES]
    pairs += [("on_accent", "accent_text"), ("on_accent", "accent_hover"), ("ground", "inverse")]
    poor = {
        pair: round(contrast(getattr(tokens, pair[0]), getattr(tokens, pair[1])), 2)
        for pair in pairs
        if contrast(getattr(tokens, pair[0]), getattr(tokens, pair[1])) < 4.5
    }
    assert not poor


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
def test_focus_rings_stand_out(tokens: Tokens) -> None:
    assert all(contrast(tokens.accent, getattr(tokens, surface)) >= 3 for surface in SURFACES)


def test_the_theme_dresses_the_application_and_says_so(
    qapp: QApplication, theme: Theme, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(theme.changed):
        theme.set_appearance(Appearance.LIGHT)
    assert qapp.palette().window().color().name().upper() == LIGHT.panel
    light_icon = theme.pixmap("star", "text").toImage().pixelColor(8, 8)
    theme.set_appearance(Appearance.DARK)
    assert qapp.palette().window().color().name().upper() == DARK.panel
    assert theme.pixmap("star", "text").toImage().pixelColor(8, 8) != light_icon


def test_the_bundled_typeface_is_used_with_equally_wide_figures(theme: Theme) -> None:
    assert QFontInfo(theme.font()).family() == "Inter"
    tabular = QFontMetricsF(theme.font(tabular=True))
    assert tabular.horizontalAdvance("1:11") == tabular.horizontalAdvance("0:08")


@pytest.mark.parametrize("kind", [QPushButton, QToolButton, QCheckBox, QComboBox])
def test_what_has_the_keyboard_has_one_ring(
    qtbot: QtBot, theme: Theme, kind: type[QWidget]
) -> None:
    """The theme's own; Fusion would draw a grey frame inside of it."""
    widget = kind()
    qtbot.addWidget(widget)
    widget.ensurePolished()
    option = QStyleOptionFocusRect()
    option.initFrom(widget)
    option.rect = QRect(2, 2, 36, 16)
    option.state |= QStyle.StateFlag.State_KeyboardFocusChange | QStyle.StateFlag.State_HasFocus
    image = QImage(40, 20, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    frame = QStyle.PrimitiveElement.PE_FrameFocusRect
    widget.style().drawPrimitive(frame, option, painter, widget)
    painter.end()
    assert not any(image.pixel(x, y) for x in range(40) for y in range(20))
