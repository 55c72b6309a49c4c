"""The whole stack under ``wrk``: nginx, two fronts, PostgreSQL, a bucket and workers at work.

All of it is on this machine, and so is ``wrk``: what one of them takes, the others have not.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx
import psycopg
from load.grounds import grounds
from load.wrk import Seen, wrk

from tests.balancer import balancing
from tests.buckets import Bucket
from tests.cluster import Cluster
from tests.servers import free_port

FRONTS, WORKERS, SLOTS = 2, 2, 4
CONNECTIONS = 32
SECONDS = 10
PATIENCE = 600.0
"""Seconds for all that was submitted to be made."""
REQUEST = {"prompt": "steps=1 ms=1", "duration": 1, "model": "scripted"}
UNLIMITED = {"rate_limit_enabled": "false", "address_requests_per_minute": "100000000"}
OPEN = "SELECT count(*) FROM jobs WHERE status IN ('pending', 'processing')"
MADE = "SELECT count(*) FROM jobs JOIN takes ON takes.job_id = jobs.id WHERE status = 'completed'"


def bench() -> dict[str, Any]:
    with grounds() as on:
        return measured(on.home, on.postgres.new_database().get_secret_value(), on.s3.bucket())


def measured(home: Path, url: str, bucket: Bucket) -> dict[str, Any]:
    ports = [free_port() for _ in range(FRONTS)]
    with (
        Cluster(home / "cluster", url, bucket, **UNLIMITED) as cluster,
        balancing(home / "nginx", [f"127.0.0.1:{port}" for port in ports]) as balancer,
        psycopg.connect(url, autocommit=True) as rows,
    ):
        cluster.front(port=ports[0]).up()  # it makes the tables
        login = {"Authorization": f"Bearer {cluster.token()}"}
        others = [cluster.front(port=port) for port in ports[1:]]
        others += [cluster.worker(slots=SLOTS) for _ in range(WORKERS)]
        for process in others:
            process.up()
        with httpx.Client(base_url=f"{balancer}/api/v1", headers=login, trust_env=False) as http:
            job_id = http.post("/generate", json=REQUEST).raise_for_status().json()["job_id"]
        until_made(rows)

        def crowd(path: str, body: dict[str, Any] | None = None) -> Seen:
            address = f"{balancer}/api/v1{path}"
            headers = login | ({} if body is None else {"Content-Type": "application/json"})
            return wrk(
                address, seconds=SECONDS, connections=CONNECTIONS, headers=headers, body=body
            )

        seen = {
            "live": crowd("/health/live"),
            "status": crowd(f"/jobs/{job_id}"),
            "submit": crowd("/generate", REQUEST),
        }
        began = time.monotonic()
        until_made(rows)
        left = time.monotonic() - began
        jobs = int(rows.execute("SELECT count(*) FROM jobs").fetchall()[0][0])
        made = int(rows.execute(MADE).fetchall()[0][0])
    figures: dict[str, Any] = {
        "connections": CONNECTIONS,
        "jobs": jobs,
        "made_after": f"{left:.1f} s after the last submission",
    }
    for call, its in seen.items():
        figures[f"{call}_rate"] = {"value": round(its.rate), "unit": "calls/s"}
        figures[f"{call}_p50"] = {"value": round(its.p50, 1), "unit": "ms"}
        figures[f"{call}_p99"] = {"value": round(its.p99, 1), "unit": "ms"}
        figures[f"{call}_errors"] = {
            "value": its.refused + its.broken, "unit": "calls", "max": 0,
        }  # fmt: skip
    # What was accepted is there; what the end of the crowd cut off may be there too.
    accepted = seen["submit"].requests - seen["submit"].refused + 1
    lost = max(0, accepted - jobs) + jobs - made
    return figures | {"jobs_lost": {"value": lost, "unit": "jobs", "max": 0}}


def until_made(rows: psycopg.Connection[Any]) -> None:
    deadline = time.monotonic() + PATIENCE
    while left := rows.execute(OPEN).fetchall()[0][0]:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{left} jobs are open after {PATIENCE:g} s")
        time.sleep(0.1)
