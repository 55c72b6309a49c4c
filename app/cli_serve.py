"""The command line's ``serve`` and ``token``: the shared server, and who may use it."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli_answers import BAD_INPUT, Json, print_json
from app.cli_server import LogJson, fail, settings_of, to_log
from app.paths import Paths
from engine.errors import MusicError

if TYPE_CHECKING:
    from engine.server.serving import Running
    from engine.store.tokens import Tokens

__all__ = ["serve", "tokens"]

tokens = typer.Typer(help="Let people use the server: make, list and revoke tokens.")


def serve(
    host: Annotated[
        str, typer.Option(envvar="DGX_MUSIC_HOST", help="Address to listen on.")
    ] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(min=0, max=65_535, envvar="DGX_MUSIC_PORT", help="0: any free one."),
    ] = 8000,
    log_json: LogJson = False,
) -> None:
    """Share this computer's engine over HTTP. Other computers need a token: see "token create"."""
    try:
        from engine.server.serving import serve as run
    except ImportError as error:
        fail(
            f"The server's packages are missing ({error.name}). "
            "This brings them: python3 packaging/dev.py run serve"
        )
    paths = Paths.find()
    to_log(paths, as_json=log_json)
    try:
        settings = settings_of(paths, host=host, port=port)
        asyncio.run(run(settings, _ready))
    except MusicError as error:
        fail(f"{error.message} {error.hint}".strip())
    except OSError as error:
        fail(f"The address {host}:{port} can't be had: {error.strerror or error}.")


def _ready(it: Running) -> None:
    typer.echo(f"Serving at {it.url}/api/v1/docs")
    # What is there now stays: to look through all of it for garbage held every answer up for a
    # tenth of a second, again and again.
    gc.freeze()


@tokens.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Whose it is; what they make belongs to the name.")],
    admin: Annotated[bool, typer.Option("--admin", help="May look behind the scenes.")] = False,
    json: Json = False,
) -> None:
    """Make a token and show it, this once."""
    if not name.strip() or len(name) > 100 or not name.isprintable():
        fail("A name is up to 100 printable characters.", BAD_INPUT)
    with _tokens() as known:
        text = known.create(name.strip(), admin=admin)
    if json:
        print_json({"name": name.strip(), "token": text})
    else:
        typer.echo(text)
        typer.echo("Keep it safe: it is not shown again.", err=True)


@tokens.command("list")
def list_tokens(json: Json = False) -> None:
    """Show whose tokens there are; never the tokens themselves."""
    with _tokens() as known:
        found = known.all()
    if json:
        print_json(
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
    from engine.audio.atomic import in_plain_words
    from engine.store.factory import open_store
    from engine.store.tokens import Tokens

    try:
        settings = settings_of(Paths.find())
        if settings.database_url is None:
            try:
                settings.data_folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise in_plain_words(error, settings.data_folder) from error
        database = open_store(settings.database, settings.database_url, sole=False).database
        try:
            yield Tokens(database)
        finally:
            database.close()
    except MusicError as error:
        fail(f"{error.message} {error.hint}".strip())
