"""What a cluster can run: what its workers say of themselves, as they come and go."""

from __future__ import annotations

import time
from collections.abc import Callable

from engine.server.models import ServerModels, view_of
from engine.store.workers import Workers, WorkerState
from engine.wire import ModelView

__all__ = ["ClusterModels"]

LOOK_SECONDS = 2.0
REMEMBERED_SECONDS = 900.0
"""For so long a model is offered after its last worker was heard of, by all servers alike: it may
restart with its computer, and who is refused for a moment's absence does not ask again. What is
queued meanwhile waits, as does what was queued before, however long that takes. Later, who asks
hears that nobody has it, rather than wait for a machine that is gone."""


class ClusterModels(ServerModels):
    """Of a front, whose own folder of models may be empty."""

    def __init__(
        self,
        own: ServerModels,
        workers: Workers,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``own``: what every worker can run, and what the settings give."""
        self._own = own
        self._workers = workers
        self._clock = clock
        self._looked: float | None = None
        self._known: set[str] = set()
        self._loaded_somewhere: set[str] = set()

    def all(self) -> list[ModelView]:
        own = self._own.all()
        ids = {view.id for view in own}
        return [*own, *(self._view(each) for each in sorted(self._there() - ids))]

    def find(self, model_id: str) -> ModelView | None:
        found = self._own.find(model_id)
        if found is None and model_id in self._there():
            return self._view(model_id)
        return found

    def _view(self, model_id: str) -> ModelView:
        return view_of(model_id, loaded=model_id in self._loaded_somewhere)

    def _there(self) -> set[str]:
        """Raises StorageError."""
        now = self._clock()
        if self._looked is None or now - self._looked >= LOOK_SECONDS:
            self._known = self._workers.models(REMEMBERED_SECONDS)
            alive = (each for each in self._workers.all() if each.state is not WorkerState.LOST)
            self._loaded_somewhere = {each.model for each in alive if each.model}
            self._looked = now
        return self._known
