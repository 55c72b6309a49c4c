"""Clients of a server: those that ask at random, wherever it is now, and write all down; and a
person who asks one thing after the other."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from typing import Any, Self

import httpx

from tests.faults.history import FINAL, NONE, Call

__all__ = ["Address", "Client", "Person"]

MOST_OPEN = 3
"""Jobs that a client has under way."""
PATIENCE = 90.0
"""Seconds that only say "never"."""


class Address:
    """Where the server is now; clients wait here while it is away."""

    def __init__(self) -> None:
        self.url = ""
        self._there = asyncio.Event()

    def moved(self, url: str) -> None:
        self.url = url
        self._there.set()

    def gone(self) -> None:
        self._there.clear()

    async def found(self) -> str:
        await self._there.wait()
        return self.url


class Client:
    """Asks at random, and writes all down."""

    paces: tuple[int, ...] = (2,)
    """Milliseconds that a step of what it asks for may take."""

    def __init__(self, number: int, address: Address, history: list[Call]) -> None:
        self._number = number
        self._address = address
        self._history = history
        self._dice = random.Random(number)
        self._jobs: dict[str, bool] = {}
        """Its own, and whether they are known to have ended."""
        self._asked = 0

    async def live(self, over: asyncio.Event) -> None:
        async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
            self._http = http
            while not over.is_set():
                await self._act()
                await asyncio.sleep(self._dice.uniform(0.0, 0.2))  # the pace of a client

    async def _act(self) -> None:
        still_open = [job_id for job_id, ended in self._jobs.items() if not ended]
        dice = self._dice.random()
        if len(still_open) < MOST_OPEN and dice < 0.6:
            await self._submit()
        elif self._jobs and 0.6 <= dice < 0.65:
            await self._cancel(self._dice.choice(still_open or list(self._jobs)))
        elif self._jobs:
            await self._look(self._dice.choice(still_open or list(self._jobs)))

    async def _submit(self) -> None:
        self._asked += 1
        key = f"client {self._number} number {self._asked}"
        asked = [self._request() for _ in range(self._dice.choice((1, 1, 1, 2, 3)))]
        body: Any = {"requests": asked} if len(asked) > 1 else asked[0]
        path = "/generate/batch" if len(asked) > 1 else "/generate"
        header = {"Idempotency-Key": key}
        call = await self._insist("submit", key, "POST", path, json=body, headers=header)
        if self._dice.random() < 0.1:  # as who did not believe it
            await self._insist("submit", key, "POST", path, json=body, headers=header)
        self._jobs |= dict.fromkeys(call.job_ids, False)

    def _request(self) -> dict[str, Any]:
        """A scripted take of a second, no two alike."""
        seed = self._dice.randrange(2**31)
        steps, pace = self._dice.randrange(2, 40), self._dice.choice(self.paces)
        prompt = f"steps={steps} ms={pace} hz={self._dice.randrange(200, 2000)}"
        return {"prompt": prompt, "duration": 1, "model": "scripted", "seed": seed}

    async def _cancel(self, job_id: str) -> None:
        """A waiting job one way, a waiting or running one the other; both may come too late."""
        if self._dice.random() < 0.5:
            call = await self._call("cancel", job_id, "DELETE", f"/jobs/{job_id}")
        else:
            call = await self._call("cancel", job_id, "POST", f"/jobs/{job_id}/cancel")
        if call.status in (200, 202):
            self._jobs[job_id] = True

    async def _look(self, job_id: str) -> None:
        call = await self._call("look", job_id, "GET", f"/jobs/{job_id}")
        if call.status == 200:
            self._jobs[job_id] = call.answer["status"] in ("completed", "failed", "cancelled")

    async def _insist(self, verb: str, key: str, method: str, path: str, **more: Any) -> Call:
        while True:
            call = await self._call(verb, key, method, path, **more)
            if call.status not in (NONE, 503):
                return call
            await asyncio.sleep(0.02)

    async def _call(self, verb: str, key: str, method: str, path: str, **more: Any) -> Call:
        url = await self._address.found()
        began, status, answer = time.monotonic(), NONE, None
        try:
            response = await self._http.request(method, f"{url}/api/v1{path}", **more)
            status, answer = response.status_code, response.json()
        except httpx.TransportError as error:
            answer = repr(error)
        body = more.get("json")
        ended = time.monotonic()
        call = Call(self._number, verb, key, body, status, answer, began, ended)
        self._history.append(call)
        return call


class Person:
    """Asks one thing after the other, and waits for what comes of it."""

    def __init__(self, url: str, token: str) -> None:
        login = {"Authorization": f"Bearer {token}"}
        self.http = httpx.Client(
            base_url=f"{url}/api/v1", headers=login, timeout=30, trust_env=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def submit(self, *prompts: str) -> list[str]:
        """Takes of a second, in a batch."""
        asked = [{"prompt": each, "duration": 1, "model": "scripted"} for each in prompts]
        answer = self.http.post("/generate/batch", json={"requests": asked})
        assert answer.status_code == 202, answer.text
        return [str(job_id) for job_id in answer.json()["job_ids"]]

    def job(self, job_id: str) -> dict[str, Any]:
        job: dict[str, Any] = self.http.get(f"/jobs/{job_id}").json()
        return job

    def until(self, job_id: str, happened: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE
        while not happened(job := self.job(job_id)):
            assert time.monotonic() < deadline, job
            time.sleep(0.05)
        return job

    def ended(self, job_id: str) -> dict[str, Any]:
        return self.until(job_id, lambda job: job["status"] in FINAL)
