"""Several servers on one queue: each end is called out once, and none is lost with a server."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from engine.cluster.news import CHANNEL, Kind, words_of
from engine.jobs import Job, Status
from engine.server import callbacks
from engine.server.webhooks import signature
from engine.store.database import Alone
from engine.store.postgresql.tail import Tail
from engine.store.secrets import shared_secret
from tests.buckets import S3Server, known_to_boto
from tests.e2e.processes import wait_until
from tests.engine.cluster.fleet import Fleet, order
from tests.engine.server.running import TestServer, body, events, until_ended
from tests.engine.server.test_webhooks import Listener, url_at
from tests.pgbouncer import running_pgbouncer
from tests.postgres import Postgres

JOBS = 6


@pytest.fixture
def fleet(tmp_path: Path, postgres: Postgres, moto: S3Server) -> Iterator[Fleet]:
    with known_to_boto(moto):
        yield Fleet(tmp_path, postgres.new_database(), moto.bucket())


@pytest.fixture
def listener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    listening = Listener(tmp_path)
    monkeypatch.setattr(callbacks, "PORTS", (listening.port,))
    yield listening
    listening.close()


def front(fleet: Fleet, listener: Listener, *, reaches: bool = True, **more: Any) -> TestServer:
    """A server that may call webhooks; ``reaches``: whether it finds the listener."""

    def address_of(_: str) -> str:
        if not reaches:
            raise OSError("no network")
        return "127.0.0.1"

    settings = fleet.settings(webhooks=True, webhook_wait=60.0, **more)
    return TestServer(settings, address_of=address_of, trust=listener.trust)


def cancelled(client: httpx.Client, listener: Listener) -> str:
    """A job that has ended, without a worker."""
    asked = body(callback_url=url_at(listener))
    job_id: str = client.post("/generate", json=asked).json()["job_id"]
    assert client.delete(f"/jobs/{job_id}").status_code == 200
    return job_id


def test_each_end_is_called_out_by_one_server(fleet: Fleet, listener: Listener) -> None:
    with (
        front(fleet, listener) as one, front(fleet, listener) as other,
        one.client() as here, other.client() as there,
    ):  # fmt: skip
        ended = [cancelled(client, listener) for client in (here, there) * (JOBS // 2)]
        heard = [listener.heard.get(timeout=60) for _ in ended]
        assert sorted(json.loads(text)["job_id"] for _, text in heard) == sorted(ended)
        secret = one.in_loop(lambda: shared_secret(one.service.engine.database, "webhook"))
        for headers, text in heard:
            stamp = headers["webhook-timestamp"], text
            signed = signature(secret, headers["webhook-id"], *stamp)
            assert headers["webhook-signature"] == signed, "by whichever server"
        owed = "SELECT count(*) FROM calls WHERE done_at IS NULL"
        wait_until(lambda: one.sql(owed) == [(0,)], "all to be done")
    with front(fleet, listener) as again, again.client() as client:
        last = cancelled(client, listener)
        assert json.loads(listener.heard.get(timeout=60)[1])["job_id"] == last, "and no other"
    assert listener.heard.empty()


def test_what_one_server_could_not_deliver_another_does(fleet: Fleet, listener: Listener) -> None:
    soon = {"lease_seconds": 2.0}
    with front(fleet, listener, reaches=False, **soon) as cut_off, cut_off.client() as client:
        job_id = cancelled(client, listener)
        wait_until(lambda: cut_off.sql("SELECT 1 FROM calls"), "it to be owed")
        with front(fleet, listener, **soon) as other:
            mine = "SELECT count(DISTINCT sender) FROM calls WHERE sender_until > 0"
            assert other.sql(mine) == [(1,)]
            cut_off.end()
            assert json.loads(listener.heard.get(timeout=60)[1])["job_id"] == job_id
    assert listener.heard.empty()


def test_who_waits_for_the_queue_holds_up_nobody_else(fleet: Fleet) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with (
        TestServer(fleet.settings()) as server, server.client() as client,
        ThreadPoolExecutor(2) as threads, fleet.queue() as queue,
    ):  # fmt: skip
        job_id = client.post("/generate", json=body()).json()["job_id"]
        with queue.database.writing(Alone.QUEUE):
            asked = [
                threads.submit(client.post, "/generate", json=body()),
                threads.submit(client.delete, f"/jobs/{job_id}"),
            ]
            sql = queue.database.peewee.execute_sql
            wait_until(lambda: sql(waiting).fetchone() == (2,), "both to wait")
            assert client.get(f"/jobs/{job_id}").json()["status"] == "pending"
            assert not any(each.done() for each in asked)
        assert [each.result().status_code for each in asked] == [202, 200]


def test_one_of_all_servers_empties_the_trash(fleet: Fleet) -> None:
    with fleet.queue() as queue:

        def thrown_away() -> str:
            [job] = queue.store.submit([order()])
            queue.store.delete([job.id])
            with queue.database.writing():
                queue.database.peewee.execute_sql("UPDATE jobs SET deleted_at = 1")
            return job.id

        job_id = thrown_away()
        with TestServer(fleet.settings()):
            wait_until(lambda: not queue.store.knows(job_id), "it to be forgotten")
        job_id = thrown_away()
        with TestServer(fleet.settings()) as other:
            other.in_loop_async(other.service.engine.dispatcher._empty_trash)
        assert queue.store.knows(job_id), "its turn comes tomorrow"


def test_who_begins_to_follow_hears_nothing_that_is_older(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read before he came, and is told after he saw how things are."""
    read, go_on = threading.Event(), threading.Event()
    more = Tail.more

    def read_for_long(tail: Tail) -> list[Job]:
        jobs = more(tail)
        if any(job.status is Status.PROCESSING for job in jobs):
            read.set()
            assert go_on.wait(60)
        return jobs

    monkeypatch.setattr(Tail, "more", read_for_long)
    with (
        TestServer(fleet.settings()) as server, server.client() as client,
        ThreadPoolExecutor(1) as threads, fleet.queue() as queue,
    ):  # fmt: skip
        job_id = client.post("/generate", json=body()).json()["job_id"]
        assert queue.claims("me").claim("local") is not None
        queue.channel(CHANNEL).say([*words_of(Kind.JOBS, [])])
        assert read.wait(60)
        queue.store.cancel([job_id])

        told: list[str] = []

        def follow() -> None:
            with client.stream("GET", "/events") as stream:
                for _, job in events(stream):
                    told.append(job["status"])
                    if told[-1] == "pending":
                        return

        def follows() -> bool:
            relay: Any = server.service.engine
            return bool(relay._relay._turn._waiters or server.service.broadcast.followers)

        following = threads.submit(follow)
        wait_until(follows, "the follower")
        go_on.set()
        wait_until(lambda: bool(told), "how things are")
        queue.store.retry([job_id])
        queue.channel(CHANNEL).say([*words_of(Kind.JOBS, [])])
        following.result()
        assert set(told) == {"cancelled", "pending"}


