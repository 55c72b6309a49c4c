"""What this server can run: built-in generators, installed models, and those it was given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from engine.errors import ModelUnavailable
from engine.limits import MAX_DURATION
from engine.models.catalogue import catalogue, find
from engine.models.folder import ModelFolder, State
from engine.wire import ModelView

__all__ = ["Models", "ServerModels", "view_of"]


class Models(Protocol):
    """Callers may name these, and nothing else: elsewhere a model can be a folder's path."""

    def all(self) -> list[ModelView]: ...

    def find(self, model_id: str) -> ModelView | None:
        """None for what can't be run here."""
        ...


class ServerModels:
    """Implements ``Models`` for a server that runs them itself."""

    def __init__(
        self, folder: ModelFolder, given: Mapping[str, str], loaded: Callable[[], str | None]
    ) -> None:
        """``given``: generators from the settings; ``loaded`` tells the loaded model's id."""
        self._folder = folder
        self._given = given
        self._loaded = loaded

    async def now(self) -> Models:
        """As they are: nobody else has to be asked."""
        return self

    def all(self) -> list[ModelView]:
        ids = [model.id for model in catalogue() if not model.sources]
        ids += [each for each in self._folder.installed() if each not in ids]
        ids += [each for each in self._given if each not in ids]
        return [view for view in map(self.find, ids) if view is not None]

    def find(self, model_id: str) -> ModelView | None:
        if model_id in self._given:
            return view_of(model_id, loaded=True)
        built_in = next((m for m in catalogue() if m.id == model_id and not m.sources), None)
        if built_in is None and model_id not in self._folder.installed():
            return None
        model = built_in or find(model_id)
        if model.needs or self._folder.presence(model).state is not State.INSTALLED:
            return None
        return view_of(model.id, loaded=not model.sources or self._loaded() == model.id)


def view_of(model_id: str, *, loaded: bool) -> ModelView:
    """What is known of a model; of one that came in by the settings that is little."""
    try:
        model = find(model_id)
    except ModelUnavailable:
        return ModelView(
            id=model_id,
            name=model_id,
            licence="not known",
            max_seconds=MAX_DURATION,
            abilities=["text"],
            loaded=loaded,
        )
    return ModelView(
        id=model.id,
        name=model.name,
        licence=str(model.licence),
        max_seconds=model.longest_seconds,
        abilities=sorted(model.abilities),
        loaded=loaded,
    )
