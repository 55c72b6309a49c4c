"""The engine of this computer, put together: store, lane and dispatcher over one data folder."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack

from engine.dispatch.dispatcher import Dispatcher
from engine.dispatch.feed import Feed
from engine.dispatch.files import TakeFiles
from engine.dispatch.local import LocalLane
from engine.errors import StoreDamaged
from engine.jobs import Failure
from engine.settings import EngineSettings
from engine.store.claims import Claims
from engine.store.opening import lock_folder, open_database
from engine.store.store import Store

__all__ = ["LocalEngine"]


class LocalEngine:
    """A running engine. ``async with`` opens and closes it; the queue is ``dispatcher``.

    >>> async with LocalEngine(settings, Feed()) as engine:
    ...     await engine.dispatcher.submit([Order(Request(prompt="calm piano"))])

    Opening raises StoreLocked or FolderNotWritable. A damaged database is set aside, told through
    the feed, and its takes are found again from their files.
    """

    def __init__(
        self,
        settings: EngineSettings,
        feed: Feed,
        *,
        host_command: Sequence[str] | None = None,
        files: TakeFiles | None = None,
        fair: bool = False,
    ) -> None:
        """``files``: where takes go, if not into the takes folder under their names; ``fair``:
        owners of jobs take turns."""
        self._settings = settings
        self._files = files or TakeFiles(settings.takes_folder)
        self._fair = fair
        self._feed = feed
        self._host_command = host_command

    async def __aenter__(self) -> LocalEngine:
        settings = self._settings
        async with AsyncExitStack() as opening:
            lock = lock_folder(settings.data_folder)
            opening.callback(lock.release)
            opened = open_database(settings.database)
            opening.callback(opened.database.close)
            self.database = opened.database
            self.lane = LocalLane(settings, self._host_command)
            self.dispatcher = Dispatcher(
                Store(opened.database),
                Claims(opened.database, fair=self._fair),
                [self.lane],
                self._files,
                settings,
                self._feed,
            )
            opening.push_async_callback(self.dispatcher.close)
            await self.dispatcher.start()
            self._open = opening.pop_all()
        if opened.aside is not None:
            damage = StoreDamaged(
                "The library's database was damaged. A fresh one was started, and your takes "
                "are being found again from their files.",
                hint=f"The damaged file is kept as {opened.aside.name}.",
                detail=str(opened.aside),
            )
            self._feed.notice(Failure.of(damage))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()
