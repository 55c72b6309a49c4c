"""The servers of this studio: each a lane of its queue, added and removed while it works."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from engine.client.client import ServerClient
from engine.dispatch.facts import look
from engine.dispatch.files import TakeFiles
from engine.dispatch.reach import Waits
from engine.dispatch.remote import RemoteLane
from engine.dispatch.scheduler import Scheduler
from engine.errors import NotFound
from engine.places import PlaceStatus, Server
from engine.store.submissions import Submissions

__all__ = ["Servers"]

Connect = Callable[[str, str], ServerClient]
"""(address, token) to a client."""


class Servers:
    """What a musician does with servers.

    >>> await servers.add(Server("dgx01", "DGX in the basement", "https://dgx01:8000", token))
    """

    def __init__(
        self,
        scheduler: Scheduler,
        submissions: Submissions,
        files: TakeFiles,
        cache: Path,
        *,
        connect: Connect = ServerClient,
        waits: Waits | None = None,
    ) -> None:
        """``connect`` and ``waits`` are for tests."""
        self._scheduler = scheduler
        self._submissions = submissions
        self._files = files
        self._cache = cache
        self._connect = connect
        self._waits = waits
        self._lanes: dict[str, RemoteLane] = {}

    async def add(self, server: Server) -> None:
        """Use it from now on; one with the same id takes the place of the earlier one, with its
        runs. Raises InvalidRequest."""
        client = self._connect(server.address, server.token)
        lane = RemoteLane(server, client, self._submissions, self._files, self._cache, self._waits)
        if server.id in self._lanes:
            await self._scheduler.replace_lane(lane)
        else:
            await self._scheduler.add_lane(lane)
        self._lanes[server.id] = lane

    async def remove(self, place: str) -> None:
        """Raises Conflict while takes wait for it or are made there."""
        await self._scheduler.remove_lane(place)
        self._lanes.pop(place, None)

    async def retry_now(self, place: str) -> None:
        """Look at it at once, and not only when it is time. Raises NotFound."""
        if place not in self._lanes:
            raise NotFound("There is no such server.")
        self._lanes[place].retry_now()

    async def test(self, server: Server) -> PlaceStatus:
        """How it is, without using it. Raises ServerError, InvalidRequest."""
        client = self._connect(server.address, server.token)
        try:
            facts = await look(client)
        finally:
            await client.close()
        return PlaceStatus(server.id, server.name, client.address, **facts)  # type: ignore[arg-type]
