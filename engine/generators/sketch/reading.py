"""Reading: from the words of a prompt to a Brief, in English and Indonesian."""

from __future__ import annotations

import unicodedata
from typing import Any

from engine.generators.sketch.brief import Brief, Mood
from engine.generators.sketch.figures import read_figures
from engine.generators.sketch.score import DRUM_KITS
from engine.generators.sketch.vocabulary import Meaning, Token, match, tokens

__all__ = ["read"]


def read(prompt: str) -> Brief:
    """Never fails; words that mean nothing to us are listed in the prompt's order.

    >>> read("melancholic lo-fi hip hop, 84 bpm, in D minor").tempo
    84.0
    """
    text = unicodedata.normalize("NFKC", prompt)
    figures = read_figures(text)
    reader = _Reader()
    words = list(tokens(figures.rest))
    place = 0
    while place < len(words):
        count, meanings = match(words, place)
        used = words[place : place + max(1, count)]
        reader.take(used, meanings)
        place += len(used)
    reader.finish()
    unknown = sorted([*figures.strange, *reader.unknown])
    return Brief(
        styles=reader.ranked_styles(),
        tempo=figures.tempo,
        pace=reader.pace,
        speed=max(-1.0, min(1.0, reader.speed)),
        tonic=figures.tonic,
        mode=figures.mode or reader.mode,
        meter=figures.meter or reader.meter,
        mood=reader.mood(),
        wanted=tuple(reader.wanted),
        unwanted=frozenset(reader.unwanted),
        only=reader.only,
        drums=reader.drums,
        loop=reader.loop,
        ending=reader.ending,
        not_understood=tuple(dict.fromkeys(word for _, word in unknown)),
    )


class _Reader:
    """Takes phrases one after the other and remembers what they change."""

    def __init__(self) -> None:
        self.styles: list[tuple[str, bool]] = []  # name, and whether the next word is a style too
        self.hints: list[str] = []
        self.wanted: list[tuple[str, ...]] = []
        self.unwanted: set[str] = set()
        self.unknown: list[tuple[int, str]] = []
        self.pace: tuple[float, float] | None = None
        self.speed = 0.0
        self.mode: str | None = None
        self.meter: str | None = None
        self.loop = False
        self.ending: str | None = None
        self.only = False
        self._solo = False
        self._after_instrument = False
        self.drums: bool | None = None
        self._moods: list[tuple[dict[str, Any], float]] = []
        self._negative: Token | None = None
        self._negated = 0
        self._force = 1.0
        self._style_end = -1

    def take(self, used: list[Token], meanings: tuple[Meaning, ...]) -> None:
        """One phrase; no meanings: an unknown word."""
        kinds = {meaning.kind for meaning in meanings}
        if "negations" in kinds:
            self._negative, self._negated = used[0], 0
            return
        if "joining" in kinds and self._negative is not None:
            return
        if "more" in kinds or "less" in kinds:
            self._force = 1.4 if "more" in kinds else 0.5
        if not meanings:
            self._stop_negating()
            self.unknown.append((used[0].at, used[0].written))
            return
        if self._negated and not kinds & {"instrument", "absent"}:
            self._negative, self._negated = None, 0  # only lists of players go on being denied
        if self._negative is not None:
            self._deny(meanings)
            return
        touching = used[0].at - self._style_end <= 1 and self._style_end >= 0
        for meaning in meanings:
            self._accept(meaning, touching)
        self._after_instrument = "instrument" in kinds
        if "style" in kinds:
            self._style_end = used[-1].at + len(used[-1].written)
        if "absent" in kinds and len(kinds) == 1:
            self.unknown.extend((token.at, token.written) for token in used)
        if not kinds & {"more", "less"}:
            self._force = 1.0

    def finish(self) -> None:
        self._stop_negating()
        self.only = self.only or (self._solo and not self.styles)

    def ranked_styles(self) -> tuple[str, ...]:
        """Of styles that touch ("ambient techno") the last rules; else the first named."""
        names = [name for name, _ in self.styles]
        if names:
            ruling = 0
            while ruling + 1 < len(self.styles) and self.styles[ruling + 1][1]:
                ruling += 1
            names.insert(0, names.pop(ruling))
        return tuple(dict.fromkeys(names or self._strongest_hint()))

    def mood(self) -> Mood:
        """All moods together: their mean, each axis only over those that speak of it."""

        def mean(axis: str) -> float:
            said = [entry[axis] * force for entry, force in self._moods if axis in entry]
            return max(-1.0, min(1.0, sum(said) / len(said))) if said else 0.0

        return Mood(
            mean("valence"),
            mean("arousal"),
            mean("bright"),
            mean("space"),
            asked=bool(self._moods),
        )

    def _strongest_hint(self) -> list[str]:
        """A hint rules only when no style is named; the one hinted at most, or first."""
        return sorted(set(self.hints), key=lambda n: (-self.hints.count(n), self.hints.index(n)))[
            :1
        ]

    def _accept(self, meaning: Meaning, touching: bool) -> None:
        match meaning.kind:
            case "style":
                self.styles.append((meaning.value, touching))
            case "hint":
                self.hints.append(meaning.value)
            case "mood":
                self._moods.append((meaning.value, self._force))
            case "instrument":
                self._want(meaning.value)
            case "speed":
                self.speed += meaning.value * self._force
            case "pace":
                self.pace = tuple(meaning.value)
            case "mode":
                self.mode = self.mode or meaning.value
            case "meter":
                self.meter = self.meter or meaning.value
            case "only":
                self.only = True
            case "solo" if self._after_instrument:
                self._solo = True  # "saxophone solo": alone only where no style brings a band
            case "solo":
                self.only = True
            case "loop":
                self.loop = True
            case "fade":
                self.ending = "fade"
            case "close":
                self.ending = "chord"
            case "drumless":
                self._exclude_drums()
            case _:
                pass

    def _want(self, entry: dict[str, Any]) -> None:
        instruments = tuple(entry.get("as", ()))
        if entry.get("role") == "drums":
            self.drums = True
        if instruments and instruments not in self.wanted:
            self.wanted.append(instruments)

    def _deny(self, meanings: tuple[Meaning, ...]) -> None:
        """What a "no" forbids; moods turn round, and what never sounds is simply agreed to."""
        self._negated += 1
        turned = False
        for meaning in meanings:
            match meaning.kind:
                case "instrument":
                    entry = meaning.value
                    if entry.get("role") == "drums":
                        self._exclude_drums()
                    elif "as" in entry:
                        self.unwanted.update(entry["as"])
                    else:
                        self.unwanted.add(entry["role"])
                    turned = True
                case "mood":
                    self._moods.append((meaning.value, -0.6))
                    turned = True
                case "speed":
                    self.speed -= 0.5 * meaning.value
                    turned = True
                case "absent" | "style" | "hint" | "fade" | "loop" | "close":
                    turned = True
                case _:
                    pass
        if not turned:
            self._negative = None
            for meaning in meanings:
                self._accept(meaning, touching=False)

    def _exclude_drums(self) -> None:
        self.drums = False
        self.unwanted.update(("drums", "percussion", *DRUM_KITS))

    def _stop_negating(self) -> None:
        """A "no" that forbade nothing was not understood either."""
        if self._negative is not None and self._negated == 0:
            self.unknown.append((self._negative.at, self._negative.written))
        self._negative = None
