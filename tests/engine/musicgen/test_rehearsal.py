"""What is tried at loading says what takes need, and leaves no trace in them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from engine.errors import OutOfMemory
from engine.generators.base import TriedStep
from engine.generators.musicgen import rehearsal
from engine.generators.musicgen.checkpoint import Checkpoint
from engine.generators.musicgen.codec import Codec
from engine.generators.musicgen.conditions import encode_conditions
from engine.generators.musicgen.decoder import Decoder
from engine.generators.musicgen.decoders.native import NativeDecoder
from engine.generators.musicgen.decoders.openvino import OpenVinoDecoder
from engine.generators.musicgen.decoders.reference import ReferenceDecoder
from engine.generators.musicgen.decoders.torch import TorchDecoder
from engine.generators.musicgen.rehearsal import try_sound, try_steps
from engine.generators.musicgen.song import Shape
from tests.engine.musicgen.growing import Take, grow

Make = Callable[[Checkpoint], Decoder[Any]]
EXACT: dict[str, Make] = {
    "reference": ReferenceDecoder,
    "torch": TorchDecoder,
    "openvino": lambda own: OpenVinoDecoder(own, "fp32"),
}
ALL: dict[str, Make] = {**EXACT, "native": NativeDecoder}
LONGEST = 300


def rehearse(checkpoint: Checkpoint, decoder: Any, company: int = 8) -> tuple[TriedStep, ...]:
    shape = Shape(checkpoint.delays, checkpoint.card, checkpoint.frame_rate, LONGEST)
    return try_steps(decoder, encode_conditions(checkpoint, "rain"), shape, company)


@pytest.mark.parametrize("make", ALL.values(), ids=ALL)
def test_it_tells_of_one_of_some_and_of_a_long_past(make: Make, tiny: Checkpoint) -> None:
    decoder = make(tiny)
    tried = rehearse(tiny, decoder)
    assert [(step.takes, step.past) for step in tried] == [(1, 0), (4, 0), (1, LONGEST // 2)]
    assert all(step.seconds > 0 for step in tried)
    assert [step.takes for step in rehearse(tiny, decoder, company=2)] == [1, 2, 1]
    assert rehearse(tiny, decoder, company=0) == ()
    expected = grow(tiny, make(tiny), [Take("calm", 9), Take("rain", 12)])
    grown = grow(tiny, decoder, [Take("calm", 9), Take("rain", 12)])
    assert all(map(torch.equal, grown, expected))


def test_what_is_skipped_is_a_silent_past(tiny: Checkpoint) -> None:
    """All decoders make the same of it, as each reads it."""
    tokens = [torch.zeros(len(tiny.delays), 1, dtype=torch.long)]
    said = []
    for make in EXACT.values():
        decoder = make(tiny)
        row = decoder.open(encode_conditions(tiny, "rain"))
        first = decoder.logits([row], tokens)
        row.skip(400)
        assert row.steps == 401
        said.append(decoder.logits([row], tokens))
        assert not torch.allclose(said[-1], first, atol=1e-3)
    for other in said[1:]:
        torch.testing.assert_close(other, said[0], atol=2e-4, rtol=1e-3)


def test_a_slow_computer_is_not_held_up(tiny: Checkpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = count()
    monkeypatch.setattr(rehearsal, "time", SimpleNamespace(perf_counter=lambda: next(ticks) * 0.3))
    steps = []
    decoder = TorchDecoder(tiny)
    logits = decoder.logits
    monkeypatch.setattr(decoder, "logits", lambda *own: steps.append(own) or logits(*own))
    assert [step.seconds for step in rehearse(tiny, decoder)] == pytest.approx([0.3] * 3)
    assert len(steps) == 1 + 2 * 3, "a round that does not count, and one that does"


def test_where_memory_ends_nothing_is_known_and_all_rows_are_given_back(
    tiny: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoder = NativeDecoder(tiny)
    monkeypatch.setattr(decoder, "logits", lambda *_: (_ for _ in ()).throw(OutOfMemory("full")))
    assert rehearse(tiny, decoder) == ()
    assert len(decoder._free) == len(decoder._cache)


def test_sound_is_tried_piece_by_piece_and_its_end_apart(
    tiny: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody's clock but the pieces' and the end's: a slow piece among three is no guide."""
    codec, heard = Codec(tiny), []
    times = iter([0.0, 1.0, 9.0, 10.0, 10.0, 16.0])
    monkeypatch.setattr(rehearsal, "time", SimpleNamespace(perf_counter=lambda: next(times)))
    rendering, finishing = try_sound(codec, len(tiny.delays), heard.append)
    assert rendering == pytest.approx(1.0 / 50)
    assert finishing == pytest.approx(6.0 / 3)
    assert len(heard[0]) == 150 * codec.hop
