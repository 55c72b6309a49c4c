"""Jobs over HTTP: shapes, status codes, order, repeats; the contract's first page."""

from __future__ import annotations

import json
import re
from datetime import datetime

import httpx
import pytest

from engine.jobs import Job
from engine.server.callers import Caller
from engine.server.service import Service
from engine.store.claims import Claims
from tests.engine.server.running import (
    TestServer,
    body,
    made,
    until_ended,
    until_step,
)

JOB_FIELDS = [
    "job_id", "status", "current_step", "progress", "eta_seconds", "queue_position", "prompt",
    "name", "retry_count", "error", "created_at", "started_at", "finished_at", "audio_url",
]  # fmt: skip
LONG = "steps=3000 ms=5"
"""Runs until it is cancelled."""


def test_a_take_from_the_prompt_to_the_sound(here: httpx.Client) -> None:
    """The real composer in the real host."""
    answer = here.post("/generate", json={"prompt": "trap beat, 140 bpm", "duration": 2, "seed": 7})
    assert answer.status_code == 202
    job = answer.json()
    assert list(job) == JOB_FIELDS
    assert re.fullmatch(r"gen_[0-9a-f]+", job["job_id"])
    assert answer.headers["location"] == f"/api/v1/jobs/{job['job_id']}"
    assert (job["status"], job["current_step"]) == ("pending", "queued")
    assert job["audio_url"] is None and job["finished_at"] is None and job["error"] is None

    done = until_ended(here, job["job_id"])
    assert (done["status"], done["current_step"]) == ("completed", "completed")
    assert done["progress"] == 1.0 and done["queue_position"] is None
    for name in ("created_at", "started_at", "finished_at"):
        assert done[name].endswith("Z") and datetime.fromisoformat(done[name])
    heard = httpx.get(done["audio_url"], trust_env=False)
    assert heard.status_code == 200 and heard.content.startswith(b"RIFF")
    stamp = r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z"
    assert re.search(rf"/media/music/{stamp}_Trap_beat_140_bpm\.wav\?", done["audio_url"])
    assert {**here.get(f"/jobs/{job['job_id']}").json(), "audio_url": ""} == done | {
        "audio_url": ""
    }


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"prompt": ""}, "prompt"),
        ({"prompt": " \n "}, "prompt"),
        ({"prompt": "x" * 2001}, "prompt"),
        ({"prompt": "\ud800"}, "prompt"),
        ({"duration": 0}, "duration"),
        ({"duration": 601}, "duration"),
        ({"duration": "long"}, "duration"),
        ({"duration": "4"}, "duration"),
        ({"duration": True}, "duration"),
        ({"seed": "7"}, "seed"),
        ({"seed": 7.5}, "seed"),
        ({"loop": "yes"}, "loop"),
        ({"model": "no such"}, "model"),
        ({"model": "/etc"}, "model"),
        ({"output_format": "exe"}, "output_format"),
        ({"melody": "/etc/passwd"}, "melody"),
        ({"melody": "upl_0"}, "melody"),
        ({"continue_from": "../../x"}, "continue_from"),
        ({"depends_on": "gen_0"}, "depends_on"),
        ({"priority": 1000}, "priority"),
        ({"name": "two\x00lines"}, "name"),
        ({"callback_url": "https://example.org/"}, "callback_url"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_queued(
    here: httpx.Client, change: dict[str, object], field: str
) -> None:
    before = here.get("/jobs").json()
    content = json.dumps(body() | change)  # ASCII: half a character gets through as an escape
    answer = here.post("/generate", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert [error["field"] for error in problem["errors"]] == [field]
    assert problem["status"] == 422 and problem["title"] and problem["type"]
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert here.get("/jobs").json() == before


@pytest.mark.parametrize(
    ("content", "field", "message"),
    [
        (b'{"duration": 4}', "prompt", "is missing"),
        (b'{"prompt": "calm"}', "duration", "is missing"),
        (b'{"prompt": "calm", "duration": NaN}', "duration", "must be a number"),
        (b'{"prompt": }', "body", "is not valid JSON, from character 11 on"),
        (b"[]", "body", "must be an object with named fields"),
        (b'{"prompt": "calm", "duration": 4, "\\ud800": 1}', "body", "must be text"),
        (b"", "body", "is missing"),
    ],
)
def test_what_is_wrong_with_a_body_is_said_in_plain_words(
    here: httpx.Client, content: bytes, field: str, message: str
) -> None:
    answer = here.post("/generate", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": field, "message": message}]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("PUT", "/generate", 405),
        ("GET", "/jobs/gen_0", 404),
        ("DELETE", "/jobs/gen_0", 404),
        ("POST", "/jobs/gen_0/cancel", 404),
        ("GET", "/jobs?cursor=rubbish", 422),
        ("GET", "/jobs?limit=0", 422),
    ],
)
def test_every_error_is_a_problem(here: httpx.Client, method: str, path: str, status: int) -> None:
    answer = here.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "request_id"} <= answer.json().keys()


