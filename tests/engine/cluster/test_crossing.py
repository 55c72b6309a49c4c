"""What is asked of one server about a job that grows on another machine, and what is seen of it.

Signs of life are so rare here that all must come by news."""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from threading import Barrier
from typing import Any

import httpx
import pytest
import soundfile as sf

from engine.cluster.control import Control
from tests.buckets import S3Server, known_to_boto
from tests.e2e.processes import wait_until
from tests.engine.cluster.fleet import Fleet
from tests.engine.cluster.processes import WorkerProcess
from tests.engine.server.running import TestServer, body, events, until_ended, until_step
from tests.postgres import Postgres

GROWS = "steps=12000 ms=5"
"""For a minute, if nobody stops it; what is asked meanwhile may take its time."""
ENDLESS = "steps=1000000 ms=5"
SLOTS = 2

pytestmark = pytest.mark.usefixtures("threads_of_the_module")


@dataclass(frozen=True)
class Cluster:
    """Two servers, who asks them, and one worker."""

    fleet: Fleet
    servers: tuple[TestServer, TestServer]
    one: httpx.Client
    other: httpx.Client
    worker: WorkerProcess


@pytest.fixture(scope="module")
def cluster(
    tmp_path_factory: pytest.TempPathFactory, postgres: Postgres, moto: S3Server
) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    rare = {"carry_seconds": 0.1, "lease_renewal_seconds": 60.0, "lease_seconds": 600.0}
    with known_to_boto(moto), ExitStack() as running:
        fleet = Fleet(folder, postgres.new_database(), moto.bucket())
        worker = WorkerProcess(folder / "w", fleet.settings(**rare), "--slots", f"{SLOTS}")
        running.callback(worker.end)
        one, other = (running.enter_context(TestServer(fleet.settings(**rare))) for _ in range(2))
        clients = [running.enter_context(server.client()) for server in (one, other)]
        for client in clients:  # FastAPI makes its routes at the first request: not both at once
            assert client.get("/nothing").status_code == 404
        yield Cluster(fleet, (one, other), *clients, worker)


@pytest.fixture
def one(cluster: Cluster) -> httpx.Client:
    return cluster.one


@pytest.fixture
def other(cluster: Cluster) -> httpx.Client:
    return cluster.other


def submitted(client: httpx.Client, prompt: str, **more: Any) -> str:
    answer = client.post("/generate", json=body(prompt, **more))
    assert answer.status_code == 202, answer.text
    job_id: str = answer.json()["job_id"]
    return job_id


def told_to(client: httpx.Client, job_id: str, last_id: str = "") -> list[tuple[str, Any]]:
    """What a follower hears to the job's end."""
    headers = {"Last-Event-ID": last_id} if last_id else {}
    with client.stream("GET", f"/jobs/{job_id}/events", headers=headers) as stream:
        return list(events(stream))


def test_all_servers_tell_how_far_it_is_and_how_it_ends(
    one: httpx.Client, other: httpx.Client
) -> None:
    job_id = submitted(one, GROWS, duration=60)
    seen = Barrier(2, action=lambda: one.post(f"/jobs/{job_id}/stop"), timeout=60)

    def followed(client: httpx.Client) -> Iterator[dict[str, Any]]:
        """What is told of it to its end, which comes when all have seen it grow."""
        progress: set[float] = set()
        with client.stream("GET", f"/jobs/{job_id}/events") as stream:
            for _, job in events(stream):
                yield job
                known, progress = len(progress), progress | {job["progress"]}
                if known < 4 <= len(progress):
                    seen.wait()

    with ThreadPoolExecutor(2) as pool:
        for told in pool.map(lambda client: list(followed(client)), (one, other)):
            progress = [job["progress"] for job in told]
            assert progress == sorted(progress) and len(set(progress)) > 4
            assert any(job["eta_seconds"] for job in told)
            assert [job["status"] for job in told].index("completed") == len(told) - 1
            assert told[-1]["audio_url"]


def test_who_goes_on_at_another_server_misses_no_end_and_hears_none_twice(
    one: httpx.Client, other: httpx.Client
) -> None:
    job_id = submitted(one, "steps=300 ms=10")
    with one.stream("GET", f"/jobs/{job_id}/events") as stream:
        told = events(stream)
        last_id, job = next(each for each in told if each[1]["current_step"] == "generating")
    whole = told_to(other, job_id, last_id)
    assert whole[0][1]["progress"] >= job["progress"], "how it is now, and not what was"
    end_id, end = whole[-1]
    assert end["status"] == "completed"
    assert told_to(one, job_id, last_id)[-1][1]["status"] == "completed"
    for client in (one, other):
        path = f"/jobs/{job_id}/events"
        assert client.get(path, headers={"Last-Event-ID": end_id}).status_code == 204
        with client.stream("GET", "/events", headers={"Last-Event-ID": "elsewhere-1"}) as stream:
            now = next(job for _, job in events(stream) if job["job_id"] == job_id)
        assert now["status"] == "completed", "the live queue, with what has ended meanwhile"


