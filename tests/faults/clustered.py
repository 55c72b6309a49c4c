"""Trials of a cluster: clients of its balancer, what happens to it meanwhile, and the verdict."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg

from tests.balancer import balancing
from tests.buckets import S3Server
from tests.cluster import Cluster, Process
from tests.e2e.processes import wait_until
from tests.faults.clients import Address, Client
from tests.faults.deaths import Deaths
from tests.faults.history import NONE, Call, Ended, verdict
from tests.faults.test_server_kills import flaw
from tests.postgres import Postgres
from tests.proxy import Proxy
from tests.servers import free_port

__all__ = ["QUICK", "Stage", "Trial"]

QUICK = {
    "lease_seconds": "4",
    "lease_renewal_seconds": "1",
    "reap_seconds": "0.5",
    "permit_poll_seconds": "0.5",
    "grace_seconds": "5",
    "drain_seconds": "5",
    "orphan_hours": "0.002",
    "sweep_seconds": "3",
    "max_retries": "100000",
}
"""What takes half a minute elsewhere takes four seconds here; no job is given up."""
SILENT = (502, 504)
"""A balancer says that it has no answer."""
ALL_ENDED_SECONDS = 120.0
OPEN_JOBS = (
    "SELECT id, status, worker, attempt, retries, suspect, model, depends_on, step, "
    "lease_until - extract(epoch FROM now()), rests_until - extract(epoch FROM now()) "
    "FROM jobs WHERE status IN ('pending', 'processing')"
)
PERMITS = "SELECT status, worker_id, args, scheduled_at FROM procrastinate_jobs"


class Caller(Client):
    """Comes through the balancer, with a login. Some of what it asks for takes a second, so that a
    worker that dies has something."""

    paces = (2, 2, 50)

    def __init__(self, number: int, address: Address, history: list[Call], token: str) -> None:
        super().__init__(number, address, history)
        self._login = {"Authorization": f"Bearer {token}"}

    async def _call(self, verb: str, key: str, method: str, path: str, **more: Any) -> Call:
        more["headers"] = self._login | more.get("headers", {})
        call = await super()._call(verb, key, method, path, **more)
        if call.status not in SILENT:
            return call
        self._history.remove(call)
        call = Call(call.client, verb, key, call.body, NONE, call.answer, call.began, call.ended)
        self._history.append(call)
        return call


class Stage:
    """A database and a bucket, on which a cluster can be set up.

    >>> async with stage.trial(fronts=2, workers=3) as trial, trial.clients(6):
    ...     trial.workers[0].kill()
    >>> print(await trial.judged())
    """

    def __init__(
        self, folder: Path, postgres: Postgres, s3: S3Server, nursery: psutil.Process
    ) -> None:
        self.folder = folder
        self.postgres = postgres
        self.s3 = s3
        self.nursery = nursery

    def cluster(self, name: str, **settings: str) -> Cluster:
        """Of its own; ``name``: its folder's."""
        url = self.postgres.new_database().get_secret_value()
        bucket = self.s3.bucket()
        return Cluster(self.folder / name, url, bucket, self.nursery, **settings)

    @asynccontextmanager
    async def trial(
        self,
        *,
        fronts: int = 1,
        workers: int = 2,
        rows: Proxy | None = None,
        audio: Proxy | None = None,
        books: Proxy | None = None,
        models: str = "",
        **settings: str,
    ) -> AsyncIterator[Trial]:
        """Of a cluster behind a balancer, all of it there. ``rows``, ``audio``: the ways by which
        its workers, and they alone, reach PostgreSQL and the bucket; ``books``: the one by which
        its fronts reach PostgreSQL; ``models``: what they make; ``settings``: of all processes."""
        ports = [free_port() for _ in range(fronts)]
        lines = [f"127.0.0.1:{port} max_fails=1 fail_timeout=1s" for port in ports]
        with (
            self.cluster("cluster", **(QUICK | settings)) as cluster,
            balancing(self.folder / "nginx", lines) as url,
        ):
            of_fronts = self._by(cluster, books)
            first = cluster.front(port=ports[0], **of_fronts)
            await asyncio.to_thread(first.up)  # it makes the tables
            of_workers = self._by(cluster, rows)
            if audio is not None:
                of_workers["storage_endpoint"] = audio.url
            trial = Trial(cluster, url, cluster.token())
            trial.fronts = {port: cluster.front(port=port, **of_fronts) for port in ports[1:]}
            trial.fronts[ports[0]] = first
            trial.workers = [cluster.worker(models=models, **of_workers) for _ in range(workers)]
            for process in trial.processes:
                await asyncio.to_thread(process.up)
            yield trial

    def _by(self, cluster: Cluster, way: Proxy | None) -> dict[str, str]:
        """Settings by which a process reaches PostgreSQL so."""
        if way is None:
            return {}
        own, theirs = f":{self.postgres.port}/", f":{way.port}/"
        return {"database_url": cluster.database_url.replace(own, theirs)}


