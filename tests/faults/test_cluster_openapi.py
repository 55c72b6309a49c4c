"""What a whole cluster does is what its document says: two fronts behind nginx, workers at work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tests.engine.server.documented import MODES, document_of, wrong_of
from tests.engine.server.known import Known
from tests.faults.clients import Person
from tests.faults.clustered import Stage

EXAMPLES = 1
"""Of each operation; ten times as many with ``--soak``. One server alone is asked more."""
LONGEST = 2.0
"""Seconds: what is asked for is made."""
WITHIN = ("/api/v1/metrics", "/api/v1/health/detailed")
"""Not for callers: the balancer says that there is no such thing."""
SETTINGS = {"require_login": "true", "login_failures_per_minute": "100000"}

State = Callable[[str], None]


async def test_what_it_does_is_what_it_says(stage: Stage, state: State, soak: int) -> None:
    examples = EXAMPLES * soak
    async with stage.trial(fronts=2, workers=2, models="scripted", **SETTINGS) as trial:

        def asked() -> list[str]:
            raw = document_of(trial.url)
            with Person(trial.url, trial.token) as person:
                jobs = person.submit(*[f"steps=40 ms=20 hz={300 + n}" for n in range(8)])
                known = Known.of(person.http, longest=LONGEST)
                wrong = [
                    each
                    for login, mode in MODES
                    for each in wrong_of(
                        trial.url,
                        raw,
                        trial.token if login else None,
                        mode,
                        known=known,
                        examples=examples,
                        without=WITHIN,
                    )
                ]
                assert {person.ended(job_id)["status"] for job_id in jobs} == {"completed"}
            return wrong

        wrong = await asyncio.to_thread(asked)
        assert not wrong, "\n\n".join(wrong)
        assert all(each.running for each in trial.processes)
    state(
        f"{examples} requests of each of {len(MODES)} kinds to each operation of 2 fronts behind "
        "nginx, with workers at work: all answers as documented"
    )