def test_what_grows_is_heard_at_any_server_and_ends_early(
    cluster: Cluster, one: httpx.Client, other: httpx.Client
) -> None:
    job_id = submitted(one, GROWS, duration=60)
    until_step(other, job_id, "generating")
    path = f"/jobs/{job_id}/preview"
    while (heard := other.get(path)).status_code == 409:
        other.get(f"/jobs/{job_id}", headers={"Prefer": "wait=1"})
    assert heard.status_code == 200 and heard.headers["content-type"] == "audio/wav"
    samples, rate = sf.read(io.BytesIO(heard.content))
    assert 0 < len(samples) / rate < 60
    assert other.post(f"/jobs/{job_id}/stop").status_code == 202
    done = until_ended(one, job_id)
    assert done["status"] == "completed"
    audio = httpx.get(done["audio_url"], trust_env=False)
    samples, rate = sf.read(io.BytesIO(audio.content))
    assert 0 < len(samples) / rate < 60
    there = done["audio_url"].replace(str(one.base_url.port), str(other.base_url.port))
    assert httpx.get(there, trust_env=False).content == audio.content, "a link holds at all"
    assert other.post(f"/jobs/{job_id}/stop").status_code == 409
    assert other.get(path).status_code == 409
    wait_until(lambda: not cluster.fleet.bucket.keys("checkpoints/"), "checkpoints to go")
    wait_until(lambda: not cluster.fleet.bucket.keys("previews/"), "previews to go")


def test_a_cancel_crosses_and_makes_room(
    cluster: Cluster, one: httpx.Client, other: httpx.Client
) -> None:
    before = cluster.fleet.bucket.keys("music/")
    blocks = [submitted(one, ENDLESS) for _ in range(SLOTS)]
    for job_id in blocks:
        until_step(one, job_id, "generating")
    waiting = submitted(other, "steps=3 hz=330")
    for job_id in blocks:
        assert other.post(f"/jobs/{job_id}/cancel").status_code == 202
    assert until_ended(one, waiting)["status"] == "completed"
    for job_id in blocks:
        job = one.get(f"/jobs/{job_id}").json()
        assert (job["status"], job["audio_url"]) == ("cancelled", None)
    assert len(cluster.fleet.bucket.keys("music/") - before) == 1


def test_a_pause_crosses_too(cluster: Cluster, one: httpx.Client) -> None:
    job_id = submitted(one, f"{GROWS} hz=220", duration=60)
    until_step(one, job_id, "generating")

    def told(paused: bool, words: str) -> None:
        with cluster.fleet.queue() as queue:
            Control(queue).pause(paused)
        wait_until(lambda: cluster.worker.log.read_text().rstrip().endswith(words), words)

    told(True, "the queue rests")
    assert one.get(f"/jobs/{job_id}").json()["status"] == "processing"
    told(False, "the queue goes on")
    assert one.post(f"/jobs/{job_id}/stop").status_code == 202
    assert until_ended(one, job_id)["status"] == "completed"


def _told(client: httpx.Client, sign: str) -> bool:
    return sign in client.get("/metrics").text


def test_every_server_shows_each_worker(cluster: Cluster, one: httpx.Client) -> None:
    job_id = submitted(one, GROWS)
    until_step(one, job_id, "generating")
    for client in (cluster.one, cluster.other):
        workers = client.get("/health/detailed").json()["workers"]
        assert (workers["active"], workers["busy"], workers["idle"]) == (1, 1, 0)
        [worker] = workers["each"]
        assert worker["id"] == cluster.worker.id
        assert (worker["state"], worker["slots"], worker["running"]) == ("working", SLOTS, 1)
        assert worker["silent_seconds"] < 600 and worker["version"]
        text = client.get("/metrics").text
        mark = f'computer="{worker["name"]}",worker="{worker["id"]}"'
        for sign in (
            'dgx_music_workers{state="working"} 1.0',
            'dgx_music_workers{state="lost"} 0.0',
            f"dgx_music_worker_slots{{{mark}}} {SLOTS}.0",
            f"dgx_music_worker_running{{{mark}}} 1.0",
            f"dgx_music_worker_silent_seconds{{{mark}}}",
            'dgx_music_jobs{status="processing"} 1.0',
        ):
            assert sign in text, sign
    one.post(f"/jobs/{job_id}/cancel")
    until_ended(one, job_id)
    for client in (cluster.one, cluster.other):
        for sign in (
            'dgx_music_jobs_ended_total{status="cancelled"}',
            'dgx_music_step_seconds_count{step="generating"}',
        ):
            wait_until(partial(_told, client, sign), sign)


def test_a_worker_that_is_drained_ends_what_it_runs_and_itself(
    cluster: Cluster, one: httpx.Client
) -> None:
    """The last one here: nobody works any more afterwards."""
    job_id = submitted(one, f"{GROWS} hz=110", duration=60)
    until_step(one, job_id, "generating")
    with cluster.fleet.queue() as queue:
        assert Control(queue).drain(cluster.worker.id).running == 1
    assert one.post(f"/jobs/{job_id}/stop").status_code == 202
    assert until_ended(one, job_id)["status"] == "completed"
    assert cluster.worker.process.wait(timeout=60) == 0
    assert one.get("/health/detailed").json()["workers"]["each"] == []
