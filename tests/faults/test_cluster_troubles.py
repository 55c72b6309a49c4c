"""What a cluster stands on breaks under its clients: PostgreSQL, the bucket, the network."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.balancer import NGINX, balancing
from tests.buckets import S3Server
from tests.cluster import Cluster
from tests.faults.clustered import QUICK, Trial
from tests.postgres import Postgres
from tests.proxy import Fate, Proxy, Trouble

AWAY_SECONDS = (2.0, 5.0)
"""PostgreSQL; 35 with ``--soak``: longer than a lease, here as there."""
RESTARTS = 2
TROUBLES = 12
"""Broken connections between a worker and PostgreSQL, and as many between it and the bucket."""
BUCKET_AWAY_SECONDS = 3.0
CLIENTS = 6

pytestmark = [
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed"),
]

State = Callable[[str], None]


async def test_postgresql_goes_and_comes(
    tmp_path: Path,
    safe_postgres: Postgres,
    moto: S3Server,
    warm: psutil.Process,
    state: State,
    soak: int,
) -> None:
    """Stopped for longer than a lease, restarted softly and hard."""
    away = [*AWAY_SECONDS, 35.0] if soak > 1 else list(AWAY_SECONDS)
    restarts = RESTARTS * soak
    dice = random.Random(2)
    postgres = safe_postgres
    url = postgres.new_database().get_secret_value()
    with Cluster(tmp_path / "cluster", url, moto.bucket(), warm, **QUICK) as cluster:
        front = cluster.front().up()
        workers = [cluster.worker(), cluster.worker()]
        token = cluster.token()
        for worker in workers:
            worker.up()
        with balancing(tmp_path / "nginx", [front.url.removeprefix("http://")]) as balancer:
            trial = Trial(cluster, balancer, token)
            async with trial.clients(CLIENTS):
                for seconds in away:
                    await asyncio.sleep(dice.uniform(0.3, 1.5))
                    await asyncio.to_thread(postgres.stop, "immediate")
                    await asyncio.sleep(seconds)
                    await asyncio.to_thread(postgres.start)
                for number in range(restarts):
                    await asyncio.sleep(dice.uniform(0.3, 1.5))
                    how = "immediate" if number % 2 else "fast"
                    await asyncio.to_thread(postgres.restart, how)
                await asyncio.sleep(1.0)
            said = await trial.judged()
            assert all(each.running for each in (front, *workers))
    times = ", ".join(f"{seconds:g}" for seconds in away)
    state(f"PostgreSQL away for {times} s and restarted {restarts} times under a cluster: {said}")


# What the proxy swallows on purpose is closed by nobody.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_the_network_breaks_between_workers_and_all_else(
    tmp_path: Path,
    safe_postgres: Postgres,
    moto: S3Server,
    warm: psutil.Process,
    state: State,
    soak: int,
) -> None:
    """Connections of workers are cut, delayed, swallowed and doubled at any byte, answers to
    commits too; then the bucket refuses everything for a while."""
    dice = random.Random(9)
    troubles = [Trouble.CUT, Trouble.HOLE, Trouble.DELAY, Trouble.TRUNCATE]

    def fate() -> Fate:
        """One connection of three breaks."""
        if not broken or dice.random() < 0.67:
            return Fate()
        after = dice.choice([0, dice.randrange(3_000), dice.randrange(60_000)])
        return Fate(dice.choice(troubles), after, seconds=dice.uniform(0.5, 3.0))

    broken = False
    url = safe_postgres.new_database().get_secret_value()
    async with (
        Proxy(f"http://127.0.0.1:{safe_postgres.port}", fate) as rows,
        Proxy(moto.url, fate) as audio,
    ):
        through = {
            "database_url": url.replace(str(safe_postgres.port), rows.url.rpartition(":")[2]),
            "storage_endpoint": audio.url,
        }
        with Cluster(tmp_path / "cluster", url, moto.bucket(), warm, **QUICK) as cluster:
            front = await asyncio.to_thread(lambda: cluster.front().up())
            workers = [cluster.worker(**through), cluster.worker(**through)]
            token = cluster.token()
            for worker in workers:
                await asyncio.to_thread(worker.up)
            broken = True
            with balancing(tmp_path / "nginx", [front.url.removeprefix("http://")]) as balancer:
                trial = Trial(cluster, balancer, token)
                async with trial.clients(CLIENTS):
                    async with asyncio.timeout(60 * soak):
                        while sum((rows.struck + audio.struck).values()) < TROUBLES * soak:
                            await asyncio.sleep(0.5)
                            await asyncio.gather(rows.shut(), audio.shut())
                            await asyncio.gather(rows.open(), audio.open())
                    audio.busy = True
                    await asyncio.sleep(BUCKET_AWAY_SECONDS)
                    audio.busy = False
                    broken = False
                said = await trial.judged()
                assert all(each.running for each in (front, *workers))
    struck: Counter[Trouble] = rows.struck + audio.struck
    how = ", ".join(f"{count} {trouble.value}" for trouble, count in struck.most_common())
    state(
        f"connections of 2 workers to PostgreSQL and bucket broken {sum(struck.values())} times "
        f"({how}), the bucket away for {BUCKET_AWAY_SECONDS:g} s ({audio.refused} refusals): {said}"
    )
