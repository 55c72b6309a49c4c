"""Schemathesis over the whole document: what the server does is what it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

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


REFUSED = {
    "POST /api/v1/generate": "a model, a source or a job of this id is to be there",
    "POST /api/v1/generate/batch": "the same",
    "POST /api/v1/stitch": "the takes of these ids are to be there",
    "POST /api/v1/uploads": "the bytes are to be audio",
    "GET /api/v1/jobs": "the cursor is to be one that the server gave",
}
"""Operations that refuse what a schema lets through, and what it can't say. All others take all
that is well-formed."""

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
    wrong = wrong_of(server, raw, tokens["alice"] if login else None, mode)
    assert not wrong, "\n\n".join(wrong)


def wrong_of(
    server: TestServer,
    raw: dict[str, Any],
    token: str | None,
    mode: GenerationMode,
) -> list[str]:
    """What each operation does that it does not say. Not by schemathesis' own fixtures: they do
    not work with this pytest."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    document: BaseSchema = schemathesis.openapi.from_dict(raw)
    document.config.update(base_url=server.url)
    wrong = []
    seen = []
    for found in document.exclude(path=list(ENDLESS)).get_all_operations():
        operation = found.ok()
        seen.append(operation.label)

        @few
        @given(case=operation.as_strategy(generation_mode=mode))
        def holds(case: Case) -> None:
            refused = case.operation.label in REFUSED
            but: list[Any] = [checks.positive_data_acceptance] if refused else []
            case.call_and_validate(headers=headers, excluded_checks=but)

        try:
            holds()
        except FailureGroup as failures:
            wrong += [f"{operation.label}: {failure}" for failure in failures.exceptions]
        except Unsatisfiable:
            pass  # nothing can be wrong with a request that takes nothing
    assert len(seen) > 25 and set(seen) >= REFUSED.keys(), "the whole document"
    return wrong
