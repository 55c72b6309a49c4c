"""Again and again the network between studio and server breaks: no take lost, none doubled."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from engine.client.client import Patience, ServerClient
from engine.jobs import Job, Status
from engine.places import Server
from engine.settings import EngineSettings
from tests.contract.studios import THERE, Studio
from tests.engine.server.running import TestServer, settings_in
from tests.faults.conftest import Library
from tests.proxy import Fate, Proxy, Trouble

TROUBLES = 40
"""Of each run; ten times as many with ``--soak``."""
KINDS = (
    Trouble.CUT, Trouble.TRUNCATE, Trouble.DELAY, Trouble.DUPLICATE, Trouble.HOLE,
)  # fmt: skip
AT_ONCE = 20
IMPATIENT = Patience(connect=2.0, read=1.0, answer=2.0, events=1.5)


async def test_the_network_breaks(
    settings: EngineSettings, tmp_path: Path, state: Callable[[str], None], soak: int
) -> None:
    dice = random.Random(3)

    def fate() -> Fate:
        """Two connections of three break, at any byte of what goes over them."""
        troubles = [*KINDS, Trouble.NONE, Trouble.NONE]
        after = dice.choice([0, 0, dice.randrange(2_000), dice.randrange(40_000)])
        return Fate(dice.choice(troubles), after, seconds=dice.uniform(0.02, 0.2))

    def connect(address: str, token: str) -> ServerClient:
        return ServerClient(address, token, patience=IMPATIENT)

    # A proxied 5xx would be one of a job; here there are none, so none may fail.
    with TestServer(settings_in(tmp_path / "server")) as server:
        async with Proxy(server.url, fate) as proxy:
            entry = Server(THERE, "The server", proxy.url, server.token("alice"))
            async with Studio(settings, entry, connect=connect) as studio:
                jobs: list[Job] = []
                while sum(proxy.struck.values()) < TROUBLES * soak:
                    first = 100 + len(jobs)
                    prompts = [f"steps=5 ms=1 hz={first + n}" for n in range(AT_ONCE)]
                    more = await studio.submit(*prompts)
                    jobs += more
                    ended = await studio.ended(more)
                    assert {job.status for job in ended} == {Status.COMPLETED}, [
                        job.error for job in ended if job.error
                    ]
                # Connections that break cost no attempt; an answer that was garbled may.
                again = sum(studio.latest(job.id).attempt > 1 for job in jobs)
                assert again <= len(jobs) // 20
        there = server.in_loop(lambda: server.service.jobs.jobs())
    assert Counter(job.status for job in there) == {Status.COMPLETED: len(jobs)}, "none doubled"
    found = Library(tmp_path).check()
    assert found["completed"] == len(jobs), "none lost"
    how = ", ".join(f"{count} {trouble.value}" for trouble, count in proxy.struck.most_common())
    state(
        f"network broken {sum(proxy.struck.values())} times ({how}): {len(jobs)} of {len(jobs)} "
        f"takes made once, here and there; {again} of them tried again"
    )