def test_a_waiting_job_is_deleted_and_a_running_one_is_not(here: httpx.Client) -> None:
    running = here.post("/generate", json=body(LONG, priority=9)).json()["job_id"]
    until_step(here, running, "generating")
    waiting = [here.post("/generate", json=body(LONG)).json()["job_id"] for _ in range(4)]
    position = here.get(f"/jobs/{waiting[-1]}").json()["queue_position"]
    assert position == 1, "three beside the running one, and this one waits"
    gone = here.delete(f"/jobs/{waiting[-1]}")
    assert gone.status_code == 200
    assert gone.json()["message"] == "Job cancelled successfully"
    assert gone.json()["job_id"] == waiting[-1] and gone.json()["cancelled_at"].endswith("Z")
    assert gone.json()["cancelled_at"] == here.get(f"/jobs/{waiting[-1]}").json()["finished_at"]
    assert here.delete(f"/jobs/{waiting[-1]}").status_code == 409
    assert here.delete(f"/jobs/{running}").status_code == 409
    assert here.get(f"/jobs/{running}").json()["status"] == "processing"
    for job_id in (running, *waiting[:-1]):
        assert here.post(f"/jobs/{job_id}/cancel").status_code == 202
        assert until_ended(here, job_id)["current_step"] == "cancelled"
    assert here.post(f"/jobs/{running}/cancel").status_code == 409


