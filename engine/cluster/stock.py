"""A worker's stock: the models that are on its computer, looked at again and again.

Models are installed and taken away while a worker works. It takes jobs of those alone that it has,
so that others, who have the model, make the rest.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection

from engine.models.folder import ModelFolder
from engine.server.models import ServerModels
from engine.server.settings import ServerSettings

__all__ = ["Stock"]

log = logging.getLogger(__name__)


class Stock:
    """Of the models folder of these settings, and what the settings give."""

    def __init__(
        self,
        settings: ServerSettings,
        only: Collection[str],
        on_change: Callable[[tuple[str, ...]], None],
        *,
        seconds: float,
    ) -> None:
        """``only``: no others count, if any are named; ``on_change`` hears of what there is now;
        ``seconds``: between two looks."""
        self._here = ServerModels(ModelFolder(settings.models), settings.generators, lambda: None)
        self._only = frozenset(only)
        self._on_change = on_change
        self._seconds = seconds
        self.models = self._found()
        if missing := self._only.difference(self.models):
            log.warning("not here, and so not run yet: %s", ", ".join(sorted(missing)))

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(self._seconds)
            await self.look()

    async def look(self) -> None:
        found = await asyncio.to_thread(self._found)
        if found != self.models:
            log.info("the models here are now: %s", ", ".join(found) or "none")
            self.models = found
            self._on_change(found)

    async def has(self, model: str) -> bool:
        """Whether it is here now."""
        await self.look()
        return model in self.models

    def _found(self) -> tuple[str, ...]:
        ids = (view.id for view in self._here.all())
        return tuple(each for each in ids if not self._only or each in self._only)
