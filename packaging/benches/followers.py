"""10,000 followers of one owner's events on one server: how soon all know, and what they weigh.

Server and followers are two processes on loopback. Each change goes to every follower, so one
change is 10,000 messages; a few jobs of few steps, with pauses between, are what is followed.
"""

from __future__ import annotations

import json
import resource
import tempfile
from pathlib import Path
from typing import Any

from load.crowd import crowd, percentile
from load.served import serving, tokens_for

from engine.store.database import Database

FOLLOWERS = 10_000
SPARE = 500
"""Open files that a process needs beside."""
JOBS = 6
ROUNDS = 3
"""Another owner's crowd each: what the last one weighed must have come back."""
PAUSE = 4.0
SETTLED = 1.1
"""Memory after the last round against after the first."""


def bench() -> dict[str, Any]:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    followers = FOLLOWERS if hard == resource.RLIM_INFINITY else min(FOLLOWERS, hard - SPARE)
    tokens: list[str] = []

    def prepare(database: Database, _storage: Path) -> None:
        tokens.extend(tokens_for(database, [f"owner {n}" for n in range(ROUNDS)]))

    generators = json.dumps({"scripted": "tests.fake_generators:ScriptedGenerator"})
    rounds, memory = [], []
    with (
        tempfile.TemporaryDirectory() as home,
        serving(Path(home), prepare=prepare, generators=generators) as server,
    ):
        before = server.memory()
        for token in tokens:
            request = {"prompt": "steps=2 ms=5", "duration": 1, "model": "scripted"}
            rounds.append(
                crowd(
                    "followers",
                    host=server.host,
                    port=server.port,
                    tokens=[token],
                    followers=followers,
                    requests=[request] * JOBS,
                    pause=PAUSE,
                )
            )
            memory.append(server.memory())
    spread = [value for each in rounds for value in each["spread"]]
    delays = [value for each in rounds for value in each["delays"]]
    missed, lost = (sum(each[what] for each in rounds) for what in ("missed", "lost"))
    return {
        "followers": followers,
        "told": sum(each["told"] for each in rounds),
        "opened_in": [f"{each['opened_in']:.1f} s" for each in rounds],
        "memory": [f"{each:.0f} MB" for each in (before, *memory)],
        # How much later than the first follower each other one has a change.
        "broadcast_p50": {"value": round(percentile(spread, 0.5)), "unit": "ms"},
        "broadcast_p99": {"value": round(percentile(spread, 0.99)), "unit": "ms", "max": 1000},
        # From before the submission was sent until a follower knows of the job.
        "delay_p99": {"value": round(percentile(delays, 0.99)), "unit": "ms"},
        "follower_memory": {
            "value": round(1000 * (memory[0] - before) / followers, 1), "unit": "kB",
        },
        "memory_grown": {
            "value": round(memory[-1] / memory[0], 3), "unit": "x", "max": SETTLED,
        },
        "changes_missed": {"value": missed, "unit": "changes", "max": 0},
        "followers_lost": {"value": lost, "unit": "followers", "max": 0},
        "clients_share": [f"{each['share']:.0%}" for each in rounds],
    }  # fmt: skip
