"""The engine of this computer, put together: store, lane and dispatcher over one data folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from functools import cached_property
from typing import TYPE_CHECKING, Any

from engine.dispatch.dispatcher import Dispatcher
from engine.dispatch.feed import Feed
from engine.dispatch.files import TakeFiles
from engine.dispatch.local import LocalLane
from engine.errors import ModelUnavailable, StoreDamaged
from engine.jobs import Failure
from engine.models.catalogue import find
from engine.models.folder import ModelFolder, State
from engine.settings import EngineSettings
from engine.store.claims import Claims
from engine.store.factory import open_store
from engine.store.opening import lock_folder
from engine.store.store import Store
from engine.store.submissions import Submissions
from engine.store.turns import AGEING_SECONDS

if TYPE_CHECKING:
    from pydantic import SecretStr

    from engine.servers import Servers

__all__ = ["LocalEngine"]


class LocalEngine:
    """A running engine. ``async with`` opens and closes it; the queue is ``dispatcher``.

    >>> async with LocalEngine(settings, Feed()) as engine:
    ...     await engine.dispatcher.submit([Order(Request(prompt="calm piano"))])

    Nobody shares its queue: there are no ``workers``, and no ``chores`` to share out.

    Opening raises StorageErrors: StoreLocked, FolderNotWritable, or what PostgreSQL says. SQLite's
    file is set aside when it is damaged; that is told through the feed, and its takes are found
    again from their files.
    """

    workers = None
    chores = None

    def __init__(
        self,
        settings: EngineSettings,
        feed: Feed,
        *,
        host_command: Sequence[str] | None = None,
        files: TakeFiles | None = None,
        fair: bool = False,
        ageing: float = AGEING_SECONDS,
        remote: Mapping[str, Any] | None = None,
        database_url: SecretStr | None = None,
    ) -> None:
        """``files``: where takes go, if not into the takes folder under their names; ``fair``:
        owners of jobs take turns, and who waits gains a level of priority for each ``ageing``
        seconds; ``remote``: options for ``servers``; ``database_url``: of
        PostgreSQL, in place of a file in the data folder."""
        self._settings = settings
        self._files = files or TakeFiles(settings.takes_folder)
        self._fair = fair
        self._ageing = ageing
        self.feed = feed
        self._host_command = host_command
        self._remote = dict(remote or {})
        self._database_url = database_url
        self._models = ModelFolder(settings.models)

    async def __aenter__(self) -> LocalEngine:
        settings = self._settings
        async with AsyncExitStack() as opening:
            lock = lock_folder(settings.data_folder)
            opening.callback(lock.release)
            opened = open_store(
                settings.database, self._database_url, sole=True, reserve=settings.disk_reserve
            )
            opening.callback(opened.database.close)
            self.database = opened.database
            self.lane = LocalLane(settings, self._host_command)
            self.dispatcher = Dispatcher(
                Store(opened.database),
                Claims(opened.database, fair=self._fair, ageing=self._ageing),
                [self.lane],
                self._files,
                settings,
                self.feed,
                can_run_here=self._can_run,
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
            self.feed.notice(Failure.of(damage))
        return self

    @property
    def model(self) -> str | None:
        """The heavy model that is loaded."""
        return self.lane.model

    async def all_told(self) -> None:
        """At once: what changes is told in the same moment."""

    def _can_run(self, model_id: str) -> bool:
        """Whether the host could make takes of this model now."""
        if model_id in self._settings.generators:
            return True
        try:
            model = find(model_id)
        except ModelUnavailable:
            return False
        return not model.needs and self._models.presence(model).state is State.INSTALLED

    @cached_property
    def servers(self) -> Servers:
        """The servers that it uses beside this computer. Made when asked for: most have none."""
        from engine.servers import Servers

        cache = self._settings.cache_folder
        submissions = Submissions(self.database)
        return Servers(self.dispatcher.scheduler, submissions, self._files, cache, **self._remote)

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()
