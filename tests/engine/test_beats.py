"""Bars and beats: named, found again, and never lost between two samples."""

from __future__ import annotations

from math import inf, nan
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.beats import Beats
from engine.jobs import Take

SAMPLE = 1 / 44_100

beats_of_any_music = st.builds(Beats, st.floats(30, 300), st.integers(1, 12))
counts = st.integers(0, 1_000)


@pytest.mark.parametrize(
    ("tempo", "per_bar", "known"),
    [
        (90.0, 3, True),
        (90.0, None, False),
        (None, None, False),
        *((tempo, 3, False) for tempo in (inf, nan, -90.0, 0.0, 1e-9, 1e14)),
        *((90.0, per_bar, False) for per_bar in (-4, 0, 10**9)),
    ],
)
def test_a_tempo_that_was_only_heard_or_that_no_music_has_tells_no_bars(
    tempo: float | None, per_bar: int | None, known: bool
) -> None:
    take = Take(Path("a.wav"), 8.0, 44_100, 2, "", tempo=tempo, beats_per_bar=per_bar)
    assert Beats.of(take) == (Beats(90.0, 3) if known else None)


@given(beats_of_any_music, counts, st.floats(-SAMPLE, SAMPLE))
def test_a_playhead_on_a_beat_is_at_its_place_and_goes_on_from_there(
    beats: Beats, count: int, off: float
) -> None:
    at = max(count * beats.beat + off, 0.0)
    bar, beat = beats.place(at)
    assert ((bar - 1) * beats.per_bar, beat - 1) == (
        count // beats.per_bar * beats.per_bar,
        count % beats.per_bar,
    )
    assert beats.first_from(at) == pytest.approx(count * beats.beat)
    ahead, back = beats.next_bar(at), beats.bar_before(at)
    assert ahead - at > 0.5 * beats.beat
    assert back == 0 or at - back > 0.5 * beats.beat
    assert ahead - back <= 2 * beats.bar + 1e-6
    assert beats.place(ahead) == (bar + 1, 1)
    assert beats.place(back)[1] == 1


@given(beats_of_any_music, st.floats(0, 1), st.floats(0.5, 600))
def test_the_nearest_beat_is_near_and_in_the_take(
    beats: Beats, share: float, duration: float
) -> None:
    at = share * duration
    found = beats.nearest(at, within=duration)
    assert 0 <= found <= duration
    assert abs(found - at) <= beats.beat / 2 + 1e-6
    on_beat = found / beats.beat
    assert found == duration or on_beat == pytest.approx(round(on_beat))
