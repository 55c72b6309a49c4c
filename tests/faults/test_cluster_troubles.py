"""What a cluster stands on breaks under its clients: PostgreSQL, bucket, network and disk."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.processes import wait_until
from tests.faults.clustered import Stage
from tests.faults.test_server_disk import fill
from tests.postgres import Postgres
from tests.proxy import Fate, Proxy, Trouble

AWAY_SECONDS = (2.0, 5.0)
"""PostgreSQL; 35 with ``--soak``: longer than a lease, here as there."""
RESTARTS = 2
TIMES = 1
"""Each trouble happens at least so often on each way."""
AT_POSTGRESQL = (
    Trouble.CUT, Trouble.HOLE, Trouble.DELAY, Trouble.TRUNCATE, Trouble.REPEAT, Trouble.UNHEARD,
)  # fmt: skip
AT_BUCKET = (Trouble.CUT, Trouble.HOLE, Trouble.DELAY, Trouble.TRUNCATE, Trouble.DUPLICATE)
AT_DOOR = (Trouble.CUT, Trouble.DELAY, Trouble.TRUNCATE, Trouble.DUPLICATE)
BUCKET_AWAY_SECONDS = 3.0
CLIENTS = 6
NEVER = 240.0
"""Seconds, even on a busy computer."""

State = Callable[[str], None]


async def away(postgres: Postgres, how: str, seconds: float = 0.0) -> None:
    await asyncio.to_thread(postgres.stop, how)
    await asyncio.sleep(seconds)
    postgres.begin()
    await asyncio.to_thread(postgres.until_there)


async def test_postgresql_goes_and_comes(stage: Stage, state: State, soak: int) -> None:
    """Stopped for longer than a lease, restarted softly and hard."""
    times = [*AWAY_SECONDS, 35.0] if soak > 1 else list(AWAY_SECONDS)
    restarts = ["fast" if number % 2 else "immediate" for number in range(RESTARTS * soak)]
    dice = random.Random(2)
    async with stage.trial() as trial:
        async with trial.clients(CLIENTS):
            for seconds in times:
                await asyncio.sleep(dice.uniform(0.3, 1.5))
                await away(stage.postgres, "immediate", seconds)
            for how in restarts:
                await asyncio.sleep(dice.uniform(0.3, 1.5))
                await away(stage.postgres, how)
            await asyncio.sleep(1.0)
        said = await trial.judged()
        assert all(each.running for each in trial.processes)
    told = ", ".join(f"{seconds:g}" for seconds in times)
    state(
        f"PostgreSQL away for {told} s and restarted {len(restarts)} times under a cluster: {said}"
    )


class Way:
    """From some to what they stand on: every second connection breaks, in each of these ways in
    turn."""

    def __init__(self, name: str, to: str, troubles: tuple[Trouble, ...]) -> None:
        self._name = name
        self._troubles = troubles
        self._next = itertools.cycle(troubles)
        self._dice = random.Random(name)
        self.breaks = False
        self.proxy = Proxy(to, self._fate)

    def struck(self, times: int) -> bool:
        """Whether each trouble has happened so often."""
        return all(self.proxy.struck[trouble] >= times for trouble in self._troubles)

    def __str__(self) -> str:
        counted = self.proxy.struck.most_common()
        return f"{self._name}: {', '.join(f'{count} {how.value}' for how, count in counted)}"

    def _fate(self) -> Fate:
        dice = self._dice
        if not self.breaks or dice.random() < 0.5:
            return Fate()
        after = dice.choice([0, dice.randrange(1_000), dice.randrange(30_000)])
        return Fate(next(self._next), after, seconds=dice.uniform(0.5, 3.0))


# What the proxy swallows on purpose is closed by nobody.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_the_network_breaks_everywhere(stage: Stage, state: State, soak: int) -> None:
    """Connections are cut, delayed, swallowed and doubled at any byte: those of workers and fronts
    to PostgreSQL, where answers to commits are lost, of workers to the bucket, and of clients. Then
    the bucket refuses everything for a while."""
    postgres = f"http://127.0.0.1:{stage.postgres.port}"
    rows = Way("workers and PostgreSQL", postgres, AT_POSTGRESQL)
    books = Way("fronts and PostgreSQL", postgres, AT_POSTGRESQL)
    audio = Way("workers and bucket", stage.s3.url, AT_BUCKET)
    async with (
        rows.proxy,
        books.proxy,
        audio.proxy,
        stage.trial(rows=rows.proxy, audio=audio.proxy, books=books.proxy) as trial,
    ):
        door = Way("clients and balancer", trial.url, AT_DOOR)
        ways = (rows, books, audio, door)
        async with door.proxy:
            trial.moved(door.proxy.url)
            async with trial.clients(CLIENTS):
                for way in ways:
                    way.breaks = True
                deadline = time.monotonic() + NEVER * soak
                for way in itertools.cycle(ways):
                    await asyncio.sleep(0.5)
                    await way.proxy.shut()  # the next connections have other fates
                    await way.proxy.open()
                    if all(way.struck(TIMES * soak) for way in ways):
                        break
                    assert time.monotonic() < deadline, "; ".join(map(str, ways))
                audio.proxy.busy = True
                await asyncio.sleep(BUCKET_AWAY_SECONDS)
                audio.proxy.busy = False
                for way in ways:
                    way.breaks = False
            said = await trial.judged()
        assert all(each.running for each in trial.processes)
    state(
        f"connections broken in a cluster ({'; '.join(map(str, ways))}), the bucket away for "
        f"{BUCKET_AWAY_SECONDS:g} s ({audio.proxy.refused} refusals): {said}"
    )


async def test_a_workers_disk_is_full(stage: Stage, small_disk: Path, state: State) -> None:
    """While takes are made there: others make them, and so does it once there is room again."""
    async with stage.trial(workers=1) as trial:
        small = trial.cluster.worker(home=str(small_disk), free_space_floor="0")
        trial.workers.append(small)
        await asyncio.to_thread(small.up)

        def told(status: str) -> int:
            """So many jobs came into this state by it."""
            own = f"worker = '{small.id}' AND status = '{status}'"
            return int(trial.rows(f"SELECT count(*) FROM witness.turns WHERE {own}")[0][0])  # noqa: S608

        async def until_it_told(status: str, times: int) -> None:
            goal = told(status) + times
            await asyncio.to_thread(wait_until, lambda: told(status) >= goal, status)

        async with trial.clients(CLIENTS):
            await until_it_told("completed", 3)
            ballast = small_disk / "ballast"
            fill(ballast)
            await until_it_told("pending", 3)
            refused = told("pending")
            ballast.unlink()
            await until_it_told("completed", 3)
        said = await trial.judged()
        assert all(each.running for each in trial.processes)
        assert trial.rows("SELECT max(retries) FROM jobs") == [(0,)], "it is not the jobs' fault"
    state(f"a worker's disk full for {refused} takes that it began: {said}")
