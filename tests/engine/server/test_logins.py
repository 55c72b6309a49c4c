"""Logins: which tokens and JWTs count, and who needs one."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from pathlib import Path

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
    jwt_for,
    made,
    settings_in,
)


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


async def test_a_public_key_is_no_shared_secret(tmp_path: Path) -> None:
    """The classic: a token signed with the public key, as if it were a secret."""
    private = rsa.generate_private_key(65537, 2048)
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    checker = JwtChecker(settings_in(tmp_path, jwt_key=public.decode()))
    claims = {"sub": "dora", "aud": "music", "exp": int(time.time()) + 60}
    good = await checker.check(jwt.encode(claims, private, "RS256"))
    assert good is not None and good.subject.endswith("|dora")
    head = jwt.utils.base64url_encode(b'{"alg":"HS256","typ":"JWT"}')
    signed = head + b"." + jwt.utils.base64url_encode(json.dumps(claims).encode())
    forged = hmac.new(public, signed, hashlib.sha256).digest()
    token = (signed + b"." + jwt.utils.base64url_encode(forged)).decode()
    assert await checker.check(token) is None


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
