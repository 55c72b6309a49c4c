"""The generators in memory: found, loaded, one heavy one at a time, and given back."""

from __future__ import annotations

import logging
from collections.abc import Callable

from engine.generators.base import Generator
from engine.generators.registry import GeneratorKind
from engine.host.memory import give_back
from engine.host.protocol import Event, Loaded, Run, Stepped, Unloaded
from engine.jobs import Step

__all__ = ["Models"]

log = logging.getLogger(__name__)


class Models:
    """Every generator by the name of its model."""

    def __init__(self, send: Callable[[Event], None], find: Callable[[str], GeneratorKind]) -> None:
        self._send = send
        self._find = find
        self._kinds: dict[str, GeneratorKind] = {}
        self._loaded: dict[str, Generator] = {}

    def knows(self, run: Run) -> bool:
        """Whether what makes this run's generator is imported already."""
        return run.request.model in self._kinds

    def kind(self, run: Run) -> GeneratorKind:
        """What makes this run's generator. The first of a kind imports its libraries, which
        takes seconds; the run says so meanwhile."""
        model = run.request.model
        if model not in self._kinds:
            self._tell_loading(run)
            self._kinds[model] = self._find(model)
        return self._kinds[model]

    def get(self, run: Run) -> Generator:
        """The run's generator, loaded if need be; a heavy one takes the place of another."""
        model = run.request.model
        if model not in self._loaded:
            kind = self.kind(run)
            self._tell_loading(run)
            if kind.heavy:
                self.unload_heavy()
            # Each stage is a word: a host that is silent for long counts as hung.
            self._loaded[model] = kind(lambda _: self._tell_loading(run))
            if kind.heavy:
                give_back()  # what was read, and is in another form now
            self.tell(model)
        return self._loaded[model]

    @property
    def holds_heavy(self) -> bool:
        return any(generator.heavy for generator in self._loaded.values())

    def tell(self, model: str) -> None:
        """Say what is loaded, or what has changed of it."""
        generator = self._loaded[model]
        self._send(
            Loaded(
                model=model,
                made_by=f"{generator.name} {generator.version}",
                weights=generator.weights,
                device=generator.device,
                slots=generator.slots,
                heavy=generator.heavy,
            )
        )

    def unload_heavy(self) -> None:
        """Make room: the memory of one heavy generator is not there for two."""
        for model in [name for name, generator in self._loaded.items() if generator.heavy]:
            self.unload(model)

    def unload(self, model: str) -> None:
        log.info("unloading %s", model)
        self._loaded.pop(model).close()
        give_back()
        self._send(Unloaded(model=model))

    def _tell_loading(self, run: Run) -> None:
        self._send(Stepped(run=run.run, step=Step.LOADING_MODEL, progress=0.0))
