"""All styles, by name."""

from engine.generators.sketch.styles import dance, hiphop, orchestral
from engine.generators.sketch.styles.model import Style

__all__ = ["STYLES"]

STYLES: dict[str, Style] = {
    style.name: style for family in (hiphop, dance, orchestral) for style in family.STYLES
}
