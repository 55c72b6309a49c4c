"""Schemathesis over the whole document: what the server does is what it says."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode, checks
from schemathesis.core.failures import FailureGroup
from schemathesis.schemas import BaseSchema

from tests.engine.server.running import TestServer, settings_in

schemathesis.checks.load_all_checks()

EXAMPLES = 5
"""For each of the operations: all together are to take less than a minute."""
ENDLESS = ("/api/v1/events",)
"""By nature; test_events follows it."""
ABOUT_OTHERS = {"melody", "continue_from", "depends_on", "callback_url"}
"""Fields that name what must be there already, which no schema can promise."""
ABOUT_BEFORE = {"Idempotency-Key", "cursor"}
"""Parameters whose meaning hangs on an earlier answer."""
MUST_BE_AUDIO = {"/api/v1/uploads": "POST", "/api/v1/stitch": "POST"}
"""Bodies that are well-formed and still of no use: no audio, or takes that are not there."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestServer]:
    changes = {
        "require_login": True,
        "login_failures_per_minute": 100_000,
        "quota_queued_jobs": 0,
    }
    with TestServer(settings_in(tmp_path_factory.mktemp("openapi"), **changes)) as running:
        # What is taken need not be made: it could be an hour of music.
        running.in_loop_async(lambda: running.service.engine.dispatcher.set_paused(True))
        yield running


@pytest.fixture(scope="module")
def raw(server: TestServer) -> dict[str, Any]:
    with server.client() as anybody:
        found: dict[str, Any] = anybody.get("/openapi.json").json()
    return found


few = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize(
    ("login", "mode"),
    [
        (True, GenerationMode.POSITIVE),
        (True, GenerationMode.NEGATIVE),
        (False, GenerationMode.POSITIVE),
        (False, GenerationMode.NEGATIVE),
    ],
    ids=["well-formed", "malformed", "well-formed, no login", "malformed, no login"],
)
def test_what_it_does_is_what_it_says(
    server: TestServer,
    raw: dict[str, Any],
    tokens: dict[str, str],
    login: bool,
    mode: GenerationMode,
) -> None:
    token = tokens["alice"] if login else None
    # A schema can't say everything: that is left to the next test.
    wrong = wrong_of(server, raw, token, mode, [checks.positive_data_acceptance])
    assert not wrong, "\n\n".join(wrong)


def test_what_is_well_formed_is_taken(
    server: TestServer, raw: dict[str, Any], tokens: dict[str, str]
) -> None:
    """All checks, for all that a schema can promise: of the rest the document is freed first."""
    with server.client(tokens["alice"]) as alice:
        promise = promised(raw, alice)
    wrong = wrong_of(server, promise, tokens["alice"], GenerationMode.POSITIVE, [])
    assert not wrong, "\n\n".join(wrong)


def wrong_of(
    server: TestServer,
    raw: dict[str, Any],
    token: str | None,
    mode: GenerationMode,
    but: list[Any],
) -> list[str]:
    """What each operation does that it does not say. Not by schemathesis' own fixtures: they do
    not work with this pytest."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    document: BaseSchema = schemathesis.openapi.from_dict(raw)
    document.config.update(base_url=server.url)
    wrong = []
    seen = 0
    for found in document.exclude(path=list(ENDLESS)).get_all_operations():
        operation = found.ok()
        seen += 1

        @few
        @given(case=operation.as_strategy(generation_mode=mode))
        def holds(case: Case) -> None:
            case.call_and_validate(headers=headers, excluded_checks=but)

        try:
            holds()
        except FailureGroup as failures:
            wrong += [f"{operation.label}: {failure}" for failure in failures.exceptions]
        except Unsatisfiable:
            pass  # nothing can be wrong with a request that takes nothing
    assert seen > 25, "the whole document"
    return wrong


def promised(raw: dict[str, Any], client: httpx.Client) -> dict[str, Any]:
    """The document without what only this server, or an earlier answer, can tell."""
    document = copy.deepcopy(raw)
    for path, method in MUST_BE_AUDIO.items():
        del document["paths"][path][method.lower()]
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["parameters"] = [
                each for each in operation.get("parameters", ()) if each["name"] not in ABOUT_BEFORE
            ]
    fields = document["components"]["schemas"]["Generate"]["properties"]
    for name in ABOUT_OTHERS:
        del fields[name]
    models = client.get("/models").json()["models"]
    fields["model"]["enum"] = [model["id"] for model in models if model["max_seconds"] >= 600]
    return document
