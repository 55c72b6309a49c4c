"""All styles, by name."""

from engine.generators.sketch.styles import (
    bands,
    dance,
    electronic,
    hiphop,
    islands,
    jazz,
    nusantara,
    orchestral,
    roots,
)
from engine.generators.sketch.styles.model import Style

__all__ = ["STYLES"]

_FAMILIES = (hiphop, dance, electronic, bands, roots, jazz, islands, orchestral, nusantara)

STYLES: dict[str, Style] = {style.name: style for family in _FAMILIES for style in family.STYLES}
