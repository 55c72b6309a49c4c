"""The command line's ``models``: what there is, what is here, fetching it and taking it away.

Progress and questions go to stderr, the answer or JSON to stdout. Each command ends with 0, 1 when
it could not be done, 2 for an id that is none, 130 after Ctrl+C.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli_answers import (
    BAD_INPUT,
    DONE,
    FAILED,
    INTERRUPTED,
    Json,
    end_when_asked,
    print_json,
)
from app.paths import Paths
from engine.errors import MusicError

if TYPE_CHECKING:  # each command imports what it needs when it runs
    from engine.models.catalogue import Model
    from engine.models.folder import ModelFolder

__all__ = ["models"]

Answer = Mapping[str, Any]
Id = Annotated[str, typer.Argument(metavar="MODEL", help="For example facebook/musicgen-small.")]

models = typer.Typer(help="List, download and remove models.", no_args_is_help=True)


@models.command("list")
def list_models(json: Json = False) -> None:
    """Show every model: its size, its licence, what it can do, and whether it is here."""
    from app.model_words import facts, table

    folder = _folder()
    rows = [(model, folder.presence(model)) for model in folder.all_models()]
    if json:
        print_json({"models": [facts(*row) for row in rows]})
    else:
        from rich.console import Console

        Console().print(table(rows))


@models.command()
def download(
    model: Id,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="You have read the licence: do not ask.")
    ] = False,
    json: Json = False,
) -> None:
    """Fetch a model, or go on with it, or mend it. What has arrived is never fetched twice."""
    from app.model_fetch import fetch

    def work(model: Model, folder: ModelFolder) -> Answer:
        path = fetch(model, folder, yes=yes)
        return {"model": model.id, "path": str(path), "bytes": folder.presence(model).present}

    end_when_asked()  # what has arrived is kept
    _run(model, work, "path", json)


@models.command()
def remove(model: Id, json: Json = False) -> None:
    """Delete a model from this computer, with what only this model needs."""
    from rich.filesize import decimal

    def work(model: Model, folder: ModelFolder) -> Answer:
        freed = folder.remove(model)
        return {"model": model.id, "freed": freed, "text": f"{decimal(freed)} freed."}

    _run(model, work, "text", json)


@models.command()
def path(
    model: Annotated[
        str, typer.Argument(metavar="[MODEL]", help="Without one: the folder of all models.")
    ] = "",
    json: Json = False,
) -> None:
    """Print the folder where a model is."""

    def work(model: Model, folder: ModelFolder) -> Answer:
        return {"model": model.id, "path": str(folder.path(model))}

    if model:
        _run(model, work, "path", json)
    root = str(_folder().root)
    if json:
        print_json({"path": root})
    else:
        typer.echo(root)


def _run(
    model_id: str, work: Callable[[Model, ModelFolder], Answer], shown: str, as_json: bool
) -> None:
    """Do ``work``, print its answer (a person sees the field ``shown``), and end the program."""
    from engine.models.catalogue import find

    status = BAD_INPUT
    try:
        model = find(model_id)
        status = FAILED
        answer = work(model, _folder())
        status = DONE
    except MusicError as error:
        answer = {"error": {"code": error.code, "message": error.message, "hint": error.hint}}
        if not as_json:
            _complain(error)
    except (KeyboardInterrupt, typer.Abort):
        status = INTERRUPTED
        answer = {"error": {"code": "interrupted", "message": "What has arrived is kept."}}
    if as_json:
        print_json(answer)
    elif status == DONE:
        typer.echo(answer[shown])
    raise typer.Exit(status)


def _folder() -> ModelFolder:
    from engine.models.folder import ModelFolder

    return ModelFolder(Paths.find().models)


def _complain(error: MusicError) -> None:
    typer.secho(error.message, fg="red", err=True)
    for more in filter(None, (error.hint, error.detail)):
        typer.echo(f"  {more}", err=True)
