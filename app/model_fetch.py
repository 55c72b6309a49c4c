"""A model for the terminal: its licence is shown and asked about, then it comes with a bar."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from app.model_words import DownloadBar, show_licence
from engine.errors import ModelUnavailable
from engine.models.catalogue import Model, find
from engine.models.download import Download
from engine.models.folder import ModelFolder, State

__all__ = ["fetch", "fetch_missing"]


def fetch(model: Model, folder: ModelFolder, *, yes: bool) -> Path:
    """Download a model, and return the folder with its checkpoints.

    ``yes`` says that the licence was read before. Raises what ``Download.run`` raises, and
    KeyboardInterrupt and typer.Abort after Ctrl+C.
    """
    model.see_that_it_plays()
    if model.sources:
        show_licence(model)
    with DownloadBar(model) as bar:
        return Download(model, folder, licence_seen=yes or _agreed(model)).run(bar.show)


def fetch_missing(model_id: str, folder: ModelFolder, *, yes: bool) -> None:
    """The same for a model that is about to be used; nothing when it is here already.

    What is no model of the hub is left to the engine, which may know it or says what is wrong.
    """
    try:
        model = find(model_id)
    except ModelUnavailable:
        return
    if folder.presence(model).state is not State.INSTALLED:
        fetch(model, folder, yes=yes)


def _agreed(model: Model) -> bool:
    """Ask whether the licence is all right; without a terminal nobody can have read it."""
    if not model.sources:
        return True
    if not sys.stdin.isatty():
        typer.echo("Read it, then run this again with --yes.", err=True)
        return False
    return typer.confirm("Download it?", err=True)