class Trial:
    """A cluster under its clients."""

    def __init__(self, cluster: Cluster, url: str, token: str) -> None:
        """``url``: of the balancer, or of the only front."""
        self.cluster = cluster
        self.url = url
        self.token = token
        self.fronts: dict[int, Process] = {}
        """By their ports."""
        self.workers: list[Process] = []
        self.history: list[Call] = []
        self.deaths = Deaths(cluster.database_url)
        self._address = Address()
        self._address.moved(url)

    @property
    def processes(self) -> list[Process]:
        return [*self.fronts.values(), *self.workers]

    def moved(self, url: str) -> None:
        """Its clients come by this way, from now on."""
        self._address.moved(url)

    @asynccontextmanager
    async def clients(self, number: int) -> AsyncIterator[None]:
        """They ask until the body ends, and then until each is answered."""
        over = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for each in range(number):
                caller = Caller(each, self._address, self.history, self.token)
                group.create_task(caller.live(over))
            try:
                yield
            finally:
                over.set()

    async def judged(self, *, but: frozenset[str] = frozenset()) -> str:
        """Once all has ended: nothing is wrong, or the test fails; how much there was. Jobs
        ``but`` these: whoever submitted them judges them."""
        ended = await asyncio.to_thread(self._what_is_there, but)
        wrong = verdict(self.history, ended)
        assert not wrong, "\n".join(wrong)
        statuses = Counter(job["status"] for job in ended.jobs.values())
        silent = sum(call.status == NONE for call in self.history)
        return (
            f"{len(self.history)} calls, {silent} without an answer; {len(ended.jobs)} jobs "
            f"accepted, {statuses['completed']} completed once and whole, "
            f"{statuses['cancelled']} cancelled without a take, 0 lost, 0 doubled"
        )

    def rows(self, text: str) -> list[Any]:
        with psycopg.connect(self.cluster.database_url, autocommit=True) as connection:
            return list(connection.execute(text).fetchall())  # type: ignore[call-overload]

    def until_all_ended(self) -> None:
        try:
            wait_until(lambda: not self.rows(OPEN_JOBS), "the end of all jobs", ALL_ENDED_SECONDS)
        except AssertionError:
            now = {"open": self.rows(OPEN_JOBS), "permits": self.rows(PERMITS)}
            raise AssertionError(f"not all jobs have ended: {now}") from None

    def until_swept(self) -> list[str]:
        """Objects and broken uploads that no take accounts for, once nothing is swept any more."""
        bucket = self.cluster.bucket
        paths = [str(row[0]) for row in self.rows("SELECT path FROM takes")]

        def strays() -> list[str]:
            kept = {f"music/{path.rpartition('/')[2]}" for path in paths}
            return sorted(bucket.keys() - kept) + ["an upload in parts"] * bucket.unfinished()

        swept: Callable[[], bool] = lambda: not strays()  # noqa: E731
        try:
            wait_until(swept, "the sweep", 30)
        except AssertionError:
            return strays()
        return []

    def _what_is_there(self, but: frozenset[str]) -> Ended:
        self.until_all_ended()
        login = {"Authorization": f"Bearer {self.token}"}
        with httpx.Client(
            base_url=f"{self.url}/api/v1", headers=login, timeout=30, trust_env=False
        ) as client:
            jobs: dict[str, dict[str, Any]] = {}
            following: str | None = "/jobs?limit=200"
            while following:
                page = client.get(following)
                jobs |= {job["job_id"]: job for job in page.json()["jobs"]}
                following = page.links.get("next", {}).get("url")
            audio = {i: flaw(client, job) for i, job in jobs.items() if job["audio_url"]}
        takes = [str(row[0]) for row in self.rows("SELECT job_id FROM takes")]
        mine = jobs.keys() - but
        return Ended(
            {job_id: jobs[job_id] for job_id in mine},
            {job_id: what for job_id, what in audio.items() if job_id in mine},
            [job_id for job_id in takes if job_id not in but],
            self.until_swept(),
        )
