"""Prompts are read generously, in two languages, and never fail."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.generators.sketch.reading import read
from tests.engine.sketch.prompts import STATED


@pytest.mark.parametrize(
    ("prompt", "tempo"),
    [
        ("84 bpm", 84),
        ("house at 124.5BPM", 124.5),
        ("tempo 90 jazz", 90),
        ("♩=72", 72),
        ("100-110 bpm funk", 105),
        ("rock 120 ketukan per menit", 120),
        ("500 bpm", None),
        ("2 guitars and 808s", None),
    ],
)
def test_a_tempo_is_found_in_any_dress(prompt: str, tempo: float | None) -> None:
    assert read(prompt).tempo == tempo


@pytest.mark.parametrize(
    ("prompt", "tonic", "mode"),
    [
        ("in D minor", "D", "minor"),
        ("Bb major", "Bb", "major"),
        ("E♭ mayor", "Eb", "major"),
        ("F# dorian", "F#", "dorian"),
        ("f sharp minor", "F#", "minor"),
        ("A flat major", "Ab", "major"),
        ("techno Am", "A", "minor"),
        ("C#m trap", "C#", "minor"),
        ("C kecil", "C", "minor"),
        ("do=G", "G", "major"),
        ("nada dasar E", "E", None),
        ("blues in A", "A", None),
        ("D harmonic minor", "D", "harmonic minor"),
        ("a sad song in a minor key", None, "minor"),
        ("jazz in a minor", "A", "minor"),
        ("make a major hit", None, "major"),
    ],
)
def test_a_key_is_found_in_any_spelling(prompt: str, tonic: str | None, mode: str | None) -> None:
    brief = read(prompt)
    assert (brief.tonic, brief.mode) == (tonic, mode)


@pytest.mark.parametrize(
    ("prompt", "meter"),
    [("waltz in 3/4", "3/4"), ("birama 6/8", "6/8"), ("7/8 rock", "7/8"), ("11/8", None)],
)
def test_a_metre_is_found(prompt: str, meter: str | None) -> None:
    assert read(prompt).meter == meter


@pytest.mark.parametrize(
    ("prompt", "field", "value"),
    [
        ("ambient techno", "styles", ("techno", "ambient")),
        ("lo-fi with jazz chords", "styles", ("lofi", "jazz")),
        ("drum & bass", "styles", ("dnb",)),
        ("R&B", "styles", ("soul",)),
        ("musik gamelan Bali", "styles", ("gamelan",)),
        ("neon night drive", "styles", ("synthwave",)),
        ("seamless loop", "loop", True),
        ("rock dengan fade out", "ending", "fade"),
        ("solo piano", "only", True),
        ("piano saja", "only", True),
        ("sad saxophone solo", "only", True),
        ("funk with saxophone solo", "only", False),
        ("house with drums", "drums", True),
        ("andante", "pace", (76, 100)),
        ("lebih cepat", "speed", 0.8),
    ],
)
def test_words_set_what_they_say(prompt: str, field: str, value: Any) -> None:
    assert getattr(read(prompt), field) == value


@pytest.mark.parametrize(
    "prompt", ["no drums", "without any drums", "tanpa drum", "drumless", "no melody or drums"]
)
def test_no_drums_means_no_drums(prompt: str) -> None:
    brief = read(prompt)
    assert {"drums", "kit_acoustic"} <= brief.unwanted
    assert brief.drums is False
    assert not brief.wanted


def test_a_denial_ends_with_its_list() -> None:
    brief = read("jazz with no piano or drums, with saxophone")
    assert {"piano", "drums"} <= brief.unwanted
    assert ("saxophone",) in brief.wanted
    assert brief.styles == ("jazz",)


def test_a_denied_mood_turns_round() -> None:
    assert read("sad folk").mood.valence < 0 < read("not sad folk").mood.valence
    assert read("not sad folk").styles == ("folk",)


def test_moods_agree_in_both_languages() -> None:
    for english, indonesian in (("sad", "sedih"), ("calm", "tenang"), ("energetic", "semangat")):
        assert read(english).mood == read(indonesian).mood


def test_strange_words_are_listed_as_written_in_order() -> None:
    brief = read("Flügelhorn lo-fi, 11/8 with Quux and vocals, xyzzy xyzzy 999 bpm")
    assert brief.not_understood == ("Flügelhorn", "11/8", "Quux", "vocals", "xyzzy", "999 bpm")


def test_plain_prompts_are_understood_whole() -> None:
    assert [(prompt, read(prompt).not_understood) for prompt, *_ in STATED] == [
        (prompt, ()) for prompt, *_ in STATED
    ]


@given(st.text(max_size=2000))
def test_any_text_is_read(text: str) -> None:
    brief = read(text)
    assert all(word for word in brief.not_understood)


@pytest.mark.parametrize("prompt", ["", "🎸🎶", "עברית 120 bpm", "𝓵𝓸𝓯𝓲", "a" * 2000, "no " * 600])
def test_odd_prompts_are_read(prompt: str) -> None:
    read(prompt)
