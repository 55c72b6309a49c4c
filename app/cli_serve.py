"""The command line's ``serve`` and ``token``: the shared server, and who may use it."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.paths import Paths
from engine.errors import MusicError

if TYPE_CHECKING:  # each command imports what it needs when it runs
    from engine.server.settings import ServerSettings
    from engine.store.tokens import Tokens

__all__ = ["serve", "tokens"]

DONE, FAILED, BAD_INPUT = 0, 1, 2

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]

tokens = typer.Typer(help="Let people use the server: make, list and revoke tokens.")


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="0: any free one.")] = 8000,
    log_json: Annotated[
        bool, typer.Option("--log-json", help="Log to stderr as JSON lines.")
    ] = False,
) -> None:
    """Share this computer's engine over HTTP. Other computers need a token: see "token create"."""
    try:
        from engine.server.serving import serve as run
    except ImportError as error:
        _fail(f"The server's packages are missing ({error.name}). Set the program up again.")
    from app.journal import JsonLines, start_journal

    paths = Paths.find()
    plain = logging.Formatter("%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s")
    start_journal(paths.logs, console=JsonLines() if log_json else plain)
    try:
        settings = _settings(paths, host=host, port=port)
        asyncio.run(run(settings, lambda it: typer.echo(f"Serving at {it.url}/api/v1/docs")))
    except MusicError as error:
        _fail(f"{error.message} {error.hint}".strip())
    except OSError as error:
        _fail(f"The address {host}:{port} can't be had: {error.strerror or error}.")


@tokens.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Whose it is; what they make belongs to the name.")],
    admin: Annotated[bool, typer.Option("--admin", help="May look behind the scenes.")] = False,
    json: Json = False,
) -> None:
    """Make a token and show it, this once."""
    if not name.strip() or len(name) > 100 or not name.isprintable():
        _fail("A name is up to 100 printable characters.", BAD_INPUT)
    with _tokens() as known:
        text = known.create(name.strip(), admin=admin)
    if json:
        _print_json({"name": name.strip(), "token": text})
    else:
        typer.echo(text)
        typer.echo("Keep it safe: it is not shown again.", err=True)


@tokens.command("list")
def list_tokens(json: Json = False) -> None:
    """Show whose tokens there are; never the tokens themselves."""
    with _tokens() as known:
        found = known.all()
    if json:
        _print_json(
            {
                "tokens": [
                    {
                        "id": token.id,
                        "name": token.name,
                        "admin": token.admin,
                        "created_at": token.created_at.isoformat(),
                        "revoked_at": token.revoked_at and token.revoked_at.isoformat(),
                    }
                    for token in found
                ]
            }
        )
        return
    for token in found:
        state = "revoked" if token.revoked_at else "admin" if token.admin else ""
        typer.echo(f"{token.id}  {token.created_at:%Y-%m-%d}  {token.name}  {state}".rstrip())
    if not found:
        typer.echo("There are no tokens yet: dgx-music token create NAME", err=True)


@tokens.command("revoke")
def revoke(
    token: Annotated[
        str, typer.Argument(metavar="ID", help="Its id, or the name of the only one.")
    ],
) -> None:
    """Make a token worthless, at once."""
    with _tokens() as known:
        gone = known.revoke(token)
    typer.echo(f"Revoked {gone.id} of {gone.name}.")


@contextmanager
def _tokens() -> Iterator[Tokens]:
    """The server's tokens, whether it runs or not."""
    from engine.store.factory import open_store
    from engine.store.tokens import Tokens

    try:
        settings = _settings(Paths.find())
        settings.data_folder.mkdir(parents=True, exist_ok=True)
        database = open_store(settings.database, settings.database_url, sole=False).database
        try:
            yield Tokens(database)
        finally:
            database.close()
    except MusicError as error:
        _fail(f"{error.message} {error.hint}".strip())


def _settings(paths: Paths, **given: Any) -> ServerSettings:
    """The server keeps its own database, so that a window can be open beside it."""
    from pydantic import ValidationError

    from engine.errors import InvalidRequest
    from engine.request import problems_of
    from engine.server.settings import ServerSettings

    try:
        return ServerSettings(
            data_folder=paths.data / "server",
            takes_folder=paths.data / "server" / "storage",
            cache_folder=paths.cache / "server",
            models_folder=paths.models,
            **given,
        )
    except ValidationError as error:
        raise InvalidRequest(problems_of(error)) from error


def _print_json(answer: dict[str, Any]) -> None:
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))


def _fail(message: str, status: int = FAILED) -> Any:
    typer.echo(message, err=True)
    sys.exit(status)
