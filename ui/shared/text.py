"""Figures as a musician reads them: times, sizes, counts."""

from __future__ import annotations

import re

__all__ = ["breakable", "clock", "size", "tidy"]

_LONG = re.compile(r"\S{25,}")


def clock(seconds: float, *, tenths: bool = False) -> str:
    """``m:ss``, from an hour on ``h:mm:ss``.

    >>> clock(110), clock(7.04, tenths=True), clock(3725)
    ('1:50', '0:07.0', '1:02:05')
    """
    # Whole units first, so that 59.97 becomes 1:00.0 and never 0:60.0.
    units = max(0, round(seconds * 10) if tenths else round(seconds))
    whole, tenth = divmod(units, 10) if tenths else (units, 0)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
    return f"{text}.{tenth}" if tenths else text


def breakable(text: str) -> str:
    """The same to the eye, but words that are longer than a line can be broken.

    >>> breakable("a" * 50).count("\\u200b"), breakable("calm piano")
    (2, 'calm piano')
    """
    return _LONG.sub(lambda word: re.sub("(.{24})", "\\1\u200b", word.group()), text)


def size(count: float) -> str:
    """Bytes in the unit that fits.

    >>> size(42_300_000_000), size(1_500_000), size(900)
    ('42 GB', '1.5 MB', '900 B')
    """
    units = ["B", "kB", "MB", "GB", "TB"]
    while count >= 1000 and len(units) > 1:
        count /= 1000
        units.pop(0)
    return (
        f"{count:.1f} {units[0]}" if count < 10 and units[0] != "B" else f"{count:.0f} {units[0]}"
    )


def tidy(number: float) -> str:
    """A figure without needless zeros.

    >>> tidy(84.0), tidy(84.25)
    ('84', '84.2')
    """
    return f"{number:.1f}".removesuffix(".0")
