"""What a file says of itself, without what can't be: anybody may have written it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import islice
from typing import TypeVar

from engine.beats import is_metre, is_tempo
from engine.generators.base import Facts

__all__ = ["LONGEST", "plausible", "short"]

LONGEST = 5_000
"""Characters of one text: more than the longest prompt, or a model's path."""
_MOST = 1_000
"""Texts in a row: a prompt has no more words."""

T = TypeVar("T")


def plausible(facts: Facts) -> Facts:
    """These facts without figures that no music has, and with texts that can be shown."""
    return replace(
        facts,
        made_by=short(facts.made_by),
        licence=short(facts.licence),
        tempo=_if(is_tempo, facts.tempo),
        beats_per_bar=_if(is_metre, facts.beats_per_bar),
        key=None if facts.key is None else short(facts.key),
        not_understood=_few(facts.not_understood),
        extra={
            short(name): short(value)
            for name, value in islice(facts.extra.items(), _MOST)
            if not _is_endless(value)
        },
        remarks=_few(facts.remarks),
        weights=short(facts.weights),
    )


def short(text: str) -> str:
    return text[:LONGEST]


def _few(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(short, islice(texts, _MOST)))


def _if(fits: Callable[[T], bool], value: T | None) -> T | None:
    return value if value is not None and fits(value) else None


def _is_endless(text: str) -> bool:
    """Whether it is a number that is none, such as a loudness of "inf"."""
    try:
        return not math.isfinite(float(text))
    except ValueError:
        return False