def test_a_job_that_begins_while_it_is_deleted_goes_on(
    server: TestServer, here: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatcher, claims = server.service.engine.dispatcher, Claims(server.service.engine.database)
    begun: list[str] = []
    own = Service.own

    def own_and_begin(service: Service, caller: Caller, job_id: str) -> Job:
        job = own(service, caller, job_id)
        claimed = claims.claim("local")
        begun.extend([claimed[1]] if claimed else [])
        return job

    server.in_loop_async(lambda: dispatcher.set_paused(True))
    job_id = here.post("/generate", json=body()).json()["job_id"]
    with monkeypatch.context() as patched:
        patched.setattr(Service, "own", own_and_begin)
        late = here.delete(f"/jobs/{job_id}")
    assert late.status_code == 409 and "processing" in late.json()["detail"]
    assert here.get(f"/jobs/{job_id}").json()["status"] == "processing"
    server.in_loop(lambda: claims.release(job_id, *begun))
    server.in_loop_async(lambda: dispatcher.set_paused(False))
    assert until_ended(here, job_id)["status"] == "completed"


def test_a_failed_job_is_tried_again_only_when_asked(here: httpx.Client) -> None:
    job_id = here.post("/generate", json=body("impossible")).json()["job_id"]
    failed = until_ended(here, job_id)
    assert failed["status"] == "failed" and "This can never work." in failed["error"]
    again = here.post(f"/jobs/{job_id}/retry")
    assert again.status_code == 202 and again.json()["status"] == "pending"
    assert until_ended(here, job_id)["status"] == "failed"
    done = made(here)
    assert here.post(f"/jobs/{done['job_id']}/retry").status_code == 409


def test_the_list_is_walked_page_by_page(alice: httpx.Client) -> None:
    ids = [alice.post("/generate", json=body()).json()["job_id"] for _ in range(5)]
    seen: list[str] = []
    url: str | None = "/jobs?limit=2&cursor="
    while url is not None:
        answer = alice.get(url)
        assert len(answer.json()["jobs"]) <= 2
        seen += [job["job_id"] for job in answer.json()["jobs"]]
        url = answer.links["next"]["url"] if "next" in answer.links else None
    assert seen == ids[::-1]
    for job_id in ids:
        until_ended(alice, job_id)
    assert len(alice.get("/jobs?status=completed").json()["jobs"]) == 5
    assert alice.get("/jobs?status=failed").json() == {"jobs": [], "next_cursor": None}


def test_what_is_asked_for_and_left_empty_is_not_asked_for(here: httpx.Client) -> None:
    """As forms and templates send it."""
    job_id = made(here)["job_id"]
    assert here.get("/jobs?status=&limit=&cursor=").json() == here.get("/jobs").json()
    assert here.get(f"/jobs/{job_id}/audio?format=").content.startswith(b"RIFF")


def test_a_batch_is_all_or_none(here: httpx.Client) -> None:
    before = here.get("/jobs").json()["jobs"]
    spoilt = [body("one"), body("two", duration=-1), body("three")]
    answer = here.post("/generate/batch", json={"requests": spoilt})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "requests.1.duration"
    wrong = [body(model="no such"), body(), body(melody="upl_0", depends_on="gen_0")]
    for requests in (wrong, wrong[:1]):
        answer = here.post("/generate/batch", json={"requests": requests})
        fields = ["requests.0.model", "requests.2.melody", "requests.2.depends_on"]
        assert [error["field"] for error in answer.json()["errors"]] == fields[: len(requests)]
    for count in (0, 11):
        requests = {"requests": [body()] * count}
        assert here.post("/generate/batch", json=requests).status_code == 422
    assert here.get("/jobs").json()["jobs"] == before

    good = [body("one"), body("two", seed=7.0, top_k=25e1)]  # whole numbers, too
    answer = here.post("/generate/batch", json={"requests": good})
    assert answer.status_code == 202
    batch = answer.json()
    assert list(batch) == ["job_ids", "total_jobs", "estimated_total_time_seconds"]
    assert batch["total_jobs"] == len(set(batch["job_ids"])) == 2
    urls = [until_ended(here, job_id)["audio_url"] for job_id in batch["job_ids"]]
    assert len(set(urls)) == 2


def test_the_figures_of_the_queue(here: httpx.Client) -> None:
    made(here)
    stats = here.get("/queue/stats").json()
    assert list(stats) == [
        "pending_jobs",
        "processing_jobs",
        "completed_jobs",
        "failed_jobs",
        "oldest_pending_job_age_seconds",
        "average_processing_time_seconds",
    ]
    assert stats["completed_jobs"] >= 1 and stats["average_processing_time_seconds"] is not None


def test_models_are_those_that_it_can_run(here: httpx.Client) -> None:
    models = {model["id"]: model for model in here.get("/models").json()["models"]}
    assert models["sketch"]["loaded"] is True and models["sketch"]["max_seconds"] == 600
    assert {"id", "licence", "max_seconds", "abilities", "loaded"} <= models["sketch"].keys()
    assert "facebook/musicgen-large" not in models


def test_users_take_turns(server: TestServer, alice: httpx.Client, bob: httpx.Client) -> None:
    """Alice fills the queue; Bob, who comes later, does not wait for all of hers."""
    blocks = [alice.post("/generate", json=body(LONG)).json()["job_id"] for _ in range(4)]
    for job_id in blocks:
        until_step(alice, job_id, "generating")
    hers = [alice.post("/generate", json=body("steps=2")).json()["job_id"] for _ in range(4)]
    his = [bob.post("/generate", json=body("steps=2")).json()["job_id"] for _ in range(2)]
    alice.post(f"/jobs/{blocks[0]}/cancel")  # one slot: from here on they go one by one
    ends = {
        id_: until_ended(client, id_)["started_at"]
        for client, ids in ((alice, hers), (bob, his))
        for id_ in ids
    }
    order = sorted(ends, key=lambda id_: ends[id_])
    assert order.index(his[0]) <= 1 and order.index(his[1]) <= 3, order
    for job_id in blocks[1:]:
        alice.post(f"/jobs/{job_id}/cancel")
        until_ended(alice, job_id)
