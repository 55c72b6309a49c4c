"""Fronts and workers of a cluster die, freeze and are told to end, under clients of its balancer.

Two fronts behind the nginx of packaging/deploy and three workers, each a process with its host as
on a machine of its own, on a real PostgreSQL and a bucket.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable

from tests.cluster import Process
from tests.faults.clients import Person
from tests.faults.clustered import Stage, Trial

WORKER_KILLS = FRONT_KILLS = 6
"""Of each run; ten times as many with ``--soak``."""
FREEZES = TOLD = 2
CLIENTS = 6
FROZEN_SECONDS = 5.5
"""Longer than a lease and a look for lost ones."""

State = Callable[[str], None]


async def test_what_was_accepted_is_done_once(stage: Stage, state: State, soak: int) -> None:
    async with asyncio.TaskGroup() as beside:
        patient = beside.create_task(asyncio.to_thread(lost_at_its_own_pace, stage))
        said = await struck(stage, soak)
    state(said)
    state(f"a worker killed -9 with the settings that it has by itself: {patient.result()}")


async def struck(stage: Stage, soak: int) -> str:
    async with stage.trial(fronts=2, workers=3) as trial:
        dice = random.Random(5)
        nemesis = Nemesis(trial, dice)
        async with trial.clients(CLIENTS):
            for blow in nemesis.plan(soak):
                await asyncio.sleep(dice.uniform(0.2, 1.2))  # a random moment
                await blow()
            await nemesis.mend()
        said = await trial.judged()
        assert all(process.end() in (0, None) for process in trial.processes)
    struck = nemesis.struck
    return (
        f"a cluster of 2 fronts and 3 workers under {CLIENTS} clients: {struck['worker killed']} "
        f"workers and {struck['front killed']} fronts killed -9, {struck['frozen']} workers frozen "
        f"past their leases, {struck['told']} told to end: {said}; {trial.deaths.judged()}"
    )


def lost_at_its_own_pace(stage: Stage) -> str:
    """What a worker had is begun again in time with nothing made quicker for the tests. That takes
    half a minute, in which little is done: it goes on beside the rest."""
    with stage.cluster("patient") as cluster:
        trial = Trial(cluster, cluster.front().up().url, cluster.token())
        workers = [cluster.worker().up() for _ in range(2)]
        with Person(trial.url, trial.token) as person:
            [job_id] = person.submit("steps=1000 ms=10")
            person.until(job_id, lambda job: job["status"] == "processing")
            [(its,)] = trial.rows("SELECT worker FROM jobs")
            [dying] = [worker for worker in workers if worker.id == its]
            dying.kill()
            trial.deaths.note(dying.pid)
            assert person.ended(job_id)["status"] == "completed"
        return trial.deaths.judged(at_least=1)


class Nemesis:
    """Strikes one process after the other, and lets another one take its place."""

    def __init__(self, trial: Trial, dice: random.Random) -> None:
        self._trial = trial
        self._cluster = trial.cluster
        self._fronts = trial.fronts
        self._workers = trial.workers
        self._dice = dice
        self._coming: dict[int, Process] = {}
        self.struck: Counter[str] = Counter()

    def plan(self, soak: int) -> list[Callable[[], Awaitable[None]]]:
        blows = [self._kill_worker] * WORKER_KILLS + [self._kill_front] * FRONT_KILLS
        blows += [self._freeze] * FREEZES + [self._tell] * TOLD
        blows *= soak
        self._dice.shuffle(blows)
        return list(blows)

    async def mend(self) -> None:
        """All that were begun are there."""
        for port in list(self._coming):
            await self._arrived(port)
        for worker in self._workers:
            await asyncio.to_thread(worker.up)

    async def _kill_worker(self) -> None:
        def kill(worker: Process) -> None:
            worker.kill()
            self._trial.deaths.note(worker.pid)

        await self._replace(kill, "worker killed")

    async def _tell(self) -> None:
        """It hands over what it has begun."""

        def end(worker: Process) -> None:
            worker.up()
            assert worker.end() in (0, None)

        await self._replace(end, "told")

    async def _replace(self, end: Callable[[Process], None], how: str) -> None:
        number = self._dice.randrange(len(self._workers))
        await asyncio.to_thread(end, self._workers[number])
        self._workers[number] = self._cluster.worker()
        self.struck[how] += 1

    async def _freeze(self) -> None:
        """Others take its jobs over; what it says when it wakes counts for nothing."""
        worker = self._dice.choice(self._workers)
        await asyncio.to_thread(worker.up)
        worker.freeze()
        await asyncio.sleep(FROZEN_SECONDS)
        worker.thaw()
        self.struck["frozen"] += 1

    async def _kill_front(self) -> None:
        """One at a time: the other one answers meanwhile."""
        for port in list(self._coming):
            await self._arrived(port)
        port = self._dice.choice(list(self._fronts))
        await asyncio.to_thread(self._fronts.pop(port).kill)
        self._coming[port] = self._cluster.front(port=port)
        self.struck["front killed"] += 1

    async def _arrived(self, port: int) -> None:
        self._fronts[port] = await asyncio.to_thread(self._coming.pop(port).up)
