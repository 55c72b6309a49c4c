"""How much of the room is one user's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.jobs import Job, new_id
from engine.server.stitching import join_takes
from tests.engine.server.running import TestServer, body, made, settings_in, tone, until_ended

QUOTA = 40_000
"""Bytes; a take of a second has 16,000."""


def test_what_a_user_has_stored_is_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    once = {"Idempotency-Key": "first"}
    with (
        TestServer(settings_in(tmp_path, quota_stored_bytes=QUOTA)) as server,
        server.client(server.token("alice")) as alice,
        server.client(server.token("bob")) as bob,
    ):
        first = alice.post("/generate", json=body(), headers=once).json()["job_id"]
        until_ended(alice, first)
        service = server.service

        def late(owner: str, ids: list[str]) -> set[str]:
            """Another take ends while a submission is looked at."""
            job = service.jobs.job(first)
            assert job.take is not None
            other = replace(job.take, path=job.take.path.with_name("other.wav"), size=30_000)
            service.engine.dispatcher._claims.adopt(replace(job, id=new_id(), take=other))
            return set()

        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(service.uploads, "use", late)
            refused = alice.post("/generate", json=body())
        assert refused.status_code == 429, "it is decided where the job is queued"
        assert refused.json()["error"] == "Storage quota exceeded"
        assert int(refused.headers["retry-after"]) > 0
        for answer in (
            alice.post("/uploads", content=tone(1)),
            alice.post("/stitch", json={"job_ids": [first] * 2, "crossfade_seconds": 0}),
            alice.post("/generate/batch", json={"requests": [body()]}),
        ):
            assert answer.status_code == 429, answer.text
        assert server.keys("uploads") == set()
        again = alice.post("/generate", json=body(), headers=once)
        assert (again.status_code, again.json()["job_id"]) == (202, first), "a repeat adds nothing"
        made(bob)


def test_what_is_joined_counts_though_others_come_in_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        TestServer(settings_in(tmp_path, quota_stored_bytes=10 * QUOTA)) as server,
        server.client(server.token("alice")) as alice,
    ):
        wanted = {"job_ids": [made(alice)["job_id"]] * 2, "crossfade_seconds": 0.5}
        kept = server.keys("music")

        def join_and_lose_the_race(*how: Any) -> Any:
            """A take of hers ends while hers are joined."""
            job, take = join_takes(*how)
            server.in_loop(lambda: other_take(server, how[1][0]))
            return job, take

        with monkeypatch.context() as meanwhile:
            place = "engine.server.routes.stitch.join_takes"
            meanwhile.setattr(place, join_and_lose_the_race)
            refused = alice.post("/stitch", json=wanted)
        assert refused.status_code == 429
        assert refused.json()["error"] == "Storage quota exceeded"
        assert server.keys("music") == kept and not server.on_the_way()
        assert len(alice.get("/jobs").json()["jobs"]) == 2


def other_take(server: TestServer, job: Job) -> None:
    """One more take of the same owner, which fills the room that is left, or nearly so."""
    assert job.take is not None
    path = job.take.path.with_name("other.wav")
    take = replace(job.take, path=path, size=9 * QUOTA + 20_000)
    server.service.engine.dispatcher._claims.adopt(replace(job, id=new_id(), take=take))


def test_an_upload_that_fills_the_room_leaves_nothing(tmp_path: Path) -> None:
    with (
        TestServer(settings_in(tmp_path, quota_stored_bytes=QUOTA)) as server,
        server.client(server.token("alice")) as alice,
    ):
        sent = alice.post("/uploads", content=tone(2))
        assert sent.status_code == 201
        assert alice.post("/uploads", content=tone(2)).status_code == 429
        assert len(server.keys("uploads")) == 1
        assert alice.delete(f"/uploads/{sent.json()['upload_id']}").status_code == 204
        assert alice.post("/uploads", content=tone(2)).status_code == 201
