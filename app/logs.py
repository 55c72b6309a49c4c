"""Reading the program's log: the JSON lines that ``app.journal`` writes, over all its files."""

from __future__ import annotations

import json
import logging
import math
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

import typer
from rich.console import Console
from rich.text import Text

from app.cli_answers import BAD_INPUT, DONE, FAILED, as_text
from app.journal import FILE_NAME
from app.paths import Paths
from engine.audio.atomic import replacing
from engine.errors import StorageError

__all__ = ["Entry", "read_entries", "show_logs"]

_COLOURS = {"WARNING": "yellow", "ERROR": "red", "CRITICAL": "red", "DEBUG": "dim"}


@dataclass(frozen=True, slots=True)
class Entry:
    time: datetime
    severity: str
    logger: str
    message: str
    error: str = ""
    """The trace, where there is one."""
    request_id: str = ""
    """Of the request to the server that it belongs to, if to any."""
    trace_id: str = ""
    """Of the trace (W3C) of that request."""

    @property
    def data(self) -> dict[str, str]:
        """As it stands in the file."""
        data = {
            "time": self.time.isoformat(timespec="milliseconds"),
            "severity": self.severity,
            "logger": self.logger,
            "message": self.message,
        }
        more = {
            "request_id": self.request_id,
            "trace_id": self.trace_id,
            "error": self.error,
        }
        return data | {name: text for name, text in more.items() if text}


def show_logs(
    hours: float, severity: str, search: str, save_json: Path | None, *, as_json: bool = False
) -> int:
    """The ``logs`` command; returns 0, 1 when the file could not be saved, 2 for bad input."""
    least = logging.getLevelNamesMapping().get(severity.upper())
    if least is None:
        typer.echo(f"severity: there is no {severity}; DEBUG, INFO, WARNING or ERROR.", err=True)
        return BAD_INPUT
    if math.isnan(hours):
        typer.echo("hours: must be a number.", err=True)
        return BAD_INPUT
    since = datetime.now(UTC) - timedelta(hours=min(hours, 24 * 36_500))
    entries = list(read_entries(Paths.find().logs, since, least, search))
    if save_json is not None:
        try:
            with replacing(save_json.absolute()) as part:
                part.write_text(_as_json(entries), encoding="utf-8", errors="backslashreplace")
        except StorageError as error:
            typer.echo(f"{error.message} {error.hint}", err=True)
            return FAILED
        # With --json there is nothing but JSON on standard output.
        typer.echo(f"{len(entries)} lines saved in {save_json}.", err=as_json)
    if as_json:
        typer.echo(_as_json(entries))
    elif save_json is None:
        _print(entries)
    return DONE


def _as_json(entries: list[Entry]) -> str:
    return as_text([entry.data for entry in entries])


def _print(entries: list[Entry]) -> None:
    console = Console()
    for entry in entries:
        console.print(_line(entry), soft_wrap=True, highlight=False)
    if not entries:
        console.print("Nothing was logged that fits.", style="dim")


def read_entries(
    folder: Path, since: datetime, least: int = logging.NOTSET, search: str = ""
) -> Iterator[Entry]:
    """Entries from the oldest to the newest; ``search`` looks at all text, whatever its case.

    Lines that are no entries (cut off by a crash) are passed over. The log may be written to and
    rotated meanwhile: what was there is read once, and all of it.
    """
    levels, wanted = logging.getLevelNamesMapping(), search.casefold()
    with ExitStack() as opened:
        for file in reversed(_open_all(folder, opened)):
            for line in file:
                entry = _entry(line)
                if entry is None or entry.time < since or levels.get(entry.severity, 0) < least:
                    continue
                if wanted in " ".join(entry.data.values()).casefold():
                    yield entry


def _open_all(folder: Path, opened: ExitStack) -> list[TextIO]:
    """The log's files, the newest first. In this order none is missed when they get their next
    numbers meanwhile, and one that is met again under its new number is left out."""
    files: list[TextIO] = []
    seen: set[tuple[int, int]] = set()
    for path in _files(folder):
        try:
            file = opened.enter_context(path.open(encoding="utf-8", errors="replace"))
        except FileNotFoundError:  # there is none, or it was the oldest
            continue
        about = os.fstat(file.fileno())
        if (about.st_dev, about.st_ino) not in seen:
            seen.add((about.st_dev, about.st_ino))
            files.append(file)
    return files


def _files(folder: Path) -> Iterable[Path]:
    """The log's files, the newest first; the last name is free, until the log is rotated."""
    numbered = {
        int(path.suffix[1:]): path
        for path in folder.glob(f"{FILE_NAME}.*")
        if path.suffix[1:].isdecimal()
    }
    oldest = folder / f"{FILE_NAME}.{max(numbered, default=0) + 1}"
    return [folder / FILE_NAME, *(numbered[n] for n in sorted(numbered)), oldest]


def _entry(line: str) -> Entry | None:
    try:
        data: Any = json.loads(line)
        time = datetime.fromisoformat(data["time"])
        if time.tzinfo is None:
            return None
        texts = {name: str(data.get(name, "")) for name in ("severity", "logger", "message")}
        more = {name: str(data.get(name, "")) for name in ("error", "request_id", "trace_id")}
        return Entry(time, **texts, **more)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _line(entry: Entry) -> Text:
    local = entry.time.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    colour = _COLOURS.get(entry.severity, "")
    text = Text.assemble((f"{local} ", "dim"), (f"{entry.severity:<8}", colour))
    text.append(f" {entry.logger}: ", "dim").append(entry.message)
    if entry.error:
        text.append(f"\n{entry.error.rstrip()}", "dim")
    return text
