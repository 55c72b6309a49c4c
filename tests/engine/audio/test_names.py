from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audio.names import safe_name, unique


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("melancholic lo-fi, 84 bpm, in D minor", "melancholic lo-fi, 84 bpm, in D minor"),
        ("../../etc/passwd", "etc-passwd"),
        ("C:\\Windows\\x", "C--Windows-x"),
        ('AC/DC: "live"?', "AC-DC- live"),
        ("piano 🎹 🧑🏽‍🎤", "piano 🎹 🧑🏽‍🎤"),
        ("هادئ بيانو", "هادئ بيانو"),
        ("con", "_con"),
        ("Nul.tar", "_Nul.tar"),
        ("COM¹", "_COM¹"),
        ("concerto", "concerto"),
        ("the end...  ", "the end"),
        (".hidden", "hidden"),
        ("-rf", "rf"),
        ("a\x00b\nc\u202egnp", "a b c gnp"),
        ("e\u0301tude", "\u00e9tude"),
        ("\ud800", "Untitled"),
        ("   ...", "Untitled"),
        ("", "Untitled"),
    ],
)
def test_safe_name(text: str, name: str) -> None:
    assert safe_name(text) == name


def test_a_long_name_ends_at_a_word() -> None:
    assert safe_name("slow " * 40) == ("slow " * 16).strip()


def test_a_long_name_never_ends_in_half_an_emoji() -> None:
    singer = "🧑🏽‍🎤"  # four characters, 15 bytes
    assert safe_name(singer * 9) == singer * 5


@given(st.text())
def test_any_text_gives_a_name_that_every_system_takes(text: str) -> None:
    name = safe_name(text)
    assert 0 < len(name.encode()) <= 81
    assert not set(name) & set('<>:"/\\|?*\x00\n')
    assert name == name.strip(" .")
    assert safe_name(name) == name or name.startswith("_")


def test_unique_counts_on(tmp_path: Path) -> None:
    path = tmp_path / "calm.piano.wav"
    assert unique(path) == path
    path.touch()
    assert unique(path).name == "calm.piano (2).wav"
    unique(path).touch()
    assert unique(path).name == "calm.piano (3).wav"
