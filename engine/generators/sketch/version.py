"""What the built-in generator calls itself on its takes; here to be read without loading it."""

from __future__ import annotations

__all__ = ["MADE_BY", "NAME", "VERSION"]

NAME = "sketch"
VERSION = "3"
"""Another one whenever the same request gives another take."""
MADE_BY = f"{NAME} {VERSION}"
