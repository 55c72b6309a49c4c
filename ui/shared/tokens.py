"""Design tokens: the colours, sizes and spacing that everything in the window is made of.

Text colours keep a contrast of at least 4.5:1 on ground, panel and raised (a test computes it).
Where a colour of the drawing is too pale for text, the token for text is a darker sister.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

__all__ = ["DARK", "LIGHT", "Size", "Space", "Tokens"]


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one appearance, as ``#rrggbb``."""

    dark: bool
    ground: str
    """Behind the list."""
    panel: str
    """Side panels, bars and menus."""
    raised: str
    """Fields, selected rows, whatever lies on a panel."""
    hover: str
    """A row, button or menu entry under the pointer."""
    line: str
    """Hairlines and borders."""
    rule: str
    """Between the rows of a list: fainter than a border, as there are many."""
    edge: str
    """Borders of what can be operated where only the border shows it."""
    text: str
    muted: str
    """Secondary text."""
    faint: str
    """Not for text: unlit stars, empty tracks, disabled icons."""
    accent: str
    """What plays. Not for text: see ``accent_text``."""
    accent_text: str
    """The accent where it is text, or lies under text (the main button)."""
    accent_hover: str
    """``accent_text`` under the pointer."""
    on_accent: str
    """Text on ``accent_text`` and ``accent_hover``."""
    inverse: str
    """Fill of an active chip and of the round play button; text on it is ``ground``."""
    good: str
    caution: str
    bad: str
    wave: str
    """Waveform that was not played yet."""


DARK = Tokens(
    dark=True,
    ground="#101215",
    panel="#16191D",
    raised="#1E2227",
    hover="#1A1E22",
    line="#2A2F36",
    rule="#1F2328",
    edge="#3B424B",
    text="#E9EBEE",
    muted="#8C95A0",
    faint="#363D45",
    accent="#FF7A59",
    accent_text="#FF7A59",
    accent_hover="#FF8E72",
    on_accent="#101215",
    inverse="#E9EBEE",
    good="#57C98B",
    caution="#F2B456",
    bad="#F2635F",
    wave="#4A535E",
)

LIGHT = Tokens(
    dark=False,
    ground="#F4F4F2",
    panel="#FBFBFA",
    raised="#FFFFFF",
    hover="#F0F0ED",
    line="#E1E1DD",
    rule="#E8E8E5",
    edge="#C4C4BE",
    text="#1C1E21",
    muted="#646B72",
    faint="#D6D6D1",
    accent="#D9532F",
    accent_text="#BF431F",
    accent_hover="#A83A1A",
    on_accent="#FFFFFF",
    inverse="#1C1E21",
    good="#1B7A4B",
    caution="#8F5B00",
    bad="#C4322D",
    wave="#B9BEC4",
)


class Space(IntEnum):
    """Distances in pixels, on a grid of 8 (4 between what belongs together)."""

    TIGHT = 4
    HALF = 8
    EDGE = 16
    """From a panel's edge to what is in it."""
    WIDE = 24


class Size(IntEnum):
    """Sizes in pixels."""

    SECTION = 11
    """Section heads, small capitals."""
    SMALL = 12
    """Secondary lines."""
    BODY = 13
    TITLE = 14
    """Row titles and the prompt."""
    HEADING = 18
    ICON = 16
    CONTROL = 32
    """Height of a field or button."""
    MAIN = 44
    """Height of the main button."""
    RADIUS = 6
