"""All styles, by name."""

from engine.generators.sketch.styles import (
    bands,
    breaks,
    clubs,
    hiphop,
    islands,
    jazz,
    latin,
    nusantara,
    orchestral,
    songs,
    soul,
    synths,
    threes,
)
from engine.generators.sketch.styles.model import Style

__all__ = ["STYLES"]

_FAMILIES = (
    hiphop,
    clubs,
    breaks,
    synths,
    bands,
    songs,
    soul,
    jazz,
    latin,
    orchestral,
    threes,
    islands,
    nusantara,
)

STYLES: dict[str, Style] = {style.name: style for family in _FAMILIES for style in family.STYLES}
