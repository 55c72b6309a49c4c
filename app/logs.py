"""Reading the program's log: the JSON lines that ``app.journal`` writes, over all its files."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

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

    @property
    def data(self) -> dict[str, str]:
        """As it stands in the file."""
        data = {
            "time": self.time.isoformat(timespec="milliseconds"),
            "severity": self.severity,
            "logger": self.logger,
            "message": self.message,
        }
        more = {"request_id": self.request_id, "error": self.error}
        return data | {name: text for name, text in more.items() if text}


def show_logs(hours: float, severity: str, search: str, save_json: Path | None) -> int:
    """The ``logs`` command; returns 0, 1 when the file could not be saved, 2 for bad input."""
    console = Console()
    least = logging.getLevelNamesMapping().get(severity.upper())
    if least is None:
        typer.echo(f"severity: there is no {severity}; DEBUG, INFO, WARNING or ERROR.", err=True)
        return 2
    since = datetime.now(UTC) - timedelta(hours=min(hours, 24 * 36_500))
    entries = list(read_entries(Paths.find().logs, since, least, search))
    if save_json is not None:
        try:
            with replacing(save_json.absolute()) as part:
                text = json.dumps([entry.data for entry in entries], ensure_ascii=False, indent=2)
                part.write_text(text, encoding="utf-8")
        except StorageError as error:
            typer.echo(f"{error.message} {error.hint}", err=True)
            return 1
        console.print(f"{len(entries)} lines saved in {save_json}.", markup=False)
        return 0
    for entry in entries:
        console.print(_line(entry), soft_wrap=True, highlight=False)
    if not entries:
        console.print("Nothing was logged that fits.", style="dim")
    return 0


def read_entries(
    folder: Path, since: datetime, least: int = logging.NOTSET, search: str = ""
) -> Iterator[Entry]:
    """Entries from the oldest to the newest; ``search`` looks at all text, whatever its case.

    Lines that are no entries (cut off by a crash) are passed over.
    """
    levels, wanted = logging.getLevelNamesMapping(), search.casefold()
    for path in reversed(_files(folder)):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            entry = _entry(line)
            if entry is None or entry.time < since or levels.get(entry.severity, 0) < least:
                continue
            text = f"{entry.logger} {entry.message} {entry.request_id} {entry.error}"
            if wanted in text.casefold():
                yield entry


def _files(folder: Path) -> list[Path]:
    """The log's files, the newest first."""
    numbered = {
        int(path.suffix[1:]): path
        for path in folder.glob(f"{FILE_NAME}.*")
        if path.suffix[1:].isdecimal()
    }
    newest = folder / FILE_NAME
    return [*([newest] if newest.exists() else []), *(numbered[n] for n in sorted(numbered))]


def _entry(line: str) -> Entry | None:
    try:
        data: Any = json.loads(line)
        time = datetime.fromisoformat(data["time"])
        if time.tzinfo is None:
            return None
        texts = {name: str(data.get(name, "")) for name in ("severity", "logger", "message")}
        more = {name: str(data.get(name, "")) for name in ("error", "request_id")}
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
