"""Schemathesis over the whole document: what the server does is what it says."""

from __future__ import annotations

from collections.abc import Iterator

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
NOT_HELD = [
    # A schema can't say everything: an id may be of nobody's job, a prompt only spaces.
    checks.positive_data_acceptance,
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestServer]:
    changes = {"require_login": True, "login_failures_per_minute": 100_000}
    with TestServer(settings_in(tmp_path_factory.mktemp("openapi"), **changes)) as running:
        yield running


@pytest.fixture(scope="module")
def document(server: TestServer) -> BaseSchema:
    schema = schemathesis.openapi.from_url(f"{server.url}/api/v1/openapi.json")
    # Endless by nature; test_events follows it.
    found: BaseSchema = schema.exclude(path="/api/v1/events")
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
    ],
    ids=["well-formed", "malformed", "without a login"],
)
def test_what_it_does_is_what_it_says(
    document: BaseSchema, tokens: dict[str, str], login: bool, mode: GenerationMode
) -> None:
    """Not by schemathesis' own fixtures: they do not work with this pytest."""
    headers = {"Authorization": f"Bearer {tokens['alice']}"} if login else {}
    wrong = []
    for found in document.get_all_operations():
        operation = found.ok()

        @few
        @given(case=operation.as_strategy(generation_mode=mode))
        def holds(case: Case) -> None:
            case.call_and_validate(headers=headers, excluded_checks=NOT_HELD)

        try:
            holds()
        except FailureGroup as failures:
            wrong += [f"{operation.label}: {failure}" for failure in failures.exceptions]
        except Unsatisfiable:
            pass  # nothing can be wrong with a request that takes nothing
    assert not wrong, "\n\n".join(wrong)
