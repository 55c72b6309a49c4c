"""Words that go well in a prompt, and adding them to or taking them from one."""

from __future__ import annotations

import re

__all__ = ["STARTERS", "VOCABULARY", "add_word", "has_word", "remove_word", "words_in"]

VOCABULARY: dict[str, tuple[str, ...]] = {
    "mood": (
        "calm", "happy", "dark", "melancholic", "dreamy", "energetic", "tense", "epic",
        "romantic", "playful", "mysterious", "warm",
    ),
    "genre": (
        "lo-fi", "jazz", "ambient", "house", "techno", "trap", "hip hop", "synthwave", "rock",
        "funk", "bossa nova", "reggae", "classical", "cinematic", "drum and bass", "folk",
    ),
    "instrument": (
        "piano", "electric piano", "guitar", "strings", "brass", "flute", "saxophone", "synth",
        "pads", "bells", "choir", "harp", "808s", "gamelan",
    ),
    "tempo": ("70 bpm", "84 bpm", "96 bpm", "110 bpm", "120 bpm", "128 bpm", "140 bpm", "174 bpm"),
    "key": (
        "C major", "D major", "E major", "F major", "G major", "A major", "B♭ major", "C minor",
        "D minor", "E minor", "F minor", "F♯ minor", "G minor", "A minor", "B minor",
    ),
}  # fmt: skip
"""By kind; of tempo and key a prompt has one at most. The words are what the generators read,
so they are not translated."""

STARTERS = ("calm", "happy", "dark", "lo-fi", "jazz", "84 bpm", "D minor")
"""Shown before the prompt has any words of its own."""

_ONE_OF_A_KIND = {
    "tempo": re.compile(r"\b\d{2,3}(?:\.\d+)?\s*bpm\b", re.IGNORECASE),
    "key": re.compile(r"\b[A-G](?:[#b♯♭]|[- ]?(?:sharp|flat))?[ -]?(?:major|minor)\b"),
}
_KIND = {word: kind for kind, words in VOCABULARY.items() for word in words}


def has_word(prompt: str, word: str) -> bool:
    """Whether the prompt has the word as a word of its own, in any case.

    >>> has_word("Lo-fi, CALM piano", "calm"), has_word("calmly", "calm")
    (True, False)
    """
    # Most words are not there at all: then no pattern is made.
    return word.lower() in prompt.lower() and _pattern(word).search(prompt) is not None


def words_in(prompt: str) -> list[str]:
    """The words of the vocabulary that the prompt has; the longer one where two overlap."""
    found = [word for word in _KIND if has_word(prompt, word)]
    return [word for word in found if not any(word in other and word != other for other in found)]


def add_word(prompt: str, word: str) -> str:
    """The prompt with the word at its end; another tempo or key gives way.

    >>> add_word("calm piano, 84 bpm", "120 bpm")
    'calm piano, 120 bpm'
    """
    if has_word(prompt, word):
        return prompt
    rival = _ONE_OF_A_KIND.get(_KIND.get(word, ""))
    if rival is not None and rival.search(prompt):
        return rival.sub(word, prompt, count=1)
    before = prompt.rstrip().rstrip(",")
    return f"{before}, {word}" if before else word


def remove_word(prompt: str, word: str) -> str:
    """The prompt without the word and without the comma that it leaves behind.

    >>> remove_word("late night, calm, warm Rhodes", "calm")
    'late night, warm Rhodes'
    """
    rest = _pattern(word).sub("", prompt)
    rest = re.sub(r"\s*,(?:\s*,)+", ",", rest)
    rest = re.sub(r"[ \t]{2,}", " ", rest)
    return re.sub(r"^\s*,\s*|\s*,\s*$", "", rest).strip()


def _pattern(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])", re.IGNORECASE)
