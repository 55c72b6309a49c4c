"""A take that grows on the server: heard before its end, and ended early."""

from __future__ import annotations

import io

import httpx
import soundfile as sf

from tests.engine.server.running import body, made, until_ended, until_step

GROWS = "steps=3000 ms=5"


def test_what_has_grown_is_heard(alice: httpx.Client, bob: httpx.Client) -> None:
    job_id = alice.post("/generate", json=body(GROWS, duration=60)).json()["job_id"]
    until_step(alice, job_id, "generating")
    path = f"/jobs/{job_id}/preview"
    while (answer := alice.get(path)).status_code == 409:
        assert answer.headers["content-type"] == "application/problem+json"
        alice.get(f"/jobs/{job_id}", headers={"Prefer": "wait=1"})
    assert answer.status_code == 200 and answer.headers["content-type"] == "audio/wav"
    assert int(answer.headers["content-length"]) == len(answer.content)
    samples, rate = sf.read(io.BytesIO(answer.content))
    assert 0 < len(samples) / rate < 60 and abs(samples).max() > 0.1
    known = {"If-None-Match": answer.headers["etag"]}
    assert alice.get(path, headers=known).status_code in (200, 304)  # it may have grown by now
    assert bob.get(path).status_code == 404
    alice.post(f"/jobs/{job_id}/cancel")
    until_ended(alice, job_id)
    assert alice.get(path).status_code == 409


def test_a_growing_take_ends_early(alice: httpx.Client, bob: httpx.Client) -> None:
    job_id = alice.post("/generate", json=body(GROWS, duration=60)).json()["job_id"]
    until_step(alice, job_id, "generating")
    assert bob.post(f"/jobs/{job_id}/stop").status_code == 404
    answer = alice.post(f"/jobs/{job_id}/stop")
    assert answer.status_code == 202 and answer.json()["job_id"] == job_id
    done = until_ended(alice, job_id)
    assert done["status"] == "completed"
    samples, rate = sf.read(io.BytesIO(httpx.get(done["audio_url"], trust_env=False).content))
    assert 0 < len(samples) / rate < 60
    assert alice.post(f"/jobs/{job_id}/stop").status_code == 409


def test_only_what_grows_can_end_early(alice: httpx.Client) -> None:
    blocks = [alice.post("/generate", json=body(GROWS)).json()["job_id"] for _ in range(4)]
    until_step(alice, blocks[-1], "generating")
    waiting = alice.post("/generate", json=body()).json()["job_id"]
    refused = alice.post(f"/jobs/{waiting}/stop")
    assert refused.status_code == 409 and "growing" in refused.json()["detail"]
    for job_id in blocks:
        alice.post(f"/jobs/{job_id}/cancel")
    assert until_ended(alice, waiting)["status"] == "completed"


def test_who_can_do_so_says_so(alice: httpx.Client) -> None:
    assert {"preview", "stop"} <= set(alice.get("/models").json()["offers"])
    assert made(alice)["status"] == "completed"
