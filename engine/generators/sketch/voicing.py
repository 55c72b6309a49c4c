"""Voice leading: each chord in the voicing that moves least from the one before."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from engine.generators.sketch.theory import Chord

__all__ = ["lead", "voicings"]


@lru_cache(maxsize=8192)  # a piece's drafts and sections come by the same chords again and again
def lead(
    chord: Chord,
    before: tuple[int, ...] | None,
    *,
    centre: int,
    voices: int,
    spread: bool,
    low: int,
    high: int,
) -> tuple[int, ...]:
    """The pitches for a chord, lowest first: near the last ones and near the centre."""
    candidates = voicings(chord.tones, voices, spread, centre, low, high)

    def cost(pitches: tuple[int, ...]) -> float:
        middle = sum(pitches) / len(pitches)
        away = abs(middle - centre) * 0.6
        if before is None:
            return away
        moved = sum(min(abs(pitch - old) for old in before) for pitch in pitches)
        return away + moved + 0.8 * abs(pitches[-1] - before[-1])

    return min(candidates, key=cost)


@lru_cache(maxsize=8192)
def voicings(
    tones: tuple[int, ...], voices: int, spread: bool, centre: int, low: int, high: int
) -> tuple[tuple[int, ...], ...]:
    """All ways to set the tones close around the centre, or opened up."""
    kept = _thin(tones, voices)
    found: list[tuple[int, ...]] = []
    if len(kept) == 2 and voices >= 3:
        kept = (*kept, kept[0])  # a power chord doubles its root, and keeps it lowest
    for turn in range(1 if len(set(kept)) == 2 else len(kept)):
        order = kept[turn:] + kept[:turn]
        for octave in range(max(0, centre // 12 - 2), centre // 12 + 2):
            pitches = [12 * octave + order[0]]
            for tone in order[1:]:
                pitches.append(pitches[-1] + (tone - pitches[-1]) % 12)
            if spread and len(pitches) >= 3:
                pitches[1] += 12
                pitches.sort()
            if pitches[0] >= low and pitches[-1] <= high and not _muddy(pitches):
                found.append(tuple(pitches))
    if found:
        return tuple(found)
    middle = min(max(centre, low), high)
    return (tuple(sorted({_near(tone, middle, low, high) for tone in kept})),)


def _thin(tones: tuple[int, ...], voices: int) -> tuple[int, ...]:
    """At most ``voices`` different notes: the fifth goes first, then the root; the bass has it."""
    kept = list(dict.fromkeys(tones))
    if len(kept) > voices and len(kept) >= 4:
        kept.remove(tones[2])
    if len(kept) > voices and len(kept) >= 4:
        kept.remove(tones[0])
    return tuple(kept[:voices])


def _muddy(pitches: list[int]) -> bool:
    """Narrow intervals down low, or a chord that rubs at its top."""
    return any(
        (low < 52 and high - low < 3) or (low < 45 and high - low < 5)
        for low, high in pairwise(pitches)
    )


def _near(tone: int, centre: int, low: int, high: int) -> int:
    pitch = centre + (tone - centre + 6) % 12 - 6
    if pitch < low:
        pitch += 12
    return pitch - 12 if pitch > high else pitch
