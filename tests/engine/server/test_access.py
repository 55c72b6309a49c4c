"""Who may do what: logins, owners, strangers, limits."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from engine.errors import InvalidRequest, NotAllowed
from engine.server.jwts import JwtChecker
from engine.server.serving import serve
from engine.store.tokens import Tokens
from tests.engine.server.running import (
    TestServer,
    body,
    jwt_for,
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


# -- logins ------------------------------------------------------------------------------------


def test_a_token_works_until_it_is_revoked(server: TestServer) -> None:
    token = server.token("carol")
    with server.client(token) as carol:
        job_id = made(carol)["job_id"]
        assert server.service.jobs.jobs([job_id])[0].owner == "token:carol"
        stored = server.sql("SELECT * FROM tokens")
        assert token.split("_", 2)[2] not in str(stored)
        server.in_loop(lambda: Tokens(server.service.engine.database).revoke("carol"))
        assert carol.get(f"/jobs/{job_id}").status_code == 401
    with server.client(server.token("carol")) as again:
        assert again.get(f"/jobs/{job_id}").status_code == 200, "what is hers stays hers"


@pytest.mark.parametrize(
    "shown",
    [
        "Bearer",
        "Bearer x",
        "Basic YTpi",
        "Bearer dgxm_0_0",
        "Bearer a.b.c",
        "Bearer \x7f",
    ],
)
def test_a_wrong_login_is_none_even_here(here: httpx.Client, shown: str) -> None:
    answer = here.get("/jobs", headers={"Authorization": shown})
    assert answer.status_code == 401


def test_a_jwt_s_subject_owns_what_it_makes(server: TestServer) -> None:
    with server.client(jwt_for("dora")) as dora, server.client(jwt_for("emil")) as emil:
        job_id = made(dora)["job_id"]
        assert dora.get(f"/jobs/{job_id}").status_code == 200
        assert emil.get(f"/jobs/{job_id}").status_code == 404
    named_alike = server.token("dora")
    with server.client(named_alike) as other:
        assert other.get(f"/jobs/{job_id}").status_code == 404


def test_jwts_that_do_not_count(here: httpx.Client) -> None:
    now = int(time.time())
    claims = {"sub": "eve", "aud": "music", "exp": now + 600}
    head = jwt.utils.base64url_encode(b'{"alg":"none","typ":"JWT"}').decode()
    payload = jwt.utils.base64url_encode(json.dumps(claims).encode()).decode()
    good = jwt_for("eve")
    first, second, third = good.split(".")
    bad = {
        "alg none": f"{head}.{payload}.",
        "alg none with a signature": f"{head}.{payload}.{third}",
        "no signature": f"{first}.{second}.",
        "other key": jwt_for("eve", key="another secret, just as long as it"),
        "other payload": f"{first}.{payload}.{third}",
        "expired": jwt_for("eve", exp=now - 60),
        "not yet": jwt_for("eve", nbf=now + 600),
        "made in the future": jwt_for("eve", iat=now + 600),
        "wrong audience": jwt_for("eve", aud="films"),
        "no audience": jwt_for("eve", aud=None),
        "no end": jwt_for("eve", exp=None),
        "no subject": jwt_for("eve", sub=None),
        "empty subject": jwt_for(""),
    }
    assert here.get("/jobs", headers={"Authorization": f"Bearer {good}"}).status_code == 200
    for what, token in bad.items():
        answer = here.get("/jobs", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401, what


def test_a_public_key_is_no_shared_secret(tmp_path: Path) -> None:
    """The classic: a token signed with the public key, as if it were a secret."""
    private = rsa.generate_private_key(65537, 2048)
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    checker = JwtChecker(settings_in(tmp_path, jwt_key=public.decode()))
    claims = {"sub": "dora", "aud": "music", "exp": int(time.time()) + 60}
    good = checker.check(jwt.encode(claims, private, "RS256"))
    assert good is not None and good.subject.endswith("|dora")
    head = jwt.utils.base64url_encode(b'{"alg":"HS256","typ":"JWT"}')
    signed = head + b"." + jwt.utils.base64url_encode(json.dumps(claims).encode())
    forged = hmac.new(public, signed, hashlib.sha256).digest()
    assert checker.check((signed + b"." + jwt.utils.base64url_encode(forged)).decode()) is None


@pytest.mark.parametrize(
    "change", [{"jwt_key": "short"}, {"jwt_jwks_url": "http://example.org/keys"}]
)
def test_unsafe_settings_of_jwts_are_refused(tmp_path: Path, change: dict[str, str]) -> None:
    with pytest.raises(InvalidRequest):
        JwtChecker(settings_in(tmp_path, **change))


async def test_others_are_not_served_while_nobody_has_a_token(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, host="0.0.0.0", jwt_key=None)  # noqa: S104
    with pytest.raises(NotAllowed, match="nobody has a token"):
        await serve(settings, lambda _: pytest.fail("it serves"))


def test_bound_for_others_it_asks_its_neighbour_too(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    settings = settings_in(tmp_path_factory.mktemp("open"), host="0.0.0.0")  # noqa: S104
    with TestServer(settings) as server, server.client() as client:
        url = server.url.replace("0.0.0.0", "127.0.0.1")  # noqa: S104
        assert client.get(f"{url}/api/v1/jobs").status_code == 401
        assert client.get(f"{url}/api/v1/metrics").status_code == 401
        assert client.get(f"{url}/api/v1/health/live").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "203.0.113.7"},
        {"Forwarded": "for=203.0.113.7"},
        {"Host": "evil.example"},
        {"Host": "localhost.evil.example:8000"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
    ids=str,
)
def test_who_only_seems_to_be_here_is_a_stranger(
    here: httpx.Client, headers: dict[str, str]
) -> None:
    """Through a proxy on this computer, or from a web page in its browser."""
    assert here.get("/jobs", headers=headers).status_code == 401


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
        if k not in ("date", "x-request-id", "content-length")
    ]
    return answer.status_code, text, sorted(headers)
