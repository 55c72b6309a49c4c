"""Models as the terminal shows them: a table, facts as JSON, a licence, a download's bar."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from engine.models.catalogue import Ability, Model
from engine.models.folder import Presence, State
from engine.models.progress import Phase, Progress

__all__ = ["DownloadBar", "facts", "show_licence", "table"]

_STATES = {
    State.ABSENT: ("–", "dim"),
    State.PARTIAL: ("partial", "yellow"),
    State.DAMAGED: ("damaged", "red"),
    State.INSTALLED: ("installed", "green"),
}
_PHASES = {
    Phase.ASKING: "asking the hub",
    Phase.CHECKING: "checking what is here",
    Phase.WAITING: "connection broken, trying again",
}


def table(rows: Iterable[tuple[Model, Presence]]) -> Table:
    """All models, and under each what it can do; fits into 80 columns."""
    table = Table(box=None, pad_edge=False, header_style="dim", caption_style="dim")
    table.caption = "What is not here is about this size to download."
    table.caption_justify = "left"
    for heading in ("Model", "Params", "Size", "Licence", "Here"):
        right = heading in ("Params", "Size")
        table.add_column(heading, justify="right" if right else "left", no_wrap=heading != "Model")
    for model, presence in rows:
        name = Text(model.id)
        name.append(f"\n  {', '.join(_abilities(model))}", "dim")
        if model.needs:
            name.append(f"\n  needs {model.needs}", "yellow")
        word, colour = _STATES[presence.state]
        table.add_row(
            name,
            _count(model.parameters),
            _size(model, presence),
            Text(model.licence.name),
            Text(word if model.sources else "built in", colour),
        )
    return table


def facts(model: Model, presence: Presence) -> dict[str, Any]:
    """The same for programs, and everything else that is known."""
    licence = model.licence
    return {
        "id": model.id,
        "name": model.name,
        "parameters": model.parameters,
        "download_bytes": presence.total or model.download_bytes,
        "memory_bytes": model.memory_bytes,
        "licence": {
            "name": licence.name,
            "forbids": licence.forbids,
            "commercial": licence.commercial,
            "url": licence.url,
        },
        "languages": list(model.languages),
        "window_seconds": model.window_seconds,
        "longest_seconds": model.longest_seconds,
        "abilities": _abilities(model),
        "needs": model.needs,
        "state": presence.state,
        "present_bytes": presence.present,
    }


def show_licence(model: Model) -> None:
    """What is about to be downloaded and what its licence says, on stderr."""
    console = Console(stderr=True, highlight=False)
    if model.path is not None:
        parts = " and ".join(source.repo for source in model.sources)
        console.print(Text(f"{model.name} is built on {parts}, which this computer must have too."))
    size = f", about {decimal(model.download_bytes)}" if model.download_bytes else ""
    console.print(Text(f"{model.name}{size}. Licence: {model.licence.name}", "bold"))
    for line in filter(None, (model.licence.forbids, model.licence.url)):
        console.print(Text(line))


class DownloadBar:
    """A bar on stderr, from the first progress on; ``with`` removes it. Nothing without a
    terminal."""

    def __init__(self, model: Model) -> None:
        console = Console(stderr=True)
        self._bars = Bars(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[state]}", markup=False, style="dim"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bars.add_task(model.name, total=None, state="", start=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def show(self, progress: Progress) -> None:
        self._bars.start()
        self._bars.update(
            self._task,
            completed=progress.done,
            total=progress.total or None,
            state=_state(progress),
        )


def _state(progress: Progress) -> str:
    if progress.phase is not Phase.DOWNLOADING:
        return _PHASES[progress.phase]
    parts = [f"{decimal(progress.done)} of {decimal(progress.total)}"]
    if progress.speed and progress.seconds_left is not None:
        minutes, seconds = divmod(round(progress.seconds_left), 60)
        parts += [f"{decimal(round(progress.speed))}/s", f"{minutes}:{seconds:02} left"]
    return ", ".join(parts)


def _abilities(model: Model) -> list[str]:
    """In the order in which they are defined."""
    return [ability.value for ability in Ability if ability in model.abilities]


def _count(parameters: int | None) -> str:
    """In millions (M) or thousands of them (B), as the field writes it."""
    if parameters is None:
        return ""
    return f"{parameters / 1e9:g} B" if parameters >= 1e9 else f"{parameters / 1e6:g} M"


def _size(model: Model, presence: Presence) -> str:
    here = presence.state is State.INSTALLED and model.sources
    size = presence.present if here else presence.total or model.download_bytes
    return decimal(size) if size else ""
