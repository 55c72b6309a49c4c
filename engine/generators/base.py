"""What every generator offers: start, advance, finish.

Music grows step by step, so a generator is three verbs, and the host's loop does the rest:
batching (advance several takes at once; late ones join), cancel (drop one from the list),
progress, preview and checkpoints all happen between two steps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.request import Request

__all__ = [
    "Audio", "Facts", "Generator", "Growing", "Reading", "Rehearsal", "Report", "Samples",
    "TriedStep",
]  # fmt: skip

Samples = NDArray[np.float32]
"""Shape (frames, channels), full scale at -1 and 1."""


Report = Callable[[float], None]
"""Told the share that is done of something long, 0 to 1, after each part of it: who is silent for
long counts as hung. It is for real progress; a clock would report a hang, too."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the generator knows about the take it made."""

    made_by: str
    """Generator and version, for example "sketch 1"."""
    licence: str = ""
    tempo: float | None = None
    """Beats per minute."""
    beats_per_bar: int | None = None
    key: str | None = None
    """For example "D minor"."""
    not_understood: tuple[str, ...] = ()
    """Words of the prompt that it could not use, in the prompt's order."""
    extra: dict[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    """What else a musician should know of how it was made, in sentences."""
    loops: bool = False
    """Its end meets its start, whether a request's field or its words asked for that."""
    weights: str = ""
    """As the generator's."""


@dataclass(frozen=True, slots=True)
class Audio:
    """A finished take in memory."""

    samples: Samples
    sample_rate: int
    facts: Facts
    midi: bytes | None = None
    """A standard MIDI file, where the generator writes notes."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What makes some steps slower than others: all that is read in them again."""

    past: float = 0.0
    """Earlier steps, summed over the steps that read them."""
    at_once: float = 0.0
    """Steps of prompts: each is work as one more take in a step is."""


@dataclass(frozen=True, slots=True)
class TriedStep:
    """A step that was tried before any take grew."""

    takes: int
    """That went through it together."""
    past: int
    """Earlier steps that each of them read."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What was tried at loading, so that the first take's end can be foretold."""

    steps: tuple[TriedStep, ...] = ()
    rendering: float = 0.0
    """Seconds that ``Generator.render`` needs for what one take grows by in a step."""
    finishing: float | None = None
    """Seconds that it takes to finish a second of music; None: that was not tried."""


class Growing(Protocol):
    """A take under way. Generators keep their own state in it."""

    @property
    def request(self) -> Request: ...

    @property
    def steps_done(self) -> int: ...

    @property
    def steps_total(self) -> int: ...

    def reading(self, first: int, last: int) -> Reading:
        """What the steps from number ``first`` up to ``last`` read again, all in all."""
        ...


class Generator(Protocol):
    """Makes music for requests, several at once where it can.

    One thread calls it; a step should take well under a second, because cancel, pause and
    progress wait for its end.
    """

    name: str
    version: str
    weights: str
    """Tells a model from another training of it, in some hex digits; empty where none was trained.
    For comparing alone: nobody reads it."""
    device: str
    """Where it computes, and in which numbers: "CPU int8", "CUDA fp16"."""
    slots: int
    """Takes it can grow at once; may shrink when memory is short."""
    rehearsal: Rehearsal
    heavy: bool
    """Holds so much memory that only one such generator is loaded at a time."""

    def start(self, request: Request, checkpoint: bytes | None = None) -> Growing:
        """Read the prompt and plan. Raises GenerationError for what can never work.

        ``checkpoint`` is what ``checkpoint`` gave for the same request, to go on from; one that
        can't be read is left aside.
        """
        ...

    def advance(self, growing: Sequence[Growing]) -> None:
        """One step for each of them; raises OutOfMemory when fewer would fit."""
        ...

    def render(self, growing: Sequence[Growing]) -> None:
        """Make a bounded part of what has grown into sound, of one of them, where that can be
        done before the end. Called after each step, so that ``preview`` and ``finish`` find it
        done; what it makes is the same sound that ``finish`` would."""
        ...

    def finish(self, growing: Growing, report: Report = lambda _: None) -> Audio:
        """The whole take, once ``steps_done`` equals ``steps_total``. It may be called again
        after it raised."""
        ...

    def stop_here(self, growing: Growing) -> None:
        """Make what has grown the whole take: ``steps_total`` comes down to what is needed for
        that. One that writes a form with an ending may go on to its end instead."""
        ...

    def preview(self, growing: Growing) -> tuple[Samples, int] | None:
        """What has grown so far as (samples, sample rate); None when there is nothing to hear."""
        ...

    def checkpoint(self, growing: Growing) -> bytes | None:
        """What is needed to go on later; None when starting again is as good."""
        ...

    def drop(self, growing: Growing) -> None:
        """It is not gone on with here, whether it was finished or not: give back what it holds."""
        ...

    def close(self) -> None:
        """Give the memory back: it is not used again."""
        ...
