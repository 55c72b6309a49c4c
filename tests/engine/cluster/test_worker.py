"""Servers that take jobs and workers that run them, over a real queue and a bucket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from engine.cluster.worker import joined
from tests.buckets import S3Server, known_to_boto
from tests.engine.cluster.fleet import Fleet
from tests.engine.server.running import TestServer, body
from tests.postgres import Postgres

T = TypeVar("T")


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

        async with joined(fleet.settings(), slots=2):
            job = await eventually(
                lambda: client.get(f"/jobs/{job_id}").json(),
                lambda job: job["status"] == "completed",
            )
        audio = client.get(job["audio_url"])
        assert audio.status_code == 200 and audio.content[:4] == b"RIFF"
        assert len(fleet.bucket.keys("music/")) == 1


async def eventually(look: Callable[[], T], good: Callable[[T], bool]) -> T:
    """Look until it is good."""
    async with asyncio.timeout(60):
        while not good(seen := await asyncio.to_thread(look)):
            await asyncio.sleep(0.05)
    return seen
