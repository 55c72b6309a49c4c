"""A server whose disk is full: every answer is a defined one, and what was accepted is made."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.e2e.processes import wait_until
from tests.engine.server.running import TestServer, body, settings_in, tone, until_ended

BALLAST = 4 * 2**20
JOBS = 10
PROMPT = "words " * 300
"""Rows need room too."""

State = Callable[[str], None]


def fill(file: Path) -> None:
    """To the last byte of the disk."""
    with file.open("wb", buffering=0) as ballast, suppress(OSError):
        while True:
            ballast.write(bytes(4096))


def submit(client: httpx.Client, number: int) -> httpx.Response:
    prompt = f"{PROMPT} steps=3 hz={200 + number}"
    return client.post("/generate", json=body(prompt, duration=30))


@pytest.mark.logs("disk|store|full|storage|no status")
def test_a_full_disk_answers_and_loses_nothing(
    small_disk: Path, caplog: pytest.LogCaptureFixture, state: State
) -> None:
    """Database, takes and cache share 16 MB, of which ballast takes its share."""
    ballast = [small_disk / f"ballast {number}" for number in range(3)]
    answers: Counter[int] = Counter()
    with (
        TestServer(settings_in(small_disk, free_space_floor=0)) as server,
        server.client() as here,
    ):
        for file in ballast:
            file.write_bytes(bytes(BALLAST))
        jobs = [submit(here, number).json()["job_id"] for number in range(JOBS)]
        wait_until(lambda: any("disk_full" in r.getMessage() for r in caplog.records), "no room")
        ballast.append(small_disk / "the rest")
        fill(ballast[-1])
        for number in range(JOBS, 4 * JOBS):
            answer = submit(here, number)
            answers[answer.status_code] += 1
            if answer.status_code == 202:
                jobs.append(answer.json()["job_id"])
            else:
                assert answer.headers["content-type"] == "application/problem+json"
                assert str(small_disk) not in answer.text
        assert set(answers) <= {202, 503} and answers[503], "the disk was really full"
        for send in ({"content": tone(20)}, {"files": {"file": ("a.wav", tone(20))}}):
            refused = here.post("/uploads", **send)
            assert refused.status_code == 503, refused.text
            assert refused.headers["content-type"] == "application/problem+json"
            assert int(refused.headers["retry-after"]) > 0
            assert str(small_disk) not in refused.text
        assert server.keys("uploads") == set()
        assert not [name for name in server.on_the_way() if "upl_" in name]
        assert here.get("/health/live").status_code == 200
        assert here.get("/health").status_code in (200, 503)
        waiting = sum(here.get(f"/jobs/{job}").json()["status"] != "completed" for job in jobs)
        assert waiting > 0
        for file in ballast:
            file.unlink()
        music = small_disk / "storage" / "music"
        for job_id in jobs:
            done = until_ended(here, job_id)
            assert (done["status"], done["retry_count"]) == ("completed", 0), done
            answer = httpx.get(done["audio_url"], trust_env=False)
            assert answer.headers["etag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
        assert len(list(music.iterdir())) == len(server.keys("music")) == len(jobs)
        assert server.on_the_way() == []
        listed = here.get("/jobs", params={"limit": 200}).json()["jobs"]
        assert {job["job_id"] for job in listed} == set(jobs), "what was refused is not queued"
    state(
        f"server's disk full with {waiting} of {len(jobs)} takes to go: {answers[202]} submissions "
        f"taken, {answers[503]} and 2 uploads refused; then {len(jobs)} of {len(jobs)} made once"
    )
