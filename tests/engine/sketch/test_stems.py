"""Stems: together they are the take's mix, and each goes with it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.generators.sketch import stems as of
from engine.generators.sketch.compose import compose
from engine.generators.sketch.stems import Stem, render_stems
from engine.generators.sketch.synth.dsp import frames, from_db
from engine.generators.sketch.synth.ends import fade, fold
from engine.generators.sketch.synth.mixer import BLOCK, Mixer
from engine.request import Request

ASKED = {
    "a piece, faded": Request(prompt="dub techno, echo, pads, 120 bpm", duration=5, seed=3),
    "a loop": Request(prompt="lo-fi hip hop loop, 84 bpm", duration=4, seed=5, loop=True),
}


def mixed(request: Request) -> np.ndarray:
    """The mix that goes into the master bus, (frames, 2)."""
    score = compose(request).score
    mixer, count = Mixer(score), frames(score.seconds)
    length = count + (mixer.rings_on(count) if score.loop else 0)
    blocks = [mixer.block(a, min(BLOCK, length - a)).T for a in range(0, length, BLOCK)]
    sound = np.concatenate(blocks)
    if score.loop:
        return fold(sound, count)
    fade(sound, 0, count, score)
    return sound


@pytest.mark.parametrize("what", ASKED)
def test_together_they_are_the_mix(what: str) -> None:
    request = ASKED[what]
    assert compose(request).score.loop is request.loop
    found = list(render_stems(request))
    names = [stem.name for stem in found]
    assert len(set(names)) == len(names) > 2
    assert all(np.abs(stem.samples).max() > 0.001 for stem in found), "and each is heard"
    together, whole = sum(stem.samples for stem in found), mixed(request)
    gain = np.vdot(together, whole) / np.vdot(whole, whole)
    assert np.abs(together - gain * whole).max() < 1e-4 * np.abs(together).max()
    loudest = max(np.abs(each).max() for each in (together, *(stem.samples for stem in found)))
    assert loudest == pytest.approx(from_db(-1), rel=1e-4)


def test_who_has_nothing_to_play_has_no_stem(monkeypatch: pytest.MonkeyPatch) -> None:
    made = compose(ASKED["a loop"])
    first, *others = made.score.parts
    silent = replace(made.score, parts=(replace(first, notes=()), *others))
    monkeypatch.setattr(of, "compose", lambda _: replace(made, score=silent))
    found = list(render_stems(ASKED["a loop"]))
    assert [stem.name for stem in found] == [part.name for part in others]


def test_two_of_a_name_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    made = compose(ASKED["a loop"])
    same = tuple(replace(part, name="Pad") for part in made.score.parts[:2])
    score = replace(made.score, parts=same)
    monkeypatch.setattr(of, "compose", lambda _: replace(made, score=score))
    assert [stem.name for stem in render_stems(ASKED["a loop"])] == ["Pad 1", "Pad 2"]
    assert isinstance(next(render_stems(ASKED["a loop"])), Stem)
