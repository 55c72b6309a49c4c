"""The composer's ear: it knows a plain key from a doubtful one, and drafts are written anew."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.generators.sketch.compose import compose
from engine.generators.sketch.ear import plainness
from engine.generators.sketch.score import Mix, Note, Part, Score
from engine.generators.sketch.theory import Key
from engine.request import Request
from tests.engine.sketch.prompts import STATED

KEYS = [Key(tonic, mode) for mode in ("major", "minor") for tonic in ("C", "Eb", "F#", "A", "B")]
MAJOR, MINOR = (0, 4, 7), (0, 3, 7)
HOMING = {  # I IV V I and i iv bVI i, from the tonic up
    "major": ((0, MAJOR), (5, MAJOR), (7, MAJOR), (0, MAJOR)),
    "minor": ((0, MINOR), (5, MINOR), (8, MAJOR), (0, MINOR)),
}


def chords(*bars: tuple[int, tuple[int, ...]]) -> Score:
    """Held chords, a bar each: a root as a MIDI pitch, also in the bass, and its intervals."""
    notes = tuple(
        Note(4.0 * i, 4.0, root + step, 0.7)
        for i, (root, shape) in enumerate(bars)
        for step in (-12, *shape)
    )
    part = Part("Chords", "chords", "organ", notes)
    return Score("test", 120.0, 4, "4/4", "C", (), (part,), Mix(), 2.0 * len(bars))


def at_home(key: Key) -> Sequence[tuple[int, tuple[int, ...]]]:
    return [(48 + key.pc + step, shape) for step, shape in HOMING[key.family]]


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_hears_the_key_of_a_cadence_and_no_other(key: Key) -> None:
    score = chords(*at_home(key))
    assert plainness(score, key) > 0
    for other in KEYS:
        if (other.pc, other.family) != (key.pc, key.family):
            assert plainness(score, other) < 0, other


def test_what_never_comes_home_is_less_plain() -> None:
    """vi ii V V: all in C major, but nobody would swear to it."""
    key = Key("C", "major")
    astray = chords((57, MINOR), (50, MINOR), (55, MAJOR), (55, MAJOR))
    assert plainness(astray, key) < plainness(chords(*at_home(key)), key) - 0.1


@given(st.integers(0, 11), st.sampled_from(["major", "minor"]))
def test_is_the_same_in_every_key(steps: int, mode: str) -> None:
    home = Key("C", mode)
    there = Key(["C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"][steps], mode)
    assert plainness(chords(*at_home(there)), there) == pytest.approx(
        plainness(chords(*at_home(home)), home)
    )


def test_drums_and_weather_have_no_key() -> None:
    score = chords(*at_home(Key("D", "minor")))
    (part,) = score.parts
    noises = tuple(
        replace(part, instrument=name, notes=tuple(replace(note, pitch=61) for note in part.notes))
        for name in ("kit_rock", "rain")
    )
    key = Key("D", "minor")
    assert plainness(replace(score, parts=noises), key) == 0
    assert plainness(replace(score, parts=(part, *noises)), key) == plainness(score, key)


def test_the_composer_writes_a_doubtful_draft_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over prompts of all styles, pieces are plainly in their key; first drafts often are not."""

    def doubtful() -> int:
        """How many pieces lead all other keys by less than a twentieth."""
        count = 0
        for seed, (prompt, _, _) in enumerate(STATED):
            score = compose(Request(prompt=prompt, duration=22, seed=seed)).score
            tonic, mode = score.key.split()
            count += plainness(score, Key(tonic, mode)) < 0.05
        return count

    written_anew = doubtful()
    monkeypatch.setattr("engine.generators.sketch.compose._DRAFTS", 1)
    assert written_anew < 0.1 * len(STATED) < doubtful()
