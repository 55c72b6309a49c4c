"""The queue as everybody sees it: the verbs of a musician, or of a server for its users."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from engine.jobs import Job, Order
from engine.status import EngineStatus

if TYPE_CHECKING:  # the window's first paint does not wait for it
    from engine.request import Request

__all__ = ["Queue"]


class Queue(Protocol):
    """What can be asked of a queue; every answer is a value, every refusal a MusicError."""

    async def jobs(self) -> list[Job]:
        """All that is not in the trash, the waiting in their order, then newest first."""
        ...

    async def submit(self, orders: Sequence[Order], *, front: bool = False) -> list[Job]:
        """Queue all or none, in one transaction; the rows are on disk when this returns."""
        ...

    async def cancel(self, ids: Sequence[str]) -> object: ...

    async def stop_here(self, job_id: str) -> None:
        """Make what has grown so far the whole take. Raises Conflict where that can't be."""
        ...

    async def retry(self, ids: Sequence[str]) -> object: ...

    async def move(self, ids: Sequence[str], before: str | None) -> None: ...

    async def edit(
        self, job_id: str, request: Request, name: str | None, *, when_idle: bool | None = None
    ) -> None:
        """Raises Conflict once it has begun. ``name`` None: the one that it was given, or made from
        the prompt; ``when_idle`` None: as it was. Its place stays."""
        ...

    async def annotate(self, job_id: str, **fields: Any) -> None: ...

    async def delete(self, ids: Sequence[str]) -> None:
        """To the trash; what waits or runs is cancelled, and what depends on it fails."""
        ...

    async def restore(self, ids: Sequence[str]) -> None:
        """Out of the trash as they were: what waited or ran waits where it was, and so does what
        failed with it."""
        ...

    async def find_takes(self) -> None:
        """Take in finished files that another program put into the takes folder."""
        ...

    async def set_paused(self, paused: bool) -> None: ...

    async def run_here(self, ids: Sequence[str]) -> list[str]:
        """Let waiting jobs of servers be made on this computer, where it can; returns the ids of
        those that wait on."""
        ...

    async def set_fallback(self, on: bool) -> None:
        """Whether jobs whose server is away are made here instead, by what there is."""
        ...

    async def status(self) -> EngineStatus: ...
