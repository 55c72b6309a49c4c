"""Two fronts and three workers behind the balancer, each on a machine of its own as far as the
network can tell: jobs, events and ranges go on while a front and a worker are killed.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from contextlib import suppress
from typing import Any

import httpx
from load.grounds import Grounds, grounds
from load.namespaces import BRIDGE, namespaces

from tests.balancer import balancing
from tests.cluster import Cluster, Process
from tests.proxy import Proxy

FRONTS, WORKERS = ("front1", "front2"), ("worker1", "worker2", "worker3")
JOBS = 24
PROMPT = "steps=60 ms=20"
RANGE = 1_000
FOLLOWERS = 4
"""Some at each front."""
QUICK = {
    "rate_limit_enabled": "false",
    "lease_seconds": "6",
    "lease_renewal_seconds": "2",
    "reap_seconds": "1",
}
PATIENCE = 120.0


class Follower:
    """Follows all events, from wherever they come, and knows what each job's last state is."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._told = asyncio.Event()
        self.states: dict[str, str] = {}
        self.streams = 0
        self.silence = 0.0
        """Longest time between a stream's end and the next one's beginning."""

    async def follow(self) -> None:
        last, ended = "", 0.0
        while True:
            headers = {"Last-Event-ID": last} if last else {}
            # Its front dies: it comes back, to whichever there is.
            with suppress(httpx.TransportError):
                async with self._http.stream("GET", "/events", headers=headers) as answer:
                    if answer.status_code != 200:
                        raise httpx.RemoteProtocolError(str(answer.status_code))
                    self.streams += 1
                    self.silence = max(self.silence, time.monotonic() - ended if ended else 0.0)
                    async for line in answer.aiter_lines():
                        if line.startswith("id: "):
                            last = line[4:]
                        elif line.startswith("data: "):
                            job = json.loads(line[6:])
                            self.states[job["job_id"]] = job["status"]
                            self._told.set()
            ended = time.monotonic()
            await asyncio.sleep(0.1)

    async def ended(self, ids: list[str]) -> None:
        async with asyncio.timeout(PATIENCE):
            while any(self.states.get(job_id) != "completed" for job_id in ids):
                self._told.clear()
                await self._told.wait()


def bench() -> dict[str, Any]:
    with (
        grounds() as on,
        namespaces([*FRONTS, *WORKERS]) as machines,
    ):
        return asyncio.run(tried(on, machines))


async def tried(on: Grounds, machines: dict[str, str]) -> dict[str, Any]:
    home, url, bucket = on.home, on.postgres.new_database().get_secret_value(), on.s3.bucket()
    port = on.postgres.port
    host = BRIDGE if machines else "127.0.0.1"
    async with (
        Proxy(f"http://127.0.0.1:{port}", host=host) as rows,
        Proxy(on.s3.url, host=host) as audio,
    ):
        there: dict[str, Any] = {
            "database_url": url.replace(f"127.0.0.1:{port}", rows.url.removeprefix("http://")),
            "storage_endpoint": audio.url,
            "NO_PROXY": "*",
        }
        with Cluster(home / "cluster", url, bucket, **QUICK) as cluster:
            token = await asyncio.to_thread(cluster.token)
            spaces = list(machines) or [""] * len(FRONTS + WORKERS)
            fronts = [
                cluster.front(host=machines.get(space, "127.0.0.1"), within=space, **there)
                for space in spaces[: len(FRONTS)]
            ]
            workers = [cluster.worker(within=space, **there) for space in spaces[len(FRONTS) :]]
            for process in (*fronts, *workers):
                await asyncio.to_thread(process.up)
            lines = [f"{each.url.removeprefix('http://')} max_fails=1 fail_timeout=1s"
                     for each in fronts]  # fmt: skip
            with balancing(home / "nginx", lines) as balancer:
                login = {"Authorization": f"Bearer {token}"}
                async with httpx.AsyncClient(
                    base_url=f"{balancer}/api/v1", headers=login, timeout=30, trust_env=False
                ) as http:
                    figures = await struck(http, fronts, workers)
    return {"machines": "network namespaces" if machines else "plain loopback"} | figures


async def struck(
    http: httpx.AsyncClient, fronts: list[Process], workers: list[Process]
) -> dict[str, Any]:
    """Submit, kill a worker, kill a front, and look at what became of it all."""
    followers = [Follower(http) for _ in range(FOLLOWERS)]
    following = [asyncio.create_task(each.follow()) for each in followers]
    ids: list[str] = []
    refused = 0
    began = time.monotonic()
    for number in range(JOBS):
        if number == JOBS // 3:
            await asyncio.to_thread(workers[0].kill)
        if number == 2 * JOBS // 3:
            await asyncio.to_thread(fronts[0].kill)
        while True:
            answer = await http.post(
                "/generate",
                json={"prompt": PROMPT, "duration": 1, "model": "scripted", "seed": number},
                headers={"Idempotency-Key": f"job {number}"},
            )
            if answer.status_code == 202:
                break
            refused += 1
            await asyncio.sleep(0.2)
        ids.append(answer.json()["job_id"])
        await asyncio.sleep(0.1)
    await asyncio.gather(*(each.ended(ids) for each in followers))
    took = time.monotonic() - began
    for task in following:
        task.cancel()
    await asyncio.gather(*following, return_exceptions=True)
    whole = sum([await is_whole(http, job_id) for job_id in ids])
    return {
        "jobs": len(set(ids)),
        "followers": FOLLOWERS,
        "streams": sum(each.streams for each in followers),
        "ended_in": {"value": round(took, 1), "unit": "s"},
        "submissions_repeated": {"value": refused, "unit": "by their client"},
        "events_silent": {"value": round(max(each.silence for each in followers), 2), "unit": "s"},
        "takes_not_whole": {"value": len(ids) - whole, "unit": "takes", "max": 0},
    }


async def is_whole(http: httpx.AsyncClient, job_id: str) -> bool:
    """Fetched in ranges by whichever front, through the balancer, it is what was made."""
    link = (await http.get(f"/jobs/{job_id}/audio/url")).json()["url"]
    size, digest, at, etag = 1, hashlib.sha256(), 0, ""
    while at < size:
        answer = await http.get(link, headers={"Range": f"bytes={at}-{at + RANGE - 1}"})
        if answer.status_code != 206:
            return False
        size = int(answer.headers["content-range"].rpartition("/")[2])
        etag = answer.headers["etag"].strip('"')
        digest.update(answer.content)
        at += len(answer.content)
    return digest.hexdigest() == etag
