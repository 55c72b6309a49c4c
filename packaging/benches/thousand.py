"""A thousand GPUs and a million users a day, simulated: where it breaks first, and what helps.

Fed with what ``bench scale`` and ``bench claims`` measured.

Events: takes that are asked for, claims that wait for each other, statements on the cores of one
PostgreSQL, slots of GPUs. The rest of the cluster is not in it: fronts and bucket scale by number.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any

import simpy
from load.crowd import percentile

from engine.store.heads import MOST_LINES

USERS = 1_000_000
DAY = 86_400.0
PEAK = 2.5
"""The busiest hour of a day against its mean."""
SECONDS = 240.0
"""Simulated, of the busiest hour."""
PATIENCE = 10.0
"""Seconds that one of a hundred may wait though GPUs are free."""
KEPT_UP = 0.95
"""Of what is asked for; with less begun, the queue grows without end."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Measured on two cores, over loopback, with the figures of SCALE.md."""

    gpus: int = 1_000
    slots: int = 4
    take: float = 16.0
    """Seconds of a slot: half a minute of music, assumed."""
    cores: int = 16
    """Of PostgreSQL's machine, each as quick as one here."""
    claim: float = 0.012
    """Seconds that a claim keeps others from claiming: four processes did 80 a second."""
    line: float = 0.000025
    """More for each line of which something waits: a claim looks at the heads of all."""
    most_lines: int = MOST_LINES
    """With more, all that waits is put in order."""
    in_vain: float = 0.005
    """More then, for the steps up to there,"""
    order: float = 0.0000063
    """and more for each waiting job."""
    work: float = 0.010
    """Seconds of a core for all else that a take asks of PostgreSQL."""
    idle: float = 0.0003
    """Cores that a worker keeps busy by being there: its statements, each of some 0.1 ms."""
    questions: float = 2.0
    """For permits, of a take: who is called asks, and once more when it has room again."""
    fetch: float = 0.0017
    """Seconds of a core for such a question."""
    poll: float = 0.5
    """Such questions a second of each worker, whether it is called or not."""
    look: float = 0.008
    """Seconds of a core for a look for lost jobs."""
    look_of_each: float = 0.000002
    """More for each waiting job."""
    look_every: float = 4.0
    """Seconds; one looks for all."""
    together: int = 1
    """Jobs that one claim may take."""

    def held(self, waiting: int) -> float:
        """Seconds for which a claim keeps others waiting. Each of so many users has one job in the
        queue, so there are as many lines as jobs."""
        if waiting < self.most_lines:
            seconds = self.claim + self.line * waiting
        else:
            seconds = self.claim + self.in_vain + self.order * waiting
        return seconds / self.together

    def standing(self, asked: float, waiting: int) -> float:
        """Cores that are busy beside the takes themselves, at so many wishes a second and so many
        waiting jobs."""
        questions = self.gpus * self.poll + asked * self.questions
        looks = (self.look + self.look_of_each * waiting) / self.look_every
        return self.gpus * self.idle + questions * self.fetch + looks


@dataclass(frozen=True, slots=True)
class Seen:
    asked: float
    """Takes a second."""
    begun: float
    """Takes a second that were begun."""
    p50: float
    p99: float
    """Seconds from the wish to the beginning."""
    left: int
    """Waiting at the end."""
    lock: float
    """How much of the time somebody claims."""

    @property
    def broken(self) -> bool:
        return self.p99 > PATIENCE or self.begun < KEPT_UP * self.asked

    def __str__(self) -> str:
        state = "BREAKS" if self.broken else "holds"
        return (
            f"{self.asked:.0f} takes/s asked, {self.begun:.0f} begun, waits {self.p50:.2f} s "
            f"(p99 {self.p99:.1f} s), {self.left} left, claims busy {self.lock:.0%}: {state}"
        )


def simulated(cluster: Cluster, takes_of_user: float, seed: int = 1) -> Seen:
    """The busiest minutes of a day on which each user asks for so many takes."""
    dice = random.Random(seed)
    asked = USERS * takes_of_user * PEAK / DAY
    world = simpy.Environment()
    slots = simpy.Resource(world, cluster.gpus * cluster.slots)
    turn = simpy.Resource(world, 1)
    database = simpy.Resource(world, cluster.cores)
    waits: list[float] = []
    waiting = 0
    claimed_for = 0.0

    def slowed() -> float:
        """By what goes on all the time, each statement takes longer."""
        busy = cluster.standing(asked, waiting) / cluster.cores
        return 1.0 / (1.0 - min(0.99, busy))

    def take(began: float) -> Generator[Any, Any, None]:
        nonlocal waiting, claimed_for
        waiting += 1
        with slots.request() as slot:
            yield slot
            with turn.request() as mine:
                yield mine
                held = cluster.held(waiting) * slowed()
                claimed_for += held
                yield world.timeout(held)
            waiting -= 1
            waits.append(world.now - began)
            with database.request() as core:
                yield core
                yield world.timeout(cluster.work * slowed())
            yield world.timeout(cluster.take * dice.uniform(0.75, 1.25))

    def users() -> Generator[Any, Any, None]:
        while True:
            yield world.timeout(dice.expovariate(asked))
            world.process(take(world.now))

    world.process(users())
    world.run(SECONDS)
    lock = min(1.0, claimed_for / SECONDS)
    p50, p99 = (percentile(waits, share) if waits else math.inf for share in (0.5, 0.99))
    return Seen(asked, len(waits) / SECONDS, p50, p99, waiting, lock)


BUILT = Cluster()
LINES = replace(BUILT, most_lines=sys.maxsize, line=0.0)
TOGETHER = replace(LINES, together=4)
CHANGES = {
    "as it is": BUILT,
    "and heads of lines kept in a table, in their order": LINES,
    "and 4 free slots filled by one claim": TOGETHER,
}
"""One after the other, each with those before it."""
LOADS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Takes of a user on a day."""


def bench() -> dict[str, Any]:
    table: dict[str, Any] = {}
    limits: dict[str, float] = {}
    for name, cluster in CHANGES.items():
        seen = [simulated(cluster, load) for load in LOADS]
        table[name] = [f"{load:g} a user: {each}" for load, each in zip(LOADS, seen, strict=True)]
        limits[name] = max((each.asked for each in seen if not each.broken), default=0.0)
    best = limits[list(CHANGES)[-1]]
    return table | {
        "holds_as_it_is": {"value": round(limits["as it is"]), "unit": "takes/s"},
        "holds_changed": {"value": round(best), "unit": "takes/s"},
        "gpus_could": {
            "value": round(Cluster().gpus * Cluster().slots / Cluster().take), "unit": "takes/s",
        },
    }  # fmt: skip
