"""Rows and their streams, as all fast decoders have them; and what of a call goes together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Generic, TypeVar

import torch
from torch import Tensor

from engine.generators.musicgen.decoder import guide, out_of_memory
from engine.generators.musicgen.threads import one_thread

__all__ = ["StreamRow", "answer", "guide_rows"]

Stream = TypeVar("Stream")
"""One sequence through the transformer, with whatever a decoder keeps of it."""


@dataclass(slots=True, eq=False)
class StreamRow(Generic[Stream]):
    """A take in a decoder that keeps each sequence through the transformer for itself."""

    guidance: float
    streams: list[Stream]
    """What is wanted, then its absence; or the absence alone."""
    prefix: Tensor | None
    """What is put before the music [streams, steps, dim], until it has been read."""
    steps: int = 0

    def skip(self, steps: int) -> None:
        """The next step makes room for them; new room is silence."""
        self.steps += steps


Rows = Sequence[StreamRow[Stream]]


def answer(
    rows: Rows[Stream],
    inputs: Sequence[Tensor],
    read: Callable[[Rows[Stream], Sequence[Tensor]], Tensor],
    step: Callable[[Rows[Stream], Sequence[Tensor]], Tensor],
) -> Tensor:
    """Logits [rows, codebooks, card]: each run of steps is ``read`` alone, and all that have one
    step to go take it together. Raises OutOfMemory."""
    answers: dict[int, Tensor] = {}
    stepping = []
    with out_of_memory():
        for index, (row, tokens) in enumerate(zip(rows, inputs, strict=True)):
            if tokens.shape[1] == 1 and row.prefix is None:
                stepping.append(index)
            else:
                answers[index] = read([row], [tokens])[0]
        if stepping:
            said = step([rows[index] for index in stepping], [inputs[index] for index in stepping])
            answers.update(zip(stepping, said, strict=True))
    return torch.stack([answers[index] for index in range(len(rows))])


def guide_rows(
    logits: Tensor, rows: Rows[Stream], places: Iterable[Sequence[int]] | None = None
) -> Tensor:
    """Guided logits [rows, codebooks, card] of the streams' [streams, codebooks, card].

    ``places``: where each row's streams stand in them; None: in the order of the rows.
    """
    if places is None:
        ends = accumulate(len(row.streams) for row in rows)
        places = (range(end - len(row.streams), end) for row, end in zip(rows, ends, strict=True))
    first, last = zip(*((own[0], own[-1]) for own in places), strict=True)
    guidance = torch.tensor([row.guidance for row in rows])
    with one_thread():
        return guide(logits[list(first)], logits[list(last)], guidance)
