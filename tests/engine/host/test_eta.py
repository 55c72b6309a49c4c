"""Time left against simulated takes whose steps get slower, by windows, with neighbours."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from random import Random

import pytest

from engine.generators.base import Reading, Rehearsal, TriedStep
from engine.generators.musicgen.windows import plan_windows
from engine.host.eta import Ahead, SavingCosts, StepCosts, Work, seconds_left

RATE, LONGEST, DELAY = 50, 1_500, 3


@dataclass(frozen=True)
class Machine:
    """What a step truly costs."""

    step: float
    take: float
    read: float
    saving: float = 0.0
    """Of a second of music."""
    scatter: float = 0.0

    def seconds(self, work: Work, dice: Random) -> float:
        rows = work.takes + work.at_once
        exact = self.step * work.steps + self.take * rows + self.read * work.read
        return exact * dice.uniform(1 - self.scatter, 1 + self.scatter)


class SharedMachine(Machine):
    """Other programs work on it, each for about a second."""

    _load = 0.0

    def seconds(self, work: Work, dice: Random) -> float:
        seconds = super().seconds(work, dice)
        lasting = math.exp(-seconds)
        load = lasting * self._load + math.sqrt(1 - lasting**2) * dice.gauss(0, 1)
        object.__setattr__(self, "_load", load)
        return seconds * math.exp(0.2 * load)


class RelievedMachine(Machine):
    """Another program takes most of it until it ends, all at once."""

    until = 12.0
    _now = 0.0

    def seconds(self, work: Work, dice: Random) -> float:
        slow = 3.0 if self._now < self.until else 1.0
        seconds = slow * super().seconds(work, dice)
        object.__setattr__(self, "_now", self._now + seconds)
        return seconds


class StumblingMachine(Machine):
    """Now and then one step takes as long as twenty: memory has to be found for what grows."""

    _steps = 0

    def seconds(self, work: Work, dice: Random) -> float:
        object.__setattr__(self, "_steps", self._steps + 1)
        return super().seconds(work, dice) + 0.3 * (self._steps % 200 == 150)


@dataclass(eq=False)
class Take:
    music: float
    joins: float = 0.0
    """Seconds of the simulation."""
    done: int = 0

    def __post_init__(self) -> None:
        self.reads: list[float] = []
        self.prompts: list[int] = []
        for window in plan_windows(round(self.music * RATE), LONGEST):
            steps = window.steps(DELAY)
            self.reads += [window.known + float(step) for step in range(steps)]
            self.reads[-steps] += window.known**2 / 2
            self.prompts += [window.known] + (steps - 1) * [0]
        self.sums = [0.0, *accumulate(self.reads)]
        self.prompt_sums = [0, *accumulate(self.prompts)]

    def reading(self, steps: int) -> Reading:
        """What is read in the next ``steps`` steps, or in all that are left."""
        end = min(self.done + steps, len(self.reads))
        return Reading(
            self.sums[end] - self.sums[self.done],
            self.prompt_sums[end] - self.prompt_sums[self.done],
        )

    @property
    def left(self) -> int:
        return len(self.reads) - self.done


def simulate(
    machine: Machine, takes: list[Take], costs: StepCosts, saving: SavingCosts, seed: int = 1
) -> dict[Take, list[tuple[float, float, float]]]:
    """Of each take: (share of its steps done, time left as told, time left in truth)."""
    dice, now = Random(seed), 0.0
    waiting = sorted(takes, key=lambda take: take.joins)
    growing: list[Take] = []
    told: dict[Take, list[tuple[float, float, float]]] = {take: [] for take in takes}
    while waiting or growing:
        while waiting and (waiting[0].joins <= now or not growing):
            growing.append(waiting.pop(0))
        work = Work(
            1,
            len(growing),
            sum(take.reads[take.done] for take in growing),
            sum(take.prompts[take.done] for take in growing),
        )
        seconds = machine.seconds(work, dice)
        now += seconds
        costs.note(work, seconds)
        for take in growing:
            take.done += 1
        for take in [take for take in growing if not take.left]:
            spent = machine.saving * take.music
            now += spent
            saving.note(take.music, spent)
            told[take].append((1.0, 0.0, now))
            growing.remove(take)
        for n, take in enumerate(growing):
            if take.done % (len(take.reads) // 16) == 0:
                reads = [other.reading(take.left) for other in growing]
                ahead = [Ahead(other.left, other.music) for other in growing]
                eta = seconds_left(n, ahead, reads, costs, saving)
                if eta is not None:
                    told[take].append((take.done / len(take.reads), eta, now))
    return {
        take: [(share, eta, points[-1][2] - at) for share, eta, at in points[:-1]]
        for take, points in told.items()
    }


def worst(points: list[tuple[float, float, float]], since: float = 0.1) -> float:
    """The largest error relative to the truth, from this share of the take on."""
    return max(abs(eta - true) / true for share, eta, true in points if share >= since)


def close(points: list[tuple[float, float, float]], since: float = 0.1) -> float:
    """How much of what is told from this share of the take on is at most a fifth off."""
    off = [abs(eta - true) <= 0.2 * true for share, eta, true in points if share >= since]
    return sum(off) / len(off)


def machines(dice: Random, count: int = 100) -> Iterator[Machine]:
    """From one where the past costs nothing to one where half a minute of it costs as much as
    all the rest."""
    for _ in range(count):
        step = dice.uniform(0.005, 0.03)
        take = dice.uniform(0.1, 0.5) * step
        past = dice.uniform(0.0, 1.0) * (step + take) / LONGEST
        saving = dice.uniform(0.0, 0.1) * RATE * (step + take)
        yield Machine(step, take, past, saving, scatter=dice.uniform(0.0, 0.1))


def saved(machine: Machine) -> SavingCosts:
    """An earlier take was saved, when steps had another cost perhaps."""
    saving = SavingCosts()
    saving.note(10.0, 10.0 * machine.saving)
    return saving


# What a first take can't know can be far off: what a machine costs that is not at all as guessed,
# where most of what is left is a past that is read at once. So nearly all that is told counts.


def test_a_first_take_alone_by_windows_too() -> None:
    dice, points = Random(1), []
    for seed, machine in enumerate(machines(dice)):
        take = Take(dice.uniform(8.0, 60.0))
        points += simulate(machine, [take], StepCosts(), saved(machine), seed)[take]
    assert close(points) >= 0.99


def test_neighbours_that_are_there_from_the_start() -> None:
    dice, points = Random(2), []
    for seed, machine in enumerate(machines(dice)):
        takes = [Take(dice.uniform(8.0, 40.0)) for _ in range(dice.randint(2, 4))]
        told = simulate(machine, takes, StepCosts(), saved(machine), seed)
        longest = max(take.music for take in takes)
        points += [point for take in takes if take.music < longest for point in told[take]]
    assert close(points) >= 0.99


def test_it_finds_back_after_neighbours_joined() -> None:
    dice, points = Random(3), []
    for seed, machine in enumerate(machines(dice)):
        joins = dice.uniform(0.1, 0.5)
        alone = machine.seconds(Work(1_503, 1_503, 1_503**2 / 2), Random(1))
        takes = [Take(30.0), *(Take(30.0, joins=joins * alone) for _ in range(3))]
        told = simulate(machine, takes, StepCosts(), saved(machine), seed)[takes[0]]
        points += [point for point in told if point[0] >= joins + 0.2]
    assert close(points) >= 0.99


def test_a_long_take_after_a_short_one_knows_what_its_next_window_reads_at_once() -> None:
    machine = Machine(step=0.02, take=0.008, read=4.5e-6, saving=0.02, scatter=0.03)
    costs, saving = StepCosts(), SavingCosts()
    simulate(machine, [Take(10.0)], costs, saving)
    (told,) = simulate(machine, [Take(40.0)], costs, saving).values()
    assert worst(told) <= 0.1


def test_saving_is_in_it_once_it_was_measured() -> None:
    machine = Machine(step=0.02, take=0.002, read=1e-6, saving=0.2)
    costs, saving = StepCosts(), SavingCosts()
    (first,) = simulate(machine, [Take(10.0)], costs, saving).values()
    assert worst(first) > 0.2, "nobody knows what the first one needs"
    takes = [Take(10.0), Take(20.0)]
    told = simulate(machine, takes, costs, saving)
    assert worst(told[takes[0]]) <= 0.1
    assert worst(told[takes[1]]) <= 0.1


def test_nothing_is_told_before_anything_was_measured() -> None:
    assert seconds_left(0, [Ahead(10, 1.0)], [Reading()], StepCosts(), SavingCosts()) is None
    costs = StepCosts()
    costs.note(Work(1, 1, 0), 0.01)
    left = seconds_left(0, [Ahead(100, 1.0)], [Reading()], costs, SavingCosts())
    assert left == pytest.approx(1.0, rel=0.1)


def rehearsed(machine: Machine, dice: Random) -> Rehearsal:
    """As at loading: steps of one take, of four, and of one in the middle of its window."""
    works = [(1, 0), (4, 0), (1, LONGEST // 2)]
    steps = [
        TriedStep(takes, past, machine.seconds(Work(1, takes, takes * past), dice))
        for takes, past in works
    ]
    return Rehearsal(tuple(steps), finishing=machine.saving)


def test_steps_that_were_rehearsed_tell_what_one_that_is_not_as_guessed_needs() -> None:
    """From the very start, even where half a minute of the past costs three times the rest."""
    dice, points = Random(4), []
    for seed in range(60):
        step = dice.uniform(0.005, 0.03)
        machine = Machine(step, 0.5 * step, 4.0 * step / LONGEST, 0.1, scatter=0.03)
        known = rehearsed(machine, dice)
        costs, saving = StepCosts(known), SavingCosts(known)
        points += simulate(machine, [take := Take(24.0)], costs, saving, seed)[take]
    assert close(points, since=0.0) >= 0.99


def test_a_rehearsal_tells_what_the_first_saving_needs() -> None:
    machine = Machine(step=0.02, take=0.002, read=1e-6, saving=0.2)
    (first,) = simulate(
        machine, [Take(10.0)], StepCosts(), SavingCosts(Rehearsal(finishing=0.22))
    ).values()
    assert worst(first) <= 0.2


def test_a_slow_moment_is_not_taken_for_the_price_of_a_long_past() -> None:
    points = []
    for seed in range(12):
        machine = SharedMachine(step=0.02, take=0.009, read=4.5e-6, saving=0.19)
        points += simulate(machine, [take := Take(40.0)], StepCosts(), saved(machine), seed)[take]
    assert close(points) >= 0.93


def test_a_computer_that_another_program_leaves_is_soon_known_for_quick() -> None:
    points = []
    for seed in range(12):
        machine = RelievedMachine(step=0.02, take=0.009, read=4.5e-6, saving=0.05, scatter=0.1)
        points += simulate(machine, [take := Take(40.0)], StepCosts(), saved(machine), seed)[take]
    assert close(points, since=0.2) >= 0.99


def test_one_step_that_took_long_says_little_of_all_others() -> None:
    points = []
    for seed in range(12):
        machine = StumblingMachine(step=0.012, take=0.003, read=3e-6, saving=0.02, scatter=0.05)
        points += simulate(machine, [take := Take(25.0)], StepCosts(), saved(machine), seed)[take]
    assert close(points) >= 0.99


def test_what_is_done_now_and_then_is_shared_out() -> None:
    costs = StepCosts()
    for step in range(20_000):
        costs.note(Work(1, 1, 0), 0.02, beside=0.0 if step % 200 else 0.4)
    assert costs.seconds(Work(1_000, 1_000, 0)) == pytest.approx(22.0, rel=0.02)


def test_what_is_foretold_of_it_holds_until_it_was_seen() -> None:
    costs = StepCosts(Rehearsal(rendering=0.004))
    costs.note(Work(1, 1, 0), 0.02)
    assert costs.seconds(Work(1_000, 1_000, 0)) == pytest.approx(24.0, rel=0.02)
    for _ in range(20_000):
        costs.note(Work(1, 1, 0), 0.02, beside=0.001)
    assert costs.seconds(Work(1_000, 1_000, 0)) == pytest.approx(21.0, rel=0.02)


def test_a_prompt_read_at_once_says_nothing_of_steps() -> None:
    costs = StepCosts()
    for past in range(100):
        costs.note(Work(1, 1, past), 0.02)
    before = costs.seconds(Work(100, 100, 10_000))
    costs.note(Work(1, 1, 180_000, at_once=600), 6.0)
    costs.note(Work(1, 1, 600), 0.02)
    assert costs.seconds(Work(100, 100, 10_000)) == pytest.approx(before, rel=0.02)
