"""Polling: nothing is sent twice, and an answer may wait for the end of its job."""

from __future__ import annotations

import asyncio
import threading

import httpx
import pytest

from tests.engine.server.running import TestServer, body, made, settings_in, until_ended, until_step

LONG = "steps=3000 ms=5"


def again(client: httpx.Client, path: str, **headers: str) -> tuple[httpx.Response, httpx.Response]:
    """The answer, and the next one to who has that."""
    first = client.get(path, headers=headers)
    assert first.status_code == 200
    return first, client.get(path, headers=headers | {"If-None-Match": first.headers["etag"]})


def test_what_has_not_changed_is_not_sent_again(here: httpx.Client) -> None:
    job = made(here)
    for path in (f"/jobs/{job['job_id']}", "/jobs?limit=1", "/queue", "/models"):
        first, second = again(here, path)
        assert (second.status_code, second.content) == (304, b""), path
        assert second.headers["etag"] == first.headers["etag"]
        assert second.headers["cache-control"] == "private, no-cache"
        weak = here.get(path, headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
        assert weak.status_code == 304
        assert here.get(path, headers={"If-None-Match": '"other"'}).json() == first.json()


def test_what_has_changed_is(here: httpx.Client) -> None:
    job_id = here.post("/generate", json=body(LONG)).json()["job_id"]
    waiting, _ = again(here, f"/jobs/{job_id}")
    listed, _ = again(here, "/jobs?limit=1")
    here.post(f"/jobs/{job_id}/cancel")
    until_ended(here, job_id)
    known = {"If-None-Match": waiting.headers["etag"]}
    assert here.get(f"/jobs/{job_id}", headers=known).json()["status"] == "cancelled"
    known = {"If-None-Match": listed.headers["etag"]}
    assert here.get("/jobs?limit=1", headers=known).status_code == 200


def test_one_caller_s_etag_tells_another_nothing(alice: httpx.Client, bob: httpx.Client) -> None:
    hers, _ = again(alice, f"/jobs/{made(alice)['job_id']}")
    known = {"If-None-Match": hers.headers["etag"]}
    assert bob.get(f"/jobs/{hers.json()['job_id']}", headers=known).status_code == 404
    assert "Authorization" in hers.headers["vary"]


def test_an_answer_waits_for_the_end(here: httpx.Client) -> None:
    answer = here.post("/generate", json=body("steps=50 ms=10"), headers={"Prefer": "wait=20"})
    assert answer.status_code == 202
    assert answer.headers["preference-applied"] == "wait=20"
    assert answer.json()["status"] == "completed" and answer.json()["audio_url"]
    job_id = here.post("/generate", json=body("steps=50 ms=10")).json()["job_id"]
    seen = here.get(f"/jobs/{job_id}", headers={"Prefer": "respond-async, wait=20"})
    assert seen.json()["status"] == "completed"
    assert seen.headers["preference-applied"] == "wait=20"
    for ended in (here.get(f"/jobs/{job_id}", headers={"Prefer": "wait=20"}),):
        assert ended.json()["status"] == "completed"


@pytest.mark.parametrize("prefer", ["", "wait", "wait=", "wait=-1", "wait=x", "wait=1.5", "hurry"])
def test_a_preference_that_is_not_understood_is_no_error(here: httpx.Client, prefer: str) -> None:
    answer = here.get(f"/jobs/{made(here)['job_id']}", headers={"Prefer": prefer})
    assert answer.status_code == 200 and "preference-applied" not in answer.headers


def test_others_jobs_are_not_waited_for(alice: httpx.Client, bob: httpx.Client) -> None:
    job_id = alice.post("/generate", json=body(LONG)).json()["job_id"]
    assert bob.get(f"/jobs/{job_id}", headers={"Prefer": "wait=20"}).status_code == 404
    alice.post(f"/jobs/{job_id}/cancel")


def test_a_hundred_that_wait_hold_no_thread(server: TestServer, here: httpx.Client) -> None:
    job_id = here.post("/generate", json=body(LONG)).json()["job_id"]
    until_step(here, job_id, "generating")

    async def wait_together() -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(
            base_url=f"{server.url}/api/v1", timeout=30, limits=limits, trust_env=False
        ) as client:
            known = {"Prefer": "wait=30"}
            waits = [
                asyncio.create_task(client.get(f"/jobs/{job_id}", headers=known))
                for _ in range(100)
            ]
            while server.service.broadcast.followers < 100:
                await client.get("/health/live")
            assert threading.active_count() <= threads + 8, "a few for files and the database"
            await client.post(f"/jobs/{job_id}/cancel")
            return await asyncio.gather(*waits)

    threads = threading.active_count()
    answers = asyncio.run(wait_together())
    assert {answer.json()["status"] for answer in answers} == {"cancelled"}


def test_a_wait_is_bounded_and_ends_with_the_server(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("bounded")
    with TestServer(settings_in(folder, wait_seconds=1)) as server, server.client() as client:
        answer = client.post("/generate", json=body(LONG), headers={"Prefer": "wait=99999"})
        assert answer.headers["preference-applied"] == "wait=1"
        assert answer.json()["status"] == "processing"
    with TestServer(settings_in(folder, wait_seconds=300)) as server, server.client() as client:
        path, heard = f"/jobs/{answer.json()['job_id']}", list[httpx.Response]()
        waiting = threading.Thread(
            target=lambda: heard.append(client.get(path, headers={"Prefer": "wait=300"}))
        )
        waiting.start()
        while not server.service.broadcast.followers:
            client.get("/health/live")
        server.end()
        waiting.join()
    assert heard[0].headers["preference-applied"] == "wait=300"
    assert heard[0].json()["status"] in ("pending", "processing")
