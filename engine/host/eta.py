"""How long a take still needs, from what steps and saving were measured to cost.

A step reads the weights once, each growing take's own past, and does some work for each take. So
the cost of one is taken to be a sum of three parts: one for the step, one for each take in it, and
one for each earlier step that a take reads. The first measurements can't tell them apart, so they
lean on a plain guess, which weighs less with each further one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

__all__ = ["Ahead", "SavingCosts", "StepCosts", "Work", "seconds_left"]

BLOCK_SECONDS = 0.25
"""Of work that make one measurement."""
BLOCKS = 512
HALF_LIFE = 96
"""Measurements after which one weighs half."""
LATELY = 24
"""The same, for how quick the computer is on the whole, which changes sooner."""
SCATTER = 0.05
"""Of one measurement at least, as a share of it: the more, the longer the guess lasts."""
LASTING = 6.0
"""How much less measurements say than as many that scatter as widely by chance alone: what disturbs
one, such as another program at work, disturbs its neighbours, too."""
GUESS = (0.75, 0.25, 0.3)
"""Shares of what a step of one take costs: the step, the take, and a long past."""
DOUBT = (0.75, 0.5, 0.8)
"""Of the guess, in the same shares."""
LONG_PAST = 1500.0
"""Earlier steps: half a minute of MusicGen."""
ENOUGH_SEEN = 20.0
"""Seconds of steps after which what was done beside them counts half; then ever more."""
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


class StepCosts:
    """What the steps of one generator cost.

    >>> costs = StepCosts()
    >>> costs.note(Work(steps=1, takes=4, read=1_600), seconds=0.05)
    >>> costs.seconds(Work(steps=500, takes=2_000, read=1_000_000))
    """

    def __init__(self) -> None:
        self._blocks: deque[NDArray[np.float64]] = deque(maxlen=BLOCKS)
        """Each (steps, takes, read, seconds)."""
        self._block = np.zeros(4)
        self._parts: NDArray[np.float64] | None = None
        self._steps, self._beside = ENOUGH_SEEN, 0.0

    def note(self, work: Work, seconds: float, beside: float = 0.0) -> None:
        """This work took so long; then so many seconds went into what is done now and then, such
        as a preview."""
        if work.read > 2 * LONG_PAST * work.takes:
            return  # it read a prompt at once, which costs otherwise than step by step
        self._steps += seconds
        self._beside += beside
        self._block += (work.steps, work.takes, work.read, seconds)
        if self._block[3] >= BLOCK_SECONDS:
            self._blocks.append(self._block)
            self._block = np.zeros(4)
            self._parts = None

    def seconds(self, work: Work) -> float | None:
        """How long this work will take; None until something was measured."""
        if self._parts is None:
            self._parts = self._fitted()
        if self._parts is None:
            return None
        steps = float(self._parts @ (work.steps, work.takes, work.read))
        return steps * (1 + self._beside / self._steps)

    def _fitted(self) -> NDArray[np.float64] | None:
        """The cost of a step, of a take in it, and of an earlier step read, in seconds."""
        blocks = list(self._blocks)
        if not blocks and self._block[3] > 0:
            blocks = [self._block]
        if not blocks:
            return None
        measured = np.array(blocks)
        a_step = measured[:, 3] / measured[:, 0]
        weights = 0.5 ** (np.arange(len(blocks))[::-1] / HALF_LIFE)
        rows = measured[:, :3] / measured[:, :1]
        least = SCATTER * float(np.average(a_step, weights=weights))
        # What the measurements say alone, and how they scatter about it. Without that a moment
        # that was slow is taken for a past that is dear, and the end for far away.
        alone = _explained(rows, a_step, weights, least / 1_000)
        scatter = float(np.sqrt(np.average((a_step - rows @ alone) ** 2, weights=weights)))
        parts = _explained(rows, a_step, weights, max(least, LASTING * scatter))
        # The computer may be slower or quicker now than it was for most of them.
        lately = weights ** (HALF_LIFE / LATELY)
        pace = np.average(a_step, weights=lately) / np.average(rows @ parts, weights=lately)
        now: NDArray[np.float64] = parts * pace
        return now


def _explained(
    rows: NDArray[np.float64],
    a_step: NDArray[np.float64],
    weights: NDArray[np.float64],
    scatter: float,
) -> NDArray[np.float64]:
    """The three parts that explain what steps took, as far as they say more than the guess.

    ``rows`` (measurements, 3): what a step was made of; ``scatter`` of one, in seconds a step.
    """
    # The guess, in seconds: as much as explains the measurements on the whole.
    shape = np.array(GUESS) / (1, 1, LONG_PAST)
    scale = np.average(a_step, weights=weights) / np.average(rows @ shape, weights=weights)
    doubt = scale * np.array(DOUBT) / (1, 1, LONG_PAST)
    roots = np.sqrt(weights) / scatter
    system = np.vstack([rows * roots[:, None], np.diag(1 / doubt)])
    right = np.concatenate([a_step * roots, scale * shape / doubt])
    unit = np.array([1.0, 1.0, 1 / LONG_PAST])  # parts of like size, which the solver needs
    parts: NDArray[np.float64] = nnls(system * unit, right)[0] * unit
    return parts


class SavingCosts:
    """What it takes one generator to finish a take: decoding, listening, writing."""

    def __init__(self, rehearsed: float | None = None) -> None:
        """``rehearsed``: seconds of work for a second of music, as was tried at loading."""
        self._music = 0.0 if rehearsed is None else 1.0
        self._work = rehearsed or 0.0

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
    mine: int, takes: Sequence[Ahead], reads: Sequence[float], steps: StepCosts, saving: SavingCosts
) -> float | None:
    """Until take number ``mine`` of those that grow together is saved; None: not known yet.

    ``reads``: what each reads in as many steps as ``mine`` has to go, or in all of its own if
    these are fewer. Takes that end earlier hold the others up while they are saved.
    """
    until = takes[mine].steps
    rows = sum(min(take.steps, until) for take in takes)
    growing = steps.seconds(Work(until, rows, sum(reads)))
    if growing is None:
        return None
    ends = [n for n, take in enumerate(takes) if (take.steps, n) <= (until, mine)]
    music = sum(takes[n].music for n in ends)
    own = saving.seconds(music)
    if own is None:
        alone = steps.seconds(Work(until, until, reads[mine])) or 0.0
        own = FIRST_SAVING * len(ends) * alone
    return growing + own
