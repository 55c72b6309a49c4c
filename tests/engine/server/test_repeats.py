"""The same submission again, under its key: whatever has happened since, it makes one job."""

from __future__ import annotations

from pathlib import Path

import httpx

from tests.engine.server.running import TestServer, body, settings_in, tone, until_ended


def test_the_same_key_makes_one_job(alice: httpx.Client, bob: httpx.Client) -> None:
    key = {"Idempotency-Key": "a-lost-answer"}
    first = alice.post("/generate", json=body(), headers=key)
    again = alice.post("/generate", json=body(), headers=key)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["job_id"] == again.json()["job_id"]
    assert first.headers["location"] == again.headers["location"]
    other = alice.post("/generate", json=body("something else"), headers=key)
    assert other.status_code == 422 and other.json()["type"].endswith("key_reused")
    anothers = bob.post("/generate", json=body(), headers=key)
    assert anothers.json()["job_id"] != first.json()["job_id"], "keys are each user's own"


def test_a_batch_under_a_key_is_made_once(alice: httpx.Client) -> None:
    batch = {"requests": [body("one"), body("two")]}
    key = {"Idempotency-Key": "a-lost-batch"}
    first, again = (alice.post("/generate/batch", json=batch, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["job_ids"] == again.json()["job_ids"]
    fewer = alice.post("/generate/batch", json={"requests": [body("one")]}, headers=key)
    assert fewer.status_code == 422


def test_a_batch_of_one_is_not_that_one_by_itself(alice: httpx.Client) -> None:
    key = {"Idempotency-Key": "alone-or-in-a-batch"}
    assert alice.post("/generate", json=body(), headers=key).status_code == 202
    batch = alice.post("/generate/batch", json={"requests": [body()]}, headers=key)
    assert batch.status_code == 422 and batch.json()["type"].endswith("key_reused")


def test_a_repeat_needs_nothing_of_what_the_first_one_needed(alice: httpx.Client) -> None:
    upload = alice.post("/uploads", content=tone(1)).json()["upload_id"]
    key = {"Idempotency-Key": "with-a-melody"}
    first = alice.post("/generate", json=body(melody=upload), headers=key).json()
    until_ended(alice, first["job_id"])
    assert alice.delete(f"/uploads/{upload}").status_code == 204
    again = alice.post("/generate", json=body(melody=upload), headers=key)
    assert again.status_code == 202 and again.json()["job_id"] == first["job_id"]
    assert again.json()["status"] == "completed", "as it is now"
    assert alice.post("/generate", json=body(melody=upload)).status_code == 422


def test_a_repeat_is_no_submission_to_be_counted(tmp_path: Path) -> None:
    limits = {"rate_limit_exempt_loopback": False, "rate_limit_per_minute": 1}
    key = {"Idempotency-Key": "again-and-again"}
    with (
        TestServer(settings_in(tmp_path, **limits)) as server,
        server.client(server.token("alice")) as alice,
    ):
        answers = [alice.post("/generate", json=body(), headers=key) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [202] * 3
        assert len({answer.json()["job_id"] for answer in answers}) == 1
        assert alice.post("/generate", json=body()).status_code == 429
