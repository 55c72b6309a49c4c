"""Servers that take jobs and workers that run them, over a real queue and a bucket."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.cluster.control import Control
from engine.jobs import Status
from engine.store.store import PAUSED
from engine.store.workers import WorkerState
from tests.buckets import S3Server, known_to_boto
from tests.engine.cluster.fleet import PATIENCE, Fleet, Watch, end_leases, order
from tests.engine.conftest import SCRIPTED
from tests.engine.server.running import TestServer, body
from tests.postgres import Postgres, running_postgres

LONG = "steps=150 ms=20"
LOST = "waits again: its worker was lost"


@pytest.fixture
def fleet(tmp_path: Path, postgres: Postgres, moto: S3Server) -> Iterator[Fleet]:
    with known_to_boto(moto):
        yield Fleet(tmp_path, postgres.new_database(), moto.bucket())


async def test_a_server_takes_a_job_and_a_worker_makes_it(fleet: Fleet) -> None:
    with TestServer(fleet.settings()) as front, front.client() as client:
        answer = client.post("/generate", json=body("steps=3"))
        assert answer.status_code == 202, answer.text
        job_id = answer.json()["job_id"]
        assert client.get(f"/jobs/{job_id}").json()["status"] == "pending"
        async with fleet.worker() as watch:
            await watch.until(
                lambda: (job := watch.latest(job_id)) is not None and job.status.final
            )
        job = client.get(f"/jobs/{job_id}").json()
        assert job["status"] == "completed", job
        assert client.get(job["audio_url"]).content[:4] == b"RIFF"
        assert len(fleet.bucket.keys("music/")) == 1


async def test_two_workers_share_what_waits_and_make_each_take_once(fleet: Fleet) -> None:
    with fleet.queue() as queue:
        jobs = queue.store.submit([order("steps=10 ms=20") for _ in range(12)])
        async with fleet.worker() as one, fleet.worker() as other:
            ended = [asyncio.ensure_future(_made_by_either(one, other, job)) for job in jobs]
            await asyncio.gather(*ended)
            running = {worker.id for worker in queue.workers.all()}
            assert running == {one.worker.about.id, other.worker.about.id}
        rows = queue.store.jobs()
        assert {job.status for job in rows} == {Status.COMPLETED}
        assert {job.attempt for job in rows} == {1}
        assert queue.workers.all() == []
        assert _permits(queue) == []
    assert len(fleet.bucket.keys("music/")) == 12


@pytest.mark.logs(LOST)
async def test_a_frozen_worker_loses_its_job_and_its_late_take(fleet: Fleet) -> None:
    with fleet.queue() as queue:
        [job] = queue.store.submit([order("steps=12000 ms=5", duration=60.0)])
        async with fleet.worker() as frozen:
            await frozen.growing(job)
            for task in frozen.worker.tasks:  # as if it got no processor time for them
                if task.get_name() in ("pulse", "reaper", "intake"):
                    task.cancel()
            await asyncio.sleep(0)
            end_leases(queue)
            async with fleet.worker() as other:
                await other.growing(job)
                for watch in (other, frozen):
                    _end_early(watch)
                made = await other.ended(job)
                await frozen.until(lambda: not frozen.worker.scheduler.runs.tokens())
        assert made.status is Status.COMPLETED
        assert (made.attempt, made.retries) == (2, 1)
        assert made.take is not None
    # The late one was removed again: what is there is the other's.
    assert fleet.bucket.keys("music/") == {str(made.take.path)}


async def test_who_ends_hands_over_and_that_is_no_retry(fleet: Fleet) -> None:
    with fleet.queue() as queue:
        [job] = queue.store.submit([order(LONG)])
        async with fleet.worker() as first:
            await first.growing(job)
        waiting = queue.store.job(job.id)
        assert (waiting.status, waiting.retries) == (Status.PENDING, 0)
        assert len(_permits(queue)) == 1
        async with fleet.worker() as second:
            assert (await second.ended(job)).status is Status.COMPLETED


async def test_who_is_drained_finishes_and_begins_nothing_more(fleet: Fleet) -> None:
    with fleet.queue() as queue:
        [job] = queue.store.submit([order(LONG)])
        async with fleet.worker(slots=1) as watch:
            await watch.growing(job)
            assert queue.workers.drain(watch.worker.about.id).running == 1
            [later] = queue.store.submit([order()])
            async with asyncio.timeout(PATIENCE):
                await watch.worker.drained.wait()
            [seen] = queue.workers.all()
            assert seen.state is WorkerState.DRAINING
        assert queue.store.job(job.id).status is Status.COMPLETED
        assert queue.store.job(later.id).status is Status.PENDING
        assert [args["job"] for args in _permits(queue)] == [later.id]


async def test_jobs_are_taken_away_from_a_worker_that_is_stuck(fleet: Fleet) -> None:
    with fleet.queue() as queue:
        [job] = queue.store.submit([order("steps=10 ms=200 hang=5")])
        async with fleet.worker() as stuck:
            await stuck.growing(job)
            [back] = Control(queue).requeue(stuck.worker.about.id)
            assert (back.status, back.retries) == (Status.PENDING, 0), "the job is not to blame"
            assert stuck.worker.scheduler.runs.tokens(), "it has heard of nothing yet"
            assert queue.claims(stuck.worker.about.id).claim("local") is None, "it gets no more"
            async with fleet.worker() as other:
                await other.growing(job)
                assert queue.store.job(job.id).attempt == 1
                queue.store.cancel([job.id])
                await other.ended(job)


async def test_a_claim_that_nobody_heard_of_waits_again_and_that_is_told(fleet: Fleet) -> None:
    with fleet.queue() as queue:
        queue.store.set_setting(PAUSED, "yes")
        async with fleet.worker() as watch:
            [job] = queue.store.submit([order()])
            assert queue.claims(watch.worker.about.id).claim("local") is not None
            watch.worker.pulse.beat()
            [change] = watch.changes
            assert (change.job.id, change.job.status) == (job.id, Status.PENDING)


async def test_a_worker_for_some_models_leaves_the_others(fleet: Fleet) -> None:
    generators = dict.fromkeys(("scripted", "another"), SCRIPTED["scripted"])
    with fleet.queue() as queue:
        other, wanted = queue.store.submit([order(model="another"), order()])
        async with fleet.worker(models=["scripted"], generators=generators) as watch:
            assert (await watch.ended(wanted)).status is Status.COMPLETED
            assert queue.store.job(other.id).status is Status.PENDING
        async with fleet.worker(generators=generators) as watch:
            assert (await watch.ended(other)).status is Status.COMPLETED


async def test_who_rests_goes_on_when_its_row_says_so(fleet: Fleet) -> None:
    """Not by the clock of its last worker: the permit comes by the database's, and only once."""
    with fleet.queue() as queue:
        [job] = queue.store.submit([order("steps=3 starve=0")])
        async with fleet.worker(retry_delay=600.0) as watch:
            await watch.until(lambda: bool((last := watch.latest(job.id)) and last.retry_at))
            with queue.database.writing():
                sql = queue.database.peewee.execute_sql
                sql("UPDATE jobs SET rests_until = 1")
                sql("UPDATE procrastinate_jobs SET scheduled_at = NULL")
            assert (await watch.ended(job)).status is Status.COMPLETED


