"""Schemathesis over a whole document: what a server does is what it says."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import httpx
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import sampled_from
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.schemas import BaseSchema
from schemathesis.transport.serialization import Binary

from tests.engine.server.known import Known
from tests.engine.server.running import tone

__all__ = ["MODES", "document_of", "wrong_of"]

schemathesis.checks.load_all_checks()
# A schema says that bytes are wanted, but not that they are to be audio.
SOUNDS = [Binary(tone(1, format)) for format in ("WAV", "FLAC", "OGG")]
schemathesis.openapi.format("binary", sampled_from(SOUNDS))

MODES = [
    (True, GenerationMode.POSITIVE),
    (True, GenerationMode.NEGATIVE),
    (False, GenerationMode.POSITIVE),
    (False, GenerationMode.NEGATIVE),
]
"""With a login or without one, and how well what is asked is formed."""
ENOUGH = 1000
"""Bytes of an answer that is wrong."""
ENDLESS = ("/api/v1/events",)
"""By nature; test_events follows it."""


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
    known: Known,
    examples: int,
    without: Collection[str] = (),
) -> list[str]:
    """What each operation does that it does not say; so many ``examples`` of each, ``without``
    those of these paths. What is well-formed names what is ``known``, so all of it is to be
    accepted. Not by schemathesis' own fixtures: they do not work with this pytest."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    few = settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    if token and mode is GenerationMode.NEGATIVE:  # what it leaves out is sent all the same
        raw = _without_logins(raw)
    document: BaseSchema = schemathesis.openapi.from_dict(raw)
    document.config.update(base_url=url)
    wrong, seen = [], []
    answer = b""
    for found in document.exclude(path=[*ENDLESS, *without]).get_all_operations():
        operation = found.ok()
        seen.append(operation.label)

        @few
        @given(case=operation.as_strategy(generation_mode=mode))
        def holds(case: Case) -> None:
            if mode is GenerationMode.POSITIVE:
                known.fill_in(case)
            nonlocal answer
            response = case.call(headers=headers)
            answer = response.content[:ENOUGH]
            case.validate_response(response, headers=headers)

        try:
            holds()
        except FailureGroup as failures:
            wrong += [f"{operation.label}: {each}\n{answer!r}" for each in failures.exceptions]
        except Unsatisfiable:
            pass  # nothing can be wrong with a request that takes nothing
    assert len(seen) > 25, "the whole document"
    return wrong


def _without_logins(raw: dict[str, Any]) -> dict[str, Any]:
    """The document as if no operation asked for one."""
    paths = {
        path: {
            method: {name: value for name, value in operation.items() if name != "security"}
            for method, operation in operations.items()
        }
        for path, operations in raw["paths"].items()
    }
    return raw | {"paths": paths}
