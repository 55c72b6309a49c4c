"""The vocabulary: phrases of a prompt to what they mean, from the TOML files of the program."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple

__all__ = ["Meaning", "Phrase", "Token", "match", "tokens", "vocabulary"]

Kind = Literal[
    "style",
    "hint",
    "mood",
    "instrument",
    "speed",
    "pace",
    "mode",
    "meter",
    "negations",
    "only",
    "solo",
    "joining",
    "more",
    "less",
    "loop",
    "fade",
    "close",
    "drumless",
    "absent",
    "stop",
]
Phrase = tuple[str, ...]

_TOKEN = re.compile(r"[^\W_]+(?:['’&][^\W_]+)*[#♯♭]?")
_LONGEST = 4
"""Words in a phrase."""


class Meaning(NamedTuple):
    """One thing a phrase says; ``value`` is a name, or the entry's table."""

    kind: Kind
    value: Any


class Token(NamedTuple):
    """A word: as compared, as written, and where."""

    word: str
    written: str
    at: int


def tokens(text: str) -> Iterator[Token]:
    """The words of a text; hyphens, underscores and signs part them."""
    for found in _TOKEN.finditer(text):
        written = found.group()
        yield Token(written.casefold().replace("’", "'"), written, found.start())


@lru_cache(maxsize=1)
def vocabulary() -> dict[Phrase, tuple[Meaning, ...]]:
    """Every known phrase with all that it means."""
    book: defaultdict[Phrase, list[Meaning]] = defaultdict(list)
    for kind, value, words in _entries():
        for word in words:
            meaning = Meaning(kind, value)
            phrase = tuple(token.word for token in tokens(word))
            if meaning not in book[phrase]:
                book[phrase].append(meaning)
    return {phrase: tuple(meanings) for phrase, meanings in book.items()}


def match(words: list[Token], start: int) -> tuple[int, tuple[Meaning, ...]]:
    """The longest known phrase from a place: how many words, and its meanings (0: unknown)."""
    book = vocabulary()
    for count in range(min(_LONGEST, len(words) - start), 0, -1):
        phrase = tuple(token.word for token in words[start : start + count])
        for spelling in _spellings(phrase):
            if spelling in book:
                return count, book[spelling]
    return 0, ()


def _spellings(phrase: Phrase) -> Iterator[Phrase]:
    """The phrase, and its last word without plural, "-nya" or "-ish"."""
    yield phrase
    *head, last = phrase
    for ending in ("s", "es", "nya", "ish", "'s", "esque"):
        if last.endswith(ending) and len(last) - len(ending) >= 3:
            yield (*head, last.removesuffix(ending))


def _entries() -> Iterator[tuple[Kind, Any, Iterable[str]]]:
    for name, entry in _read("styles").items():
        yield "style", name, entry["words"]
        yield "hint", name, entry.get("hints", ())
    for entry in _read("moods").values():
        yield "mood", entry, entry["words"]
    for name, entry in _read("instruments").items():
        yield "instrument", {"name": name, **entry}, entry["words"]
    general = _read("general")
    tables: tuple[tuple[Kind, str], ...] = (
        ("speed", "speed"),
        ("pace", "pace"),
        ("mode", "modes"),
        ("meter", "meters"),
    )
    for kind, table in tables:
        for word, value in general[table].items():
            yield kind, value, (word,)
    lists: tuple[Kind, ...] = (
        "negations",
        "only",
        "solo",
        "joining",
        "more",
        "less",
        "loop",
        "fade",
        "close",
        "drumless",
        "absent",
    )
    for kind in lists:
        yield kind, kind, general[kind]
    yield "stop", "stop", general["words"]["stop"]


def _read(name: str) -> dict[str, Any]:
    path = files("resources.vocabulary") / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
