"""A studio that makes its takes in some place, for tests."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

from engine.dispatch.reach import Waits
from engine.jobs import LOCAL, Job, Order
from engine.places import PlaceState, PlaceStatus, Server
from engine.request import Request
from engine.settings import EngineSettings
from tests.engine.conftest import Watched

__all__ = ["PATIENT", "QUICK", "THERE", "Open", "Studio"]

QUICK = Waits(first=0.05, longest=0.2, closed=0.2, look=0.5, poll=0.05, again=0.01, preview=0.05)
PATIENT = replace(QUICK, first=30.0, longest=30.0, closed=30.0)
"""Comes back only when it is asked to."""
THERE = "there"

Open = Callable[[], AbstractAsyncContextManager["Studio"]]


class Studio(Watched):
    """A studio that makes its takes in one of the places."""

    def __init__(self, settings: EngineSettings, server: Server | None, **options: Any) -> None:
        super().__init__(settings, remote={"waits": QUICK, **options})
        self.server = server
        self.place = LOCAL if server is None else server.id

    async def __aenter__(self) -> Studio:
        await super().__aenter__()
        if self.server is not None:
            await self.engine.servers.add(self.server)
            await self.until(lambda: self.state() is PlaceState.READY)
        return self

    def state(self) -> PlaceState | None:
        """How the server is."""
        status = self.server_status()
        return status.state if status else None

    def server_status(self) -> PlaceStatus | None:
        return next(iter(self.statuses[-1].places), None) if self.statuses else None

    async def submit(self, *prompts: str, **order: Any) -> list[Job]:
        return await super().submit(*prompts, **({"place": self.place} | order))

    async def ask(self, prompt: str = "steps=2", **request: Any) -> Job:
        values = {"model": "scripted", "duration": 2.0, "seed": 7} | request
        order = Order(Request(prompt=prompt, **values), place=self.place)
        return (await self.queue.submit([order]))[0]
