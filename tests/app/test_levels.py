"""Levels are shown when their blocks are heard, each once, and fall to silence afterwards."""

from __future__ import annotations

from app.playback.levels import Levels
from app.playback.meter import Level, Reading
from app.playback.state import Now

RATE = 1_000
BLOCK = 10
LOUD = (1.0, 0.5)


def now(heard: int, written: int) -> Now:
    """At the moment 0."""
    levels = [Level(start, BLOCK / RATE, LOUD, (0.5, 0.125)) for start in range(0, written, BLOCK)]
    return Now(0.0, heard, written, RATE, levels=levels)


def test_each_block_is_shown_once_when_it_is_heard() -> None:
    levels = Levels()
    levels.begin(now(0, 0), 0.0)
    playing = now(0, 100)
    assert [
        len(levels.look(playing, moment, playing=True)) for moment in (0.005, 0.015, 0.016)
    ] == [
        1,
        1,
        0,
    ]
    assert len(levels.look(playing, 9.0, playing=True)) == 8, "no more than was written"
    assert not levels.at_rest


def test_what_was_written_before_is_not_shown() -> None:
    levels = Levels()
    levels.begin(now(0, 50), 0.0)
    assert not levels.look(now(0, 50), 0.04, playing=True)
    levels.begin_anew()
    [*_, (left, right)] = levels.look(now(0, 50), 0.045, playing=True)
    assert (left.peak, round(right.peak)) == (0.0, -6)


def test_it_falls_to_silence_and_rests() -> None:
    levels = Levels()
    levels.begin(now(0, 0), 0.0)
    levels.look(now(0, 10), 0.02, playing=True)
    [(left, _)] = levels.look(now(0, 10), 0.12, playing=False)
    assert -60 < left.peak < 0 and not levels.at_rest
    for second in range(1, 60):
        [fallen] = levels.look(now(0, 10), second, playing=False)
    assert levels.at_rest and fallen == (Reading(), Reading())
