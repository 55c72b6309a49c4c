"""What one server does is what it says; ``tests/faults`` asks the same of a whole cluster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from schemathesis import GenerationMode

from tests.engine.server.documented import MODES, document_of, wrong_of
from tests.engine.server.known import Known
from tests.engine.server.running import TestServer, body, settings_in

EXAMPLES = 3
"""For each of the operations and kinds; ten times as many with ``--soak``."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestServer]:
    changes = {
        "require_login": True,
        "login_failures_per_minute": 100_000,
        "quota_queued_jobs": 0,
        "wait_seconds": 0.1,
    }
    with TestServer(settings_in(tmp_path_factory.mktemp("openapi"), **changes)) as running:
        yield running


@pytest.fixture(scope="module")
def raw(server: TestServer) -> dict[str, Any]:
    return document_of(server.url)


@pytest.fixture(scope="module")
def known(server: TestServer, tokens: dict[str, str]) -> Known:
    with server.client(tokens["alice"]) as alice:
        found = Known.of(alice)
        # What is taken from here on need not be made: it could be an hour of music.
        server.in_loop_async(lambda: server.service.engine.dispatcher.set_paused(True))
        found.waiting += [alice.post("/generate", json=body()).json()["job_id"] for _ in range(3)]
    return found


def test_every_path_says_which_methods_it_takes(server: TestServer, raw: dict[str, Any]) -> None:
    """RFC 9110 wants all of them in ``Allow``, from the document: none can be forgotten."""
    for path, operations in raw["paths"].items():
        taken = {name.upper() for name in operations if name != "parameters"}
        for method in {"OPTIONS", "PATCH", "PUT", "GET", "DELETE"} - taken:
            answer = httpx.request(method, server.url + path, trust_env=False)
            assert answer.status_code == 405, (method, path)
            assert set(answer.headers["allow"].split(", ")) == taken, (method, path)
            assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("login", "mode"),
    MODES,
    ids=["well-formed", "malformed", "well-formed, no login", "malformed, no login"],
)
def test_what_it_does_is_what_it_says(
    server: TestServer,
    raw: dict[str, Any],
    tokens: dict[str, str],
    known: Known,
    login: bool,
    mode: GenerationMode,
    soak: int,
) -> None:
    token = tokens["alice"] if login else None
    wrong = wrong_of(server.url, raw, token, mode, known=known, examples=EXAMPLES * soak)
    assert not wrong, "\n\n".join(wrong)
