"""Files that come with the program: icons, fonts, translations."""

from pathlib import Path

__all__ = ["ROOT"]

ROOT = Path(__file__).parent
