"""What the commands around the server share: its settings, and how they say what went wrong."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli_answers import FAILED
from app.paths import Paths, named_folder

if TYPE_CHECKING:  # each command imports what it needs when it runs
    from engine.server.settings import ServerSettings

__all__ = ["LogJson", "fail", "settings_of", "to_log"]

LogJson = Annotated[bool, typer.Option("--log-json", help="Log to stderr as JSON lines.")]


def settings_of(paths: Paths, **given: Any) -> ServerSettings:
    """The server keeps its own database, so that a window can be open beside it.

    What is ``given`` wins over ``DGX_MUSIC_*`` in the environment, and that over what is usual.
    Raises InvalidRequest for what can't be used.
    """
    from pydantic import ValidationError

    from engine.errors import InvalidRequest
    from engine.request import problems_of
    from engine.server.settings import ServerSettings

    data = named_folder("data") or paths.data / "server"
    try:
        return ServerSettings(
            data_folder=data,
            takes_folder=named_folder("takes") or data / "storage",
            cache_folder=named_folder("cache") or paths.cache / "server",
            models_folder=paths.models,
            **given,
        )
    except ValidationError as error:
        raise InvalidRequest(problems_of(error)) from error


def to_log(paths: Paths, *, as_json: bool) -> None:
    """Log to the journal, and here."""
    from app.journal import JsonLines, start_journal

    plain = logging.Formatter("%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s")
    start_journal(paths.logs, console=JsonLines() if as_json else plain)


def fail(message: str, status: int = FAILED) -> Any:
    typer.echo(message, err=True)
    sys.exit(status)
