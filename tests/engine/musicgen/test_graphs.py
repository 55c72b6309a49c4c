"""Recorded steps give what plain steps give. A stand-in records, as there is no GPU here."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from engine.generators.musicgen.checkpoint import Checkpoint
from engine.generators.musicgen.decoders.torch import TorchDecoder
from tests.engine.musicgen.growing import Take, grow

TAKES = [("calm piano", 270, 0), ("rain", 15, 0), ("", 20, 4), ("fast drums", 30, 10)]


def takes() -> list[Take]:
    return [Take(prompt, frames, joins) for prompt, frames, joins in TAKES]


def test_replayed_steps_are_the_same(tiny: Checkpoint) -> None:
    recorded: list[tuple[int, ...]] = []

    def capture(
        function: Callable[..., Tensor], inputs: tuple[Tensor, ...]
    ) -> tuple[Callable[[], None], Tensor]:
        output = function(*inputs).clone()
        recorded.append(tuple(inputs[0].shape))
        addresses = [keys.data_ptr() for keys in decoder._past.keys]

        def replay() -> None:
            # A graph knows only the memory that it was recorded with.
            assert addresses == [keys.data_ptr() for keys in decoder._past.keys]
            output.copy_(function(*inputs))

        return replay, output

    decoder = TorchDecoder(tiny, capture=capture)
    replayed = grow(tiny, decoder, takes())
    plain = grow(tiny, TorchDecoder(tiny), takes())
    for one, other in zip(replayed, plain, strict=True):
        assert torch.equal(one, other)
    assert len(recorded) < 20  # of 273 steps


@pytest.mark.parametrize("error", [RuntimeError("operation not permitted"), NotImplementedError()])
def test_what_cannot_be_recorded_runs_as_it_is(tiny: Checkpoint, error: Exception) -> None:
    calls = []

    def capture(function: object, inputs: object) -> tuple[Callable[[], None], Tensor]:
        calls.append(function)
        raise error

    grown = grow(tiny, TorchDecoder(tiny, capture=capture), takes()[1:])
    for one, other in zip(grown, grow(tiny, TorchDecoder(tiny), takes()[1:]), strict=True):
        assert torch.equal(one, other)
    assert len(calls) == 1
