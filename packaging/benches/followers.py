"""10,000 followers of one owner's events on one server: how soon all know, and what they weigh.

Server and followers are two processes on loopback. Each change goes to every follower, so one
change is 10,000 messages; a few jobs of few steps, with pauses between, are what is followed.
With ``--minutes`` the same crowd stays for so long, with one job after the other, and what the
server's memory was at the beginning is held against the end.
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
"""Memory at the end against at the beginning."""
REQUEST = {"prompt": "steps=2 ms=5", "duration": 1, "model": "scripted"}


def bench(minutes: float = 0.0) -> dict[str, Any]:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    followers = FOLLOWERS if hard == resource.RLIM_INFINITY else min(FOLLOWERS, hard - SPARE)
    tokens: list[str] = []

    def prepare(database: Database, _storage: Path) -> None:
        tokens.extend(tokens_for(database, [f"owner {n}" for n in range(ROUNDS)]))

    generators = json.dumps({"scripted": "tests.fake_generators:ScriptedGenerator"})
    with (
        tempfile.TemporaryDirectory() as home,
        serving(Path(home), prepare=prepare, generators=generators) as server,
    ):
        before = server.memory()
        plan: dict[str, Any] = {
            "host": server.host, "port": server.port, "pid": server.process.pid,
            "followers": followers, "pause": PAUSE,
        }  # fmt: skip
        if minutes:
            seen = crowd(
                "followers", **plan, tokens=tokens[:1], requests=[REQUEST], minutes=minutes
            )
            return stayed(followers, before, seen)
        rounds, memory = [], []
        for token in tokens:
            rounds.append(crowd("followers", **plan, tokens=[token], requests=[REQUEST] * JOBS))
            memory.append(server.memory())
    return told(followers, rounds) | {
        "memory": [f"{each:.0f} MB" for each in (before, *memory)],
        "follower_memory": {
            "value": round(1000 * (memory[0] - before) / followers, 1), "unit": "kB",
        },
        "memory_grown": {
            "value": round(memory[-1] / memory[0], 3), "unit": "x", "max": SETTLED,
        },
    }  # fmt: skip


def stayed(followers: int, before: float, seen: dict[str, Any]) -> dict[str, Any]:
    """One crowd, for a long time."""
    memory: list[float] = seen["memory"]
    # What grows by little each time shows in halves, and one look may be a chance.
    half = len(memory) // 2
    first, second = max(memory[: half or 1]), max(memory[half:])
    return told(followers, [seen]) | {
        "minutes": round(seen["seconds"] / 60, 1),
        "jobs": len(memory),
        "memory_alone": {"value": round(before), "unit": "MB"},
        "memory_at_the_beginning": {"value": round(memory[0]), "unit": "MB"},
        "memory_at_the_end": {"value": round(memory[-1]), "unit": "MB"},
        "memory_grown": {"value": round(second / first, 3), "unit": "x", "max": SETTLED},
    }


def told(followers: int, rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """What they were told, and how soon."""
    spread = [value for each in rounds for value in each["spread"]]
    delays = [value for each in rounds for value in each["delays"]]
    missed, lost, messages = (
        sum(each[what] for each in rounds) for what in ("missed", "lost", "told")
    )
    servers, clients = (1e6 * sum(each["busy"][who] for each in rounds) for who in (0, 1))
    return {
        "followers": followers,
        "told": messages,
        "opened_in": [f"{each['opened_in']:.1f} s" for each in rounds],
        # How much later than the first follower each other one has a change.
        "broadcast_p50": {"value": round(percentile(spread, 0.5)), "unit": "ms"},
        "broadcast_p99": {"value": round(percentile(spread, 0.99)), "unit": "ms", "max": 1000},
        # From before the submission was sent until a follower knows of the job.
        "delay_p99": {"value": round(percentile(delays, 0.99)), "unit": "ms"},
        # Whatever else the machine does meanwhile; news that go in one write count one by one.
        "server_busy": {"value": round(servers / messages, 1), "unit": "µs a message"},
        "clients_busy": {"value": round(clients / messages, 1), "unit": "µs a message"},
        "changes_missed": {"value": missed, "unit": "changes", "max": 0},
        "followers_lost": {"value": lost, "unit": "followers", "max": 0},
        "clients_share": [f"{each['share']:.0%}" for each in rounds],
    }
