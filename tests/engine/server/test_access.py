"""Who may do what: owners, strangers, limits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from engine.server.counting import network_of
from tests.engine.server.running import (
    TestServer,
    body,
    made,
    settings_in,
    tone,
    until_ended,
)

OPEN = {"/health", "/health/live", "/health/ready", "/media/{key}"}
"""What anybody may ask; a media link is itself the permission."""
SHARED = {"/queue/stats", "/queue", "/models", "/metrics", "/health/detailed", "/events"}
"""The same for all who are logged in, or each one's own by nature."""

OWN = {"/generate", "/generate/batch", "/jobs", "/uploads", "/stitch"}


def operations(document: dict[str, Any]) -> list[tuple[str, str]]:
    """(method, path) of every operation of the document."""
    return [
        (method.upper(), path)
        for path, methods in document["paths"].items()
        for method in methods
        if method != "parameters"
    ]


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestServer]:
    """A server that asks for a login on loopback too, and counts its neighbours."""
    changes = {
        "require_login": True,
        "rate_limit_exempt_loopback": False,
        "rate_limit_per_minute": 3,
        "quota_queued_jobs": 5,
        "login_failures_per_minute": 1000,
    }
    with TestServer(settings_in(tmp_path_factory.mktemp("locked"), **changes)) as running:
        yield running


# -- owners ------------------------------------------------------------------------------------


def test_anothers_job_answers_exactly_as_an_unknown_one(
    server: TestServer, alice: httpx.Client, bob: httpx.Client
) -> None:
    """Every route with an id, from the route table: a new one can't be forgotten."""
    hers = made(alice)["job_id"]
    upload = alice.post("/uploads", content=tone(1)).json()["upload_id"]
    document = alice.get("/openapi.json").json()
    asked = 0
    for method, path in operations(document):
        for parameter, own, unknown in (
            ("{job_id}", hers, "gen_0000000000000000"),
            ("{musicId}", hers, "gen_0000000000000000"),
            ("{upload_id}", upload, "upl_0000000000000000"),
        ):
            if parameter not in path:
                continue
            answers = [
                bob.request(
                    method,
                    server.url + path.replace(parameter, each),
                    json={"keep": True} if method == "PUT" else None,
                )
                for each in (own, unknown)
            ]
            told = [
                _without_id(answer, each)
                for answer, each in zip(answers, (own, unknown), strict=True)
            ]
            assert told[0] == told[1], (method, path)
            assert answers[0].status_code == 404, (method, path)
            asked += 1
    assert asked >= 12
    assert alice.get(f"/jobs/{hers}").json()["status"] == "completed"
    for field in ("melody", "continue_from", "depends_on"):
        answers = [bob.post("/generate", json=body(**{field: each})) for each in (hers, "gen_00")]
        assert [answer.status_code for answer in answers] == [422, 422]
        assert _without_id(answers[0], hers) == _without_id(answers[1], "gen_00")
    stitch = bob.post("/stitch", json={"job_ids": [hers, hers]})
    assert stitch.status_code == 422 and "there is no" in stitch.json()["errors"][0]["message"]


def test_every_operation_but_a_few_asks_for_a_login(locked: TestServer) -> None:
    with locked.client() as stranger:
        document = stranger.get("/openapi.json").json()
        for method, path in operations(document):
            answer = stranger.request(method, locked.url + path, json={})
            if path.removeprefix("/api/v1") in OPEN:
                assert answer.status_code != 401, path
            else:
                assert answer.status_code == 401, (method, path)
                assert answer.headers["www-authenticate"].startswith("Bearer")
                assert answer.headers["content-type"] == "application/problem+json"


def test_every_route_is_known_to_these_tests(here: httpx.Client) -> None:
    for _, path in operations(here.get("/openapi.json").json()):
        short = path.removeprefix("/api/v1")
        owned = "{" in path or short in (
            "/generate",
            "/generate/batch",
            "/jobs",
            "/uploads",
            "/stitch",
        )
        assert owned or short in OPEN | SHARED or path.startswith("/api/music-generator"), path


