"""What a cluster can run: what its workers say of themselves, as they come and go."""

from __future__ import annotations

import time
from collections.abc import Callable

from engine.server.models import ServerModels, view_of
from engine.store.workers import Workers
from engine.wire import ModelView

__all__ = ["ClusterModels"]

LOOK_SECONDS = 2.0
REMEMBERED_SECONDS = 3600.0
"""For so long a model is offered that no worker runs any more: one may be about to come back, and
what is queued for it waits."""


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
        self._known: dict[str, float] = {}
        """When a worker last had it."""
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
            workers = self._workers.all()
            self._looked = now
            self._known |= {model: now for worker in workers for model in worker.models}
            self._loaded_somewhere = {worker.model for worker in workers if worker.model}
        return {each for each, last in self._known.items() if now - last < REMEMBERED_SECONDS}
