"""What is asked of one server about a job that grows on another machine, and what is seen of it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
import soundfile as sf

from engine.cluster.worker import MusicWorker, joined
from tests.buckets import S3Server, known_to_boto
from tests.engine.cluster.fleet import Fleet
from tests.engine.server.running import TestServer, body, events, until_ended, until_step
from tests.postgres import Postgres

T = TypeVar("T")

GROWS = "steps=3000 ms=5"
CARRIES = {"carry_seconds": 0.1, "lease_renewal_seconds": 60.0, "lease_seconds": 600.0}
"""Signs of life are so rare that all must come by news."""


@pytest.fixture(scope="module")
def bucket_server(moto: S3Server) -> Iterator[S3Server]:
    with known_to_boto(moto):
        yield moto


@pytest.fixture
def fleet(tmp_path: Path, postgres: Postgres, bucket_server: S3Server) -> Fleet:
    return Fleet(tmp_path, postgres.new_database(), bucket_server.bucket())


@pytest.fixture
def fronts(fleet: Fleet) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    """Two servers, and who asks them."""
    with ExitStack() as running:
        servers = [running.enter_context(TestServer(fleet.settings(**CARRIES))) for _ in range(2)]
        one, other = (running.enter_context(server.client()) for server in servers)
        yield one, other


@pytest.fixture
async def worker(fleet: Fleet) -> AsyncIterator[MusicWorker]:
    async with joined(fleet.settings(**CARRIES), slots=2) as joins:
        yield joins


async def asked(work: Callable[[], T]) -> T:
    """Ask a server while the worker goes on."""
    return await asyncio.to_thread(work)


async def submitted(client: httpx.Client, prompt: str, **more: Any) -> str:
    answer = await asked(lambda: client.post("/generate", json=body(prompt, **more)))
    assert answer.status_code == 202, answer.text
    job_id: str = answer.json()["job_id"]
    return job_id


async def test_progress_crosses_to_all_servers(
    fronts: tuple[httpx.Client, httpx.Client], worker: MusicWorker
) -> None:
    one, other = fronts
    job_id = await submitted(one, "steps=400 ms=10")

    def follow(client: httpx.Client) -> list[dict[str, Any]]:
        with client.stream("GET", f"/jobs/{job_id}/events") as stream:
            return [job for _, job in events(stream)]

    for told in await asyncio.gather(asked(lambda: follow(one)), asked(lambda: follow(other))):
        progress = [job["progress"] for job in told]
        assert progress == sorted(progress) and len(set(progress)) > 3
        assert any(job["eta_seconds"] for job in told)
        assert [job["status"] for job in told][-1] == "completed"
        assert sum(job["status"] == "completed" for job in told) == 1
        assert told[-1]["audio_url"]


async def test_what_grows_is_heard_at_any_server_and_ends_early(
    fronts: tuple[httpx.Client, httpx.Client], worker: MusicWorker, fleet: Fleet
) -> None:
    one, other = fronts
    job_id = await submitted(one, GROWS, duration=60)

    def hear() -> httpx.Response:
        until_step(other, job_id, "generating")
        while (answer := other.get(f"/jobs/{job_id}/preview")).status_code == 409:
            other.get(f"/jobs/{job_id}", headers={"Prefer": "wait=1"})
        return answer

    heard = await asked(hear)
    assert heard.status_code == 200 and heard.headers["content-type"] == "audio/wav"
    samples, rate = sf.read(io.BytesIO(heard.content))
    assert 0 < len(samples) / rate < 60
    refused = await asked(lambda: other.get(f"/jobs/{job_id}x/preview"))
    assert refused.status_code == 404

    stopped = await asked(lambda: other.post(f"/jobs/{job_id}/stop"))
    assert stopped.status_code == 202
    done = await asked(lambda: until_ended(one, job_id))
    assert done["status"] == "completed"
    audio = await asked(lambda: httpx.get(done["audio_url"], trust_env=False).content)
    samples, rate = sf.read(io.BytesIO(audio))
    assert 0 < len(samples) / rate < 60
    again = await asked(lambda: other.post(f"/jobs/{job_id}/stop"))
    assert again.status_code == 409
    await worker.scheduler.close(1.0)
    assert fleet.bucket.keys("previews/") == fleet.bucket.keys("checkpoints/") == set()


async def test_a_cancel_crosses_and_makes_room(
    fronts: tuple[httpx.Client, httpx.Client], worker: MusicWorker, fleet: Fleet
) -> None:
    one, other = fronts
    ids = [await submitted(one, GROWS) for _ in range(2)]
    for job_id in ids:
        await asked(lambda job_id=job_id: until_step(one, job_id, "generating"))  # type: ignore[misc]
    waiting = await submitted(other, "steps=3")
    for job_id in ids:
        answer = await asked(lambda job_id=job_id: other.post(f"/jobs/{job_id}/cancel"))  # type: ignore[misc]
        assert answer.status_code == 202
    assert (await asked(lambda: until_ended(one, waiting)))["status"] == "completed"
    for job_id in ids:
        job = await asked(lambda job_id=job_id: one.get(f"/jobs/{job_id}").json())  # type: ignore[misc]
        assert (job["status"], job["audio_url"]) == ("cancelled", None)
    assert len(fleet.bucket.keys("music/")) == 1
