"""What a cluster can run: what its workers say of themselves, as they come and go."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection

from engine.cluster.aside import Aside
from engine.server.models import Models, ServerModels, view_of
from engine.store.workers import Workers, WorkerState
from engine.wire import ModelView

__all__ = ["ClusterModels"]

LOOK_SECONDS = 2.0
REMEMBERED_SECONDS = 900.0
"""For so long a model is offered after its last worker was heard of, by all servers alike: it may
restart with its computer, and who is refused for a moment's absence does not ask again. What is
queued meanwhile waits, as does what was queued before, however long that takes. Later, who asks
hears that nobody has it, rather than wait for a machine that is gone."""


class ClusterModels:
    """Of a front, whose own folder of models may be empty."""

    def __init__(
        self,
        own: ServerModels,
        workers: Workers,
        aside: Aside,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``own``: what every worker can run, and what the settings give."""
        self._own = own
        self._workers = workers
        self._aside = aside
        self._clock = clock
        self._turn = asyncio.Lock()
        self._looked: float | None = None
        self._there = _There(own, (), ())

    async def now(self) -> Models:
        """As workers said in the last seconds. Raises StorageError."""
        async with self._turn:  # many ask at once, and one of them looks
            now = self._clock()
            if self._looked is None or now - self._looked >= LOOK_SECONDS:
                self._there = await self._aside.do(self._look)
                self._looked = now
        return self._there

    def _look(self) -> _There:
        known = self._workers.models(REMEMBERED_SECONDS)
        alive = [each for each in self._workers.all() if each.state is not WorkerState.LOST]
        return _There(self._own, known, {each.model for each in alive if each.model})


class _There:
    """Implements ``Models``, as they were at one moment."""

    def __init__(
        self, own: ServerModels, known: Collection[str], loaded_somewhere: Collection[str]
    ) -> None:
        self._own = own
        self._known = frozenset(known)
        self._loaded_somewhere = loaded_somewhere

    def all(self) -> list[ModelView]:
        own = self._own.all()
        ids = {view.id for view in own}
        return [*own, *(self._view(each) for each in sorted(self._known - ids))]

    def find(self, model_id: str) -> ModelView | None:
        found = self._own.find(model_id)
        if found is None and model_id in self._known:
            return self._view(model_id)
        return found

    def _view(self, model_id: str) -> ModelView:
        return view_of(model_id, loaded=model_id in self._loaded_somewhere)
