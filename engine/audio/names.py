"""File names that people can read and that Linux, macOS and Windows all take."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import count
from pathlib import Path

__all__ = ["numbered", "safe_name", "unique"]

_MAX_BYTES = 80
"""UTF-8; leaves room for an extension and a number where names end at 255, or paths at 260."""

_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\..*)?", re.I)
"""Devices, to Windows, with any extension."""
_JOINER = "\u200d"
"""Joins emoji into one: family, rainbow flag."""


def safe_name(text: str, fallback: str = "Untitled") -> str:
    """A file's name without extension, made from any text; never empty, never a path.

    >>> safe_name('../AC/DC: "live"?')
    'AC-DC- live'
    """
    cleaned = "".join(map(_safe_character, unicodedata.normalize("NFC", text)))
    name = _shorten(" ".join(cleaned.split()).lstrip(" .-")).rstrip(" .-")
    if not name.strip(_JOINER):
        return fallback
    return f"_{name}" if _RESERVED.fullmatch(name) else name


def numbered(path: Path) -> Iterator[Path]:
    """``name.wav``, ``name (2).wav``, ``name (3).wav``, …"""
    yield path
    yield from (path.with_name(f"{path.stem} ({n}){path.suffix}") for n in count(2))


def unique(path: Path) -> Path:
    """The first of the numbered paths that nothing has yet."""
    return next(free for free in numbered(path) if not free.exists())


def _safe_character(character: str) -> str:
    if character in "/\\:":
        return "-"
    # Controls, line ends, surrogates and what turns the direction of reading (a known trick).
    hidden = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    if character in '<>"|?*' or (hidden and character != _JOINER):
        return " "
    return character


def _shorten(name: str) -> str:
    """The start of the name that fits, whole words where it can, never half an emoji."""
    if len(name.encode()) <= _MAX_BYTES:
        return name
    end = len(name.encode()[:_MAX_BYTES].decode(errors="ignore"))
    while end and (_continues(name[end]) or name[end - 1] == _JOINER):
        end -= 1
    space = name.rfind(" ", end // 2, end + 1)
    return name[: space if space > 0 else end]


def _continues(character: str) -> bool:
    """Whether it belongs to the character before it: accent, skin tone, emoji style, joiner."""
    return (
        character == _JOINER
        or unicodedata.category(character) in ("Mn", "Mc", "Me")
        or "\U0001f3fb" <= character <= "\U0001f3ff"
    )