def test_a_follower_finds_what_ended_while_its_server_was_away(fleet: Fleet) -> None:
    with TestServer(fleet.settings()) as other, other.client() as there:
        with TestServer(fleet.settings()) as server, server.client() as here:
            job_id = here.post("/generate", json=body()).json()["job_id"]
            with here.stream("GET", "/events") as stream:
                last_id, job = next(events(stream))
                assert (job["job_id"], job["status"]) == (job_id, "pending")
        assert there.delete(f"/jobs/{job_id}").status_code == 200
        with TestServer(fleet.settings()) as server, server.client() as here:
            known = {"Last-Event-ID": last_id}
            with here.stream("GET", "/events", headers=known) as stream:
                assert next(events(stream))[1]["status"] == "cancelled"
            assert until_ended(here, job_id)["status"] == "cancelled"


async def test_behind_a_pooler_all_is_seen_too(
    tmp_path: Path, postgres: Postgres, moto: S3Server
) -> None:
    """By asking: PgBouncer lends each connection for one transaction, and nothing is heard."""
    with known_to_boto(moto), running_pgbouncer(postgres) as bouncer, ExitStack() as running:
        if bouncer is None:
            pytest.skip("PgBouncer is not installed")
        url = bouncer.url(postgres.new_database())
        fleet = Fleet(tmp_path, url, moto.bucket())
        asks = {"listen": False, "look_seconds": 0.1, "carry_seconds": 0.1}
        rare = {"lease_renewal_seconds": 60.0, "lease_seconds": 600.0}
        one, other = (
            running.enter_context(TestServer(fleet.settings(**asks, **rare))) for _ in range(2)
        )
        here, there = (running.enter_context(server.client()) for server in (one, other))
        async with fleet.worker(**asks, **rare) as watch:
            grows = here.post("/generate", json=body("steps=12000 ms=5", duration=60)).json()
            job_id = grows["job_id"]

            def followed() -> Iterator[float]:
                """How far it is; it is stopped once it was seen to grow."""
                seen: set[float] = set()
                with there.stream("GET", f"/jobs/{job_id}/events") as stream:
                    for _, job in events(stream):
                        seen.add(job["progress"])
                        yield job["progress"]
                        if len(seen) == 3:
                            assert here.post(f"/jobs/{job_id}/stop").status_code == 202
                assert job["status"] == "completed"

            progress = await asyncio.to_thread(list, followed())
            assert progress == sorted(progress) and len(set(progress)) > 3
            gone = here.post("/generate", json=body("steps=12000 ms=5 hz=300")).json()["job_id"]
            await watch.until(lambda: bool((latest := watch.latest(gone)) and latest.progress))
            await asyncio.to_thread(there.post, f"/jobs/{gone}/cancel")
            await watch.until(lambda: not watch.worker.scheduler.runs.tokens())