async def test_nothing_begins_while_the_queue_is_paused(fleet: Fleet) -> None:
    with fleet.queue() as queue:
        queue.store.set_setting(PAUSED, "yes")
        async with fleet.worker() as watch:
            desk, taken = watch.worker.desk, asyncio.Event()
            wake, desk.on_permit = desk.on_permit, taken.set
            [job] = queue.store.submit([order()])
            async with asyncio.timeout(PATIENCE):
                await taken.wait()
            wake()
            watch.worker.pulse.beat()
            assert watch.changes == []
            queue.store.set_setting(PAUSED, "")
            assert (await watch.ended(job)).status is Status.COMPLETED


@pytest.mark.logs("sign of life|storage|database|connection|Side task|error|procrastinate|reached")
@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_work_goes_on_when_postgresql_is_back(
    mode: str, tmp_path: Path, moto: S3Server
) -> None:
    with running_postgres(safe=True) as server, known_to_boto(moto):
        if server is None:
            pytest.skip("PostgreSQL is not installed")
        fleet = Fleet(tmp_path, server.new_database(), moto.bucket())
        with fleet.queue() as queue:
            jobs = queue.store.submit([order("steps=60 ms=20") for _ in range(4)])
            async with fleet.worker(lease_seconds=120.0) as watch:
                await watch.growing(jobs[0])
                await asyncio.to_thread(server.stop, mode)
                server.begin()
                await asyncio.to_thread(server.until_there)
                for job in jobs:
                    assert (await watch.ended(job)).status is Status.COMPLETED
            assert {job.attempt for job in queue.store.jobs()} == {1}
        assert len(fleet.bucket.keys("music/")) == 4


def _end_early(watch: Watch) -> None:
    """What it runs becomes a take as it is."""
    runs = watch.worker.scheduler.runs
    for token in runs.tokens():
        runs.end_early(token)


async def _made_by_either(one, other, job) -> None:  # type: ignore[no-untyped-def]
    ends = [asyncio.ensure_future(each.ended(job)) for each in (one, other)]
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    for end in ends:
        end.cancel()
    await asyncio.gather(*ends, return_exceptions=True)


def _permits(queue) -> list[dict[str, object]]:  # type: ignore[no-untyped-def]
    """What those say that nobody has taken yet."""
    with queue.database.reading():
        rows = queue.database.peewee.execute_sql(
            "SELECT args FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id"
        )
        return [row[0] for row in rows.fetchall()]