def test_others_places_in_the_queue_show_no_prompts(alice: httpx.Client, bob: httpx.Client) -> None:
    blocks = [
        alice.post("/generate", json=body("steps=3000 ms=5")).json()["job_id"] for _ in range(5)
    ]
    hers = alice.post("/generate", json=body("her secret song")).json()["job_id"]
    his = bob.post("/generate", json=body("his song", priority=-1)).json()["job_id"]
    waiting = bob.get("/queue").json()["waiting"]
    assert [each["job_id"] for each in waiting][-1] == his
    assert "secret" not in json.dumps(waiting) and hers not in json.dumps(waiting)
    assert [each["queue_position"] for each in waiting] == list(range(1, len(waiting) + 1))
    for job_id in (*blocks, hers):
        alice.post(f"/jobs/{job_id}/cancel")
    until_ended(bob, his)


# -- limits ------------------------------------------------------------------------------------


def test_a_caller_who_submits_too_often_waits(locked: TestServer) -> None:
    with locked.client(locked.token("fast")) as fast, locked.client(locked.token("calm")) as calm:
        answers = [fast.post("/generate", json=body()) for _ in range(2)]
        answers.append(fast.post("/generate/batch", json={"requests": [body()]}))
        assert [answer.status_code for answer in answers] == [202] * 3
        assert answers[0].headers["ratelimit"].startswith('"submit";r=2;t=')
        for path, content in (("/generate", body()), ("/generate/batch", {"requests": [body()]})):
            refused = fast.post(path, json=content)
            assert refused.status_code == 429
            assert 1 <= int(refused.headers["retry-after"]) <= 60
            assert refused.json()["error"] == "Rate limit exceeded"
            assert refused.headers["content-type"] == "application/problem+json"
        assert fast.get("/jobs").status_code == 200
        assert calm.post("/generate", json=body()).status_code == 202


def test_nobody_fills_the_queue_alone(locked: TestServer) -> None:
    with locked.client(locked.token("greedy")) as greedy:
        batch = {"requests": [body("steps=3000 ms=5")] * 4}
        ids = greedy.post("/generate/batch", json=batch).json()["job_ids"]
        refused = greedy.post("/generate/batch", json=batch)
        assert refused.status_code == 429 and refused.headers["retry-after"]
        assert refused.json()["error"] == "Queue quota exceeded"
        assert len(greedy.get("/jobs").json()["jobs"]) == 4
        for job_id in ids:
            greedy.post(f"/jobs/{job_id}/cancel")


def test_who_fails_to_log_in_too_often_waits(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = settings_in(tmp_path_factory.mktemp("guess"), login_failures_per_minute=3)
    with TestServer(settings) as server, server.client("guess") as client:
        statuses = [client.get("/jobs").status_code for _ in range(5)]
    assert statuses == [401, 401, 401, 429, 429]


def test_an_address_that_asks_too_often_waits_before_it_is_asked_who_it_is(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    changes = {
        "require_login": True,
        "rate_limit_exempt_loopback": False,
        "address_requests_per_minute": 3,
    }
    with (
        TestServer(settings_in(tmp_path_factory.mktemp("many"), **changes)) as server,
        server.client() as stranger,
        server.client(server.token("alice")) as alice,
    ):
        assert [stranger.get("/jobs").status_code for _ in range(3)] == [401] * 3
        refused = [stranger.get("/jobs"), alice.get("/jobs")]
        assert alice.get("/health/live").status_code == 200
    for answer in refused:
        assert answer.status_code == 429 and 1 <= int(answer.headers["retry-after"]) <= 60
        assert answer.json()["error"] == "Rate limit exceeded"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_a_house_is_counted_as_one(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_body_is_not_endless(here: httpx.Client) -> None:
    answer = here.post("/generate", json=body("x" * 2_000_000))
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


def _without_id(answer: httpx.Response, job_id: str) -> tuple[int, str, list[str]]:
    """An answer without what must differ: the id that was asked for, and the request's."""
    text = answer.text.replace(answer.headers["x-request-id"], "").replace(job_id, "")
    headers = [
        f"{k}: {v}"
        for k, v in answer.headers.items()
        if k not in ("date", "x-request-id", "traceparent", "content-length")
    ]
    return answer.status_code, text, sorted(headers)
