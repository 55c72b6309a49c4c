"""The window's looks: holds the current tokens, and dresses the application in them.

There is one Theme, made by the composition root and given to the constructors that need it.
Widgets read ``theme.tokens`` when they paint, and repaint on ``theme.changed``; what plain
widgets look like is said once, in ``style.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import cache

from PySide6.QtCore import QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from resources import ROOT
from ui.shared.style import style_sheet
from ui.shared.tokens import DARK, LIGHT, Size, Tokens

__all__ = ["Appearance", "Theme"]

FAMILY = "Inter"
_SCALES = (1.0, 2.0)  # device pixel ratios that icons are drawn for


class Appearance(StrEnum):
    SYSTEM = "system"
    DARK = "dark"
    LIGHT = "light"


class Theme(QObject):
    """Tokens, fonts and icons of the current appearance.

    >>> theme = Theme(app)
    >>> painter.setPen(theme.color("muted"))
    >>> button.setIcon(theme.icon("dice"))
    """

    changed = Signal()
    """The tokens are others now: read colours, icons and pixmaps again."""

    def __init__(
        self,
        app: QApplication,
        appearance: Appearance = Appearance.SYSTEM,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._app = app
        self._appearance = appearance
        self._pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}
        for file in sorted((ROOT / "fonts").glob("*.otf")):
            QFontDatabase.addApplicationFont(str(file))
        app.setStyle("Fusion")
        app.setFont(self.font())
        app.styleHints().colorSchemeChanged.connect(self._follow_system)
        self.tokens = self._pick()
        self._dress()

    @property
    def appearance(self) -> Appearance:
        return self._appearance

    def set_appearance(self, appearance: Appearance) -> None:
        """Dark, light, or whatever the system says."""
        self._appearance = appearance
        tokens = self._pick()
        if tokens is not self.tokens:
            self.tokens = tokens
            self._dress()
            self.changed.emit()

    @contextmanager
    def building(self) -> Iterator[None]:
        """Build a window in half the time: its widgets are styled once, at the end.

        >>> with theme.building():
        ...     window = MainWindow(...)
        """
        self._app.setStyleSheet("")
        try:
            yield
        finally:
            self._app.setStyleSheet(style_sheet(self.tokens))

    def color(self, role: str, alpha: float = 1.0) -> QColor:
        """The colour of a token by its name; ``alpha`` 0 to 1."""
        color = QColor(getattr(self.tokens, role))
        color.setAlphaF(alpha)
        return color

    @staticmethod
    @cache
    def font(
        px: int = Size.BODY, weight: int = QFont.Weight.Normal, *, tabular: bool = False
    ) -> QFont:
        """Inter at ``px`` pixels; ``tabular`` gives figures of equal width, for times.

        The same object is given to everybody: copy it before changing it.
        """
        font = QFont(FAMILY)
        font.setPixelSize(px)
        font.setWeight(QFont.Weight(weight))
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        if tabular:
            font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def icon(self, name: str, role: str = "muted") -> QIcon:
        """An icon of ``resources/icons`` in a token's colour, brighter under the pointer."""
        tints = {
            QIcon.Mode.Normal: role,
            QIcon.Mode.Active: "text" if role == "muted" else role,
            QIcon.Mode.Disabled: "faint",
        }
        icon = QIcon()
        for mode, tint in tints.items():
            for scale in _SCALES:
                icon.addPixmap(self.pixmap(name, tint, scale=scale), mode)
        return icon

    def pixmap(
        self, name: str, role: str = "text", px: int = Size.ICON, scale: float = 1.0
    ) -> QPixmap:
        """An icon for painting: ``px`` logical pixels wide, for a device pixel ratio of ``scale``.

        Cached: delegates may ask for it in every paint.
        """
        key = (name, getattr(self.tokens, role), px, scale)
        pixmap = self._pixmaps.get(key)
        if pixmap is None:
            pixmap = self._pixmaps[key] = _render(name, key[1], px, scale)
        return pixmap

    def _pick(self) -> Tokens:
        match self._appearance:
            case Appearance.DARK:
                return DARK
            case Appearance.LIGHT:
                return LIGHT
        system = self._app.styleHints().colorScheme()
        return LIGHT if system == Qt.ColorScheme.Light else DARK

    def _follow_system(self) -> None:
        self.set_appearance(self._appearance)

    def _dress(self) -> None:
        # Some platforms ignore a colour scheme that is set, so the palette says it all.
        self._app.setPalette(_palette(self.tokens))
        self._app.setStyleSheet(style_sheet(self.tokens))


def _palette(t: Tokens) -> QPalette:
    role = QPalette.ColorRole
    colours = {
        role.Window: t.panel,
        role.WindowText: t.text,
        role.Base: t.raised,
        role.AlternateBase: t.panel,
        role.Text: t.text,
        role.PlaceholderText: t.muted,
        role.Button: t.raised,
        role.ButtonText: t.text,
        role.BrightText: t.bad,
        role.ToolTipBase: t.raised,
        role.ToolTipText: t.text,
        role.Highlight: t.edge,
        role.HighlightedText: t.text,
        role.Link: t.text,
        role.LinkVisited: t.muted,
        role.Light: t.raised,
        role.Midlight: t.hover,
        role.Mid: t.line,
        role.Dark: t.line,
        role.Shadow: t.ground,
        role.Accent: t.accent,
    }
    palette = QPalette()
    for name, colour in colours.items():
        palette.setColor(QPalette.ColorGroup.All, name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(t.muted))
    return palette


@cache
def _source(name: str) -> str:
    return (ROOT / "icons" / f"{name}.svg").read_text(encoding="utf-8")


def _render(name: str, colour: str, px: int, scale: float) -> QPixmap:
    renderer = QSvgRenderer(_source(name).replace("currentColor", colour).encode())
    pixmap = QPixmap(QSize(px, px) * scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, px * scale, px * scale))
    painter.end()
    pixmap.setDevicePixelRatio(scale)
    return pixmap
