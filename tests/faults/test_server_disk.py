"""A server whose disk is full: every answer is a defined one, and what was accepted is made."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.e2e.processes import wait_until
from tests.engine.server.running import (
    TestServer,
    body,
    settings_in,
    tone,
    until_ended,
    until_step,
)
from tests.faults.conftest import RESERVE, fill

BALLAST = 4 * 2**20
JOBS = 10
PROMPT = "words " * 300
"""Rows need room too."""

State = Callable[[str], None]


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
        dispatcher = server.service.engine.dispatcher
        server.in_loop_async(lambda: dispatcher.set_paused(True))  # or they fill it meanwhile
        jobs = [submit(here, number).json()["job_id"] for number in range(JOBS)]
        server.in_loop_async(lambda: dispatcher.set_paused(False))
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


@pytest.mark.logs("disk")
def test_what_a_full_disk_leaves_belongs_to_what_has_begun(
    small_disk: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, state: State
) -> None:
    """Only the database is on it: what runs is recorded, and nothing new is taken in."""
    settings = settings_in(
        tmp_path, data_folder=small_disk / "data", free_space_floor=0, disk_reserve=RESERVE
    )
    ballast, once = small_disk / "ballast", {"Idempotency-Key": "before"}
    with TestServer(settings) as server, server.client() as here:

        def level(page: str) -> tuple[int, str]:
            answer = here.get(page)
            return answer.status_code, answer.json()["status"]

        # Four grow at once, so the last one waits.
        slow = [body(f"steps=40 ms=25 hz={300 + number}") for number in range(4)]
        jobs = here.post("/generate/batch", json={"requests": slow}).json()["job_ids"]
        waiting = here.post("/generate", json=body("steps=2"), headers=once).json()["job_id"]
        until_step(here, jobs[0], "generating")
        fill(ballast)
        refused = [submit(here, number) for number in range(20)]
        assert {answer.status_code for answer in refused} == {503}
        for answer in refused:
            assert answer.json()["type"] == "urn:dgx-music:problem:disk_full"
            assert int(answer.headers["retry-after"]) > 0
            assert str(small_disk) not in answer.text
        assert here.post("/uploads", content=tone(1)).status_code == 503
        assert level("/health") == (503, "unhealthy")
        assert level("/health/ready") == (503, "unready")
        assert here.get("/health").json()["checks"]["database"]["status"] == "unhealthy"
        ended = [until_ended(here, job_id)["status"] for job_id in jobs]
        assert ended == ["completed"] * 4, "and recorded"
        again = here.post("/generate", json=body("steps=2"), headers=once)
        assert (again.status_code, again.json()["job_id"]) == (202, waiting), "a repeat is none"
        assert here.get(f"/jobs/{waiting}").json()["status"] == "pending", "nothing is begun"
        told = [r.getMessage() for r in caplog.records if "reserve" in r.getMessage()]
        assert len(told) == 1 and "2.0 MB" in told[0], told
        ballast.unlink()
        assert level("/health/ready") == (200, "ready")
        assert (settings.data_folder / "studio.reserve").stat().st_size == RESERVE
        assert until_ended(here, waiting)["status"] == "completed"
        assert submit(here, 0).status_code == 202
    state(f"database's disk full: 4 takes recorded by the reserve, {len(refused)} requests refused")
