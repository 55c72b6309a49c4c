"""Schemathesis over a whole document: what a server does is what it says."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import httpx
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode, checks
from schemathesis.core.failures import FailureGroup
from schemathesis.schemas import BaseSchema

__all__ = ["MODES", "document_of", "wrong_of"]

schemathesis.checks.load_all_checks()

MODES = [
    (True, GenerationMode.POSITIVE),
    (True, GenerationMode.NEGATIVE),
    (False, GenerationMode.POSITIVE),
    (False, GenerationMode.NEGATIVE),
]
"""With a login or without one, and how well what is asked is formed."""
ENDLESS = ("/api/v1/events",)
"""By nature; test_events follows it."""
REFUSED = {
    "POST /api/v1/generate": "a model, a source or a job of this id is to be there",
    "POST /api/v1/generate/batch": "the same",
    "POST /api/v1/stitch": "the takes of these ids are to be there",
    "POST /api/v1/uploads": "the bytes are to be audio",
}
"""Operations that refuse what a schema lets through, and what it can't say. All others take all
that is well-formed."""


def document_of(url: str) -> dict[str, Any]:
    """The server's own, as anybody gets it."""
    found: dict[str, Any] = httpx.get(f"{url}/api/v1/openapi.json", trust_env=False).json()
    return found


def wrong_of(
    url: str,
    raw: dict[str, Any],
    token: str | None,
    mode: GenerationMode,
    *,
    examples: int,
    without: Collection[str] = (),
) -> list[str]:
    """What each operation does that it does not say; so many ``examples`` of each, ``without``
    those of these paths. Not by schemathesis' own fixtures: they do not work with this pytest."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    few = settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    document: BaseSchema = schemathesis.openapi.from_dict(raw)
    document.config.update(base_url=url)
    wrong = []
    seen = []
    for found in document.exclude(path=[*ENDLESS, *without]).get_all_operations():
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
