"""Fronts and workers of a cluster die, freeze and are told to end, under clients of its balancer.

Two fronts behind the nginx of packaging/deploy and three workers, each a process with its host as
on a machine of its own, on a real PostgreSQL and a bucket.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
import pytest

from tests.balancer import NGINX, balancing
from tests.buckets import S3Server
from tests.cluster import Cluster, Process
from tests.faults.clustered import QUICK, Trial, free_port
from tests.postgres import Postgres

WORKER_KILLS = FRONT_KILLS = 6
"""Of each run; ten times as many with ``--soak``."""
FREEZES = TOLD = 2
CLIENTS = 6
FROZEN_SECONDS = 5.5
"""Longer than a lease and a look for lost ones."""

State = Callable[[str], None]


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
async def test_what_was_accepted_is_done_once(
    tmp_path: Path,
    safe_postgres: Postgres,
    moto: S3Server,
    warm: psutil.Process,
    state: State,
    soak: int,
) -> None:
    url = safe_postgres.new_database().get_secret_value()
    ports = [free_port(), free_port()]
    lines = [f"127.0.0.1:{port} max_fails=1 fail_timeout=1s" for port in ports]
    dice = random.Random(5)
    with (
        Cluster(tmp_path / "cluster", url, moto.bucket(), warm, **QUICK) as cluster,
        balancing(tmp_path / "nginx", lines) as balancer,
    ):
        fronts = {ports[0]: cluster.front(port=ports[0]).up()}
        token = cluster.token()
        fronts[ports[1]] = cluster.front(port=ports[1])
        workers = [cluster.worker() for _ in range(3)]
        for process in (fronts[ports[1]], *workers):
            process.up()
        trial = Trial(cluster, balancer, token)
        nemesis = Nemesis(cluster, fronts, workers, dice)
        async with trial.clients(CLIENTS):
            for blow in nemesis.plan(soak):
                await asyncio.sleep(dice.uniform(0.2, 1.2))  # a random moment
                await blow()
            await nemesis.mend()
        said = await trial.judged()
        assert all(process.end() in (0, None) for process in (*fronts.values(), *nemesis.workers))
    struck = nemesis.struck
    state(
        f"a cluster of 2 fronts and 3 workers under {CLIENTS} clients: {struck['worker killed']} "
        f"workers and {struck['front killed']} fronts killed -9, {struck['frozen']} workers frozen "
        f"past their leases, {struck['told']} told to end: {said}"
    )


class Nemesis:
    """Strikes one process after the other, and lets another one take its place."""

    def __init__(
        self,
        cluster: Cluster,
        fronts: dict[int, Process],
        workers: list[Process],
        dice: random.Random,
    ) -> None:
        self._cluster = cluster
        self._fronts = fronts
        self.workers = workers
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
        for worker in self.workers:
            await asyncio.to_thread(worker.up)

    async def _kill_worker(self) -> None:
        await self._replace(lambda worker: worker.kill(), "worker killed")

    async def _tell(self) -> None:
        """It hands over what it has begun."""

        def end(worker: Process) -> None:
            worker.up()
            assert worker.end() in (0, None)

        await self._replace(end, "told")

    async def _replace(self, end: Callable[[Process], None], how: str) -> None:
        number = self._dice.randrange(len(self.workers))
        await asyncio.to_thread(end, self.workers[number])
        self.workers[number] = self._cluster.worker()
        self.struck[how] += 1

    async def _freeze(self) -> None:
        """Others take its jobs over; what it says when it wakes counts for nothing."""
        worker = self._dice.choice(self.workers)
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
