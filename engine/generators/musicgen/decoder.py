"""What every decoder offers: rows that grow step by step, each at its own pace.

A decoder is the language model at work. It reads tokens and gives the logits of the next ones;
it neither samples (``sampling``) nor knows the delay pattern (``pattern``). Rows are ragged: they
join and leave at any step, and each attends to its own past alone, so a row's logits do not
depend on its neighbours but for the rounding of floating-point sums (see ``Decoder.repeats``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, TypeVar

import torch
from torch import Tensor

from engine.errors import OutOfMemory
from engine.generators.musicgen.conditions import Conditions

__all__ = ["Decoder", "Row", "closed_if_it_fails", "guide", "out_of_memory"]


class Row(Protocol):
    """One take's place in a decoder; made by ``open``, freed by ``close``."""

    @property
    def steps(self) -> int:
        """Steps that it has read."""
        ...

    @property
    def guidance(self) -> float: ...

    def skip(self, steps: int) -> None:
        """Go on, after a first step, as if so many more had been read, in which there was nothing.
        For a rehearsal: it costs what a past of that length costs."""
        ...


AnyRow = TypeVar("AnyRow", bound=Row)


class Decoder(Protocol[AnyRow]):
    """Reads tokens and predicts the next ones, for many rows of its own kind at once.

    >>> row = decoder.open(encode_conditions(checkpoint, "calm piano"), guidance=3.0)
    >>> logits = decoder.logits([row], [tokens.read()])
    >>> decoder.close(row)
    """

    name: str
    precision: str
    """Of the weights: "fp32", "bf16", "fp16", "int8" or "int4"."""
    repeats: str
    """How well a take repeats in another batch: "exactly", bit by bit, or "nearly": sums are
    rounded differently, which in low precision may tip a token. Takes then say so."""

    def open(self, conditions: Conditions, guidance: float = 3.0) -> AnyRow:
        """Make room for a take, and compute once what stays the same at all its steps."""
        ...

    def logits(self, rows: Sequence[AnyRow], inputs: Sequence[Tensor]) -> Tensor:
        """Let each row read its input [codebooks, steps] and say what comes next.

        Gives guided logits [rows, codebooks, card], float32 on the CPU. A row's first input may
        be long (a prompt); later ones are mostly one step. Raises OutOfMemory; the rows are lost
        then.
        """
        ...

    def close(self, row: AnyRow) -> None:
        """Free the row's memory. It must not be used again."""
        ...

    def row_bytes(self, steps: int, streams: int = 2) -> int:
        """Memory that a row of so many steps takes, beside the weights."""
        ...


def guide(wanted: Tensor, absent: Tensor, guidance: Tensor) -> Tensor:
    """Classifier-free guidance: away from ``absent``, towards ``wanted`` (Ho and Salimans 2022).

    Logits [rows, codebooks, card] and one strength per row [rows]; 1 gives ``wanted``.
    """
    return absent + (wanted - absent) * guidance.view(-1, 1, 1)


@contextmanager
def closed_if_it_fails(decoder: Decoder[AnyRow], row: AnyRow) -> Iterator[None]:
    """A row that nobody gets keeps nothing."""
    try:
        yield
    except BaseException:
        decoder.close(row)
        raise


@contextmanager
def out_of_memory() -> Iterator[None]:
    """Say what the caller can act on: fewer rows may fit."""
    try:
        yield
    except (MemoryError, torch.OutOfMemoryError) as error:
        raise OutOfMemory(
            "There was not enough memory for this take.", detail=str(error)
        ) from error
    except RuntimeError as error:  # the CPU's allocator has no error of its own
        if "allocate memory" not in str(error):
            raise
        raise OutOfMemory(
            "There was not enough memory for this take.", detail=str(error)
        ) from error
