"""How long a take still needs, from what steps and saving were measured to cost.

A step reads the weights once, each growing take's own past, and does some work for each take. So
the cost of one is taken to be a sum of three parts: one for the step, one for each take in it, and
one for each earlier step that a take reads. The first measurements are those of the rehearsal. Few
can't tell the parts apart, so they lean on a plain guess, which weighs less with each further one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from engine.generators.base import Reading, Rehearsal

__all__ = ["Ahead", "SavingCosts", "StepCosts", "Work", "seconds_left"]

BLOCK_SECONDS = 0.25
"""Of work that make one measurement."""
HALF_LIFE = 96
"""Measurements after which one weighs half."""
LATELY, JUST_NOW = 24, 6
"""The same, for how quick the computer is on the whole, which changes sooner: as long as it does so
little by little, and when all at once."""
SUDDEN = 0.2
"""How far both are apart, as a logarithm, when either is believed by half."""
SCATTER = 0.05
"""Of one measurement at least, as a share of it: the more, the longer the guess lasts."""
LASTING = 6.0
"""How much less measurements say than as many that scatter as widely by chance alone: what disturbs
one, such as another program at work, disturbs its neighbours, too."""
GUESS = np.array([0.75, 0.25, 0.3])
"""Shares of what a step of one take costs: the step, the take, and a long past."""
DOUBT = np.array([0.75, 0.5, 0.8])
"""Of the guess, in the same shares."""
LONG_PAST = 1500.0
"""Earlier steps: half a minute of MusicGen."""
ENOUGH_SEEN = 200.0
"""Steps of takes after which what was done beside them says as much as what was foretold of it;
then ever more."""
FIRST_SAVING = 0.05
"""Of what growing takes, until a take was saved."""


@dataclass(frozen=True, slots=True)
class Work:
    """A number of steps that takes go through together."""

    steps: float = 0.0
    takes: float = 0.0
    """The takes in each step, summed over the steps."""
    read: float = 0.0
    """The earlier steps that are read, summed over takes and steps."""
    at_once: float = 0.0
    """Steps of prompts that are read in one go. Each is taken for one more take in a step, without
    what is done beside it."""


class StepCosts:
    """What the steps of one generator cost.

    >>> costs = StepCosts()
    >>> costs.note(Work(steps=1, takes=4, read=1_600), seconds=0.05)
    >>> costs.seconds(Work(steps=500, takes=2_000, read=1_000_000))
    """

    def __init__(self, rehearsal: Rehearsal | None = None) -> None:
        rehearsal = rehearsal or Rehearsal()
        self._block = np.zeros(4)
        """(steps, takes, read, seconds) of the measurement that is not full yet."""
        self._seen = _Measured()
        for step in rehearsal.steps:
            past = step.takes * step.past / LONG_PAST
            self._seen = self._seen.then(np.array([1.0, step.takes, past, step.seconds]))
        self._parts: NDArray[np.float64] | None = None
        self._takes, self._beside = ENOUGH_SEEN, ENOUGH_SEEN * rehearsal.rendering

    def note(self, work: Work, seconds: float, beside: float = 0.0) -> None:
        """This work took so long; then so many seconds went into what is done now and then, such
        as a preview."""
        if work.at_once:
            return  # it would weigh as much as hundreds of steps, and costs a little otherwise
        self._takes += work.takes
        self._beside += beside
        self._block += (work.steps, work.takes, work.read / LONG_PAST, seconds)
        if self._block[3] >= BLOCK_SECONDS:
            self._seen = self._seen.then(self._block)
            self._block = np.zeros(4)
            self._parts = None

    def seconds(self, work: Work) -> float | None:
        """How long this work will take; None until something was measured."""
        if self._parts is None:
            seen = self._seen
            if not seen.count and self._block[3] > 0:
                seen = seen.then(self._block)
            if not seen.count:
                return None
            self._parts = seen.fitted()
        rows = work.takes + work.at_once
        steps = float(self._parts @ (work.steps, rows, work.read / LONG_PAST))
        return steps + work.takes * self._beside / self._takes


@dataclass(frozen=True, slots=True)
class _Measured:
    """What measurements say of the cost of a step, of a take in it, and of a long past read.

    Each is a row (1, takes, long pasts; seconds) of one step. A fit needs no more of them than the
    sums of their products, in which older ones fade.
    """

    products: NDArray[np.float64] = field(default_factory=lambda: np.zeros((4, 4)))
    lately: NDArray[np.float64] = field(default_factory=lambda: np.zeros(4))
    """Sum of all that was done, in which older measurements fade sooner: not of its rows, as one
    step that took very long is no more than it took."""
    just_now: NDArray[np.float64] = field(default_factory=lambda: np.zeros(4))
    """The same, in which they fade soonest."""
    count: int = 0

    def then(self, block: NDArray[np.float64]) -> _Measured:
        """With one more (steps, takes, long pasts, seconds)."""
        row = block / block[0]
        return _Measured(
            self.products * 0.5 ** (1 / HALF_LIFE) + np.outer(row, row),
            self.lately * 0.5 ** (1 / LATELY) + block,
            self.just_now * 0.5 ** (1 / JUST_NOW) + block,
            self.count + 1,
        )

    def fitted(self) -> NDArray[np.float64]:
        """The three costs, in seconds."""
        weight, mean = self.products[0, 0], self.products[0, 3] / self.products[0, 0]
        least = SCATTER * mean
        # What the measurements say alone, and how they scatter about it. Without that a moment
        # that was slow is taken for a past that is dear, and the end for far away.
        alone = np.append(self._explained(least / 1_000), -1.0)
        scatter = np.sqrt(max(0.0, alone @ self.products @ alone) / weight)
        parts = self._explained(max(least, LASTING * scatter))
        return parts * self._pace(parts)

    def _pace(self, parts: NDArray[np.float64]) -> float:
        """The computer may be slower or quicker now than it was for most of them: so many times as
        slow. The longer it is looked at the surer that is, but for a change all at once, as when
        another program ends."""
        steady, now = (float(sums[3] / (sums[:3] @ parts)) for sums in (self.lately, self.just_now))
        jump = math.log(now / steady)
        return steady * math.exp(jump * jump**2 / (jump**2 + SUDDEN**2))

    def _explained(self, scatter: float) -> NDArray[np.float64]:
        """The three costs that explain what steps took, as far as they say more than the guess.
        ``scatter`` of one measurement, in seconds a step."""
        # The guess, in seconds: as much as explains the measurements on the whole.
        scale = self.products[0, 3] / (self.products[0, :3] @ GUESS)
        doubt = scale * DOUBT
        square = self.products[:3, :3] / scatter**2 + np.diag(doubt**-2)
        right = self.products[:3, 3] / scatter**2 + scale * GUESS / doubt**2
        # No cost is negative: a solver for that wants a system, and its root is one.
        root = np.linalg.cholesky(square)
        costs: NDArray[np.float64] = nnls(root.T, np.linalg.solve(root, right))[0]
        return costs


class SavingCosts:
    """What it takes one generator to finish a take: decoding, listening, writing."""

    def __init__(self, rehearsal: Rehearsal | None = None) -> None:
        tried = None if rehearsal is None else rehearsal.finishing
        self._music = 0.0 if tried is None else 1.0
        self._work = tried or 0.0

    def note(self, music: float, seconds: float) -> None:
        """So many seconds of music were saved in so many seconds."""
        self._music = self._music / 2 + music
        self._work = self._work / 2 + seconds

    def seconds(self, music: float) -> float | None:
        """None until a take was saved."""
        return music * self._work / self._music if self._music > 0 else None


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a growing take has before it."""

    steps: int
    """That it still has to go."""
    music: float
    """Seconds that will be saved."""


def seconds_left(
    mine: int,
    takes: Sequence[Ahead],
    reads: Sequence[Reading],
    steps: StepCosts,
    saving: SavingCosts,
) -> float | None:
    """Until take number ``mine`` of those that grow together is saved; None: not known yet.

    ``reads``: what each reads in as many steps as ``mine`` has to go, or in all of its own if
    these are fewer. Takes that end earlier hold the others up while they are saved.
    """
    until = takes[mine].steps
    rows = sum(min(take.steps, until) for take in takes)
    past, at_once = sum(read.past for read in reads), sum(read.at_once for read in reads)
    growing = steps.seconds(Work(until, rows, past, at_once))
    if growing is None:
        return None
    ends = [n for n, take in enumerate(takes) if (take.steps, n) <= (until, mine)]
    music = sum(takes[n].music for n in ends)
    own = saving.seconds(music)
    if own is None:
        alone = steps.seconds(Work(until, until, reads[mine].past, reads[mine].at_once)) or 0.0
        own = FIRST_SAVING * len(ends) * alone
    return growing + own
