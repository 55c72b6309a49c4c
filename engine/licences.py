"""What a take's licence says of selling the music: it travels as text, in the take and its file."""

from __future__ import annotations

import re

__all__ = ["allows_sale", "forbids_sale"]

_NON_COMMERCIAL = re.compile(r"\bnc\b|\bnon-?commercial", re.IGNORECASE)
_OWN = "yours"  # as the catalogue and the built-in generator begin it


def forbids_sale(licence: str) -> str:
    """Name of the licence that forbids to sell the music; empty where none does.

    >>> forbids_sale("yours: no restrictions; CC BY-NC 4.0. The music made with it may be shared.")
    'CC BY-NC 4.0'
    """
    names = (part.partition(". ")[0] for part in _parts(licence))
    return next(filter(_NON_COMMERCIAL.search, names), "")


def allows_sale(licence: str) -> bool:
    """Whether it says that the music is the musician's own; what is not known says nothing."""
    return all(part.casefold().startswith(_OWN) for part in _parts(licence))


def _parts(licence: str) -> list[str]:
    """Of music that was joined from takes of several models, each model's."""
    return licence.split("; ")
