"""Behind a balancer: whose word on the caller's address and on TLS is believed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests.engine.server.running import TestServer, body, made, settings_in

pytestmark = pytest.mark.logs("DGX_MUSIC_REQUIRE_LOGIN")

SAID = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}


@pytest.mark.parametrize(
    ("trusted", "scheme"),
    [("", "http"), ("10.0.0.1, 127.0.0.0/8", "https"), ("10.0.0.0/8", "http")],
)
def test_links_are_what_the_caller_can_reach(tmp_path: Path, trusted: str, scheme: str) -> None:
    settings = settings_in(tmp_path, trusted_proxies=trusted)
    with (
        TestServer(settings) as server,
        server.client(server.token("anna"), headers=SAID) as client,
    ):
        job = made(client)
        link = client.get(f"/jobs/{job['job_id']}/audio/url").json()["url"]
    assert link.startswith(f"{scheme}://127.0.0.1:")


def test_callers_behind_it_are_told_apart(tmp_path: Path) -> None:
    settings = settings_in(
        tmp_path,
        trusted_proxies="127.0.0.1",
        login_failures_per_minute=1,
        rate_limit_exempt_loopback=False,
    )
    with TestServer(settings) as server, server.client("wrong") as client:

        def status(address: str) -> int:
            return client.get("/jobs", headers={"X-Forwarded-For": address}).status_code

        assert [status("203.0.113.9"), status("203.0.113.9")] == [401, 429]
        assert status("198.51.100.7") == 401


def test_nobody_becomes_the_person_at_this_computer(tmp_path: Path) -> None:
    """Whom the balancer calls local has come through it all the same."""
    settings = settings_in(tmp_path, trusted_proxies="127.0.0.1")
    said = {"X-Forwarded-For": "127.0.0.1"}
    with TestServer(settings) as server, server.client(headers=said) as client:
        assert client.get("/jobs").status_code == 401


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, False),
        ({"trusted_proxies": "127.0.0.1"}, True),
        ({"public_url": "https://music.example.org"}, True),
        ({"trusted_proxies": "127.0.0.1", "require_login": True}, False),
    ],
)
def test_who_sets_up_a_proxy_here_is_told_what_it_may_hide(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, changes: dict[str, Any], told: bool
) -> None:
    """One that says nothing of whom it lets in can't be told from the person at this computer."""
    with TestServer(settings_in(tmp_path, **changes)) as server, server.client() as through:
        status = through.get("/jobs").status_code
    assert status == (401 if "require_login" in changes else 200)
    assert ("DGX_MUSIC_REQUIRE_LOGIN=true" in caplog.text) is told


def test_who_comes_through_a_proxy_on_this_computer_is_not_nearby(tmp_path: Path) -> None:
    """Or its limits would count for nobody."""
    settings = settings_in(tmp_path, rate_limit_per_minute=1)
    with TestServer(settings) as server:
        token = server.token("anna")
        with server.client(token) as here, server.client(token, headers=SAID) as through:
            assert [here.post("/generate", json=body()).status_code for _ in range(3)] == [202] * 3
            statuses = [through.post("/generate", json=body()).status_code for _ in range(2)]
    assert statuses == [202, 429]


def test_a_network_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValidationError):
        settings_in(tmp_path, trusted_proxies="the balancer")
