"""The command line's ``worker`` and ``workers``: run jobs of a shared queue, and see who does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli_answers import Json, print_json
from app.cli_server import LogJson, fail, settings_of, to_log
from app.paths import Paths
from engine.errors import MusicError

if TYPE_CHECKING:
    from engine.cluster.control import Control
    from engine.store.workers import Worker

__all__ = ["worker", "workers"]

workers = typer.Typer(help="See who runs jobs of the shared queue; let a worker end.")

WorkerId = Annotated[
    str, typer.Argument(metavar="ID", help="Its id, or the name of the only one on a computer.")
]


def worker(
    slots: Annotated[
        int, typer.Option(min=1, max=64, envvar="DGX_MUSIC_SLOTS", help="Jobs at a time, at most.")
    ] = 4,
    models: Annotated[
        str,
        typer.Option(
            envvar="DGX_MUSIC_WORKER_MODELS",
            help="Run jobs of these only, with commas between.",
            show_default="all that are installed here",
        ),
    ] = "",
    log_json: LogJson = False,
) -> None:
    """Run jobs of the queue that servers share: with the same DGX_MUSIC_DATABASE_URL and
    DGX_MUSIC_STORAGE as theirs."""
    try:
        from engine.cluster.working import work
    except ImportError as error:
        fail(
            f"The server's packages are missing ({error.name}). "
            "This brings them: python3 packaging/dev.py run worker"
        )
    paths = Paths.find()
    to_log(paths, as_json=log_json)
    named = [each.strip() for each in models.split(",") if each.strip()]
    try:
        asyncio.run(
            work(
                settings_of(paths),
                slots=slots,
                models=named,
                on_joined=lambda it: typer.echo(f"joined as {it.about.id} on {it.about.name}"),
            )
        )
    except MusicError as error:
        fail(f"{error.message} {error.hint}".strip())


@workers.command("list")
def list_workers(json: Json = False) -> None:
    """Show who runs jobs, and who was lost not long ago."""
    with _control() as control:
        found = control.workers()
    if json:
        print_json({"workers": [asdict(each) for each in found]})
        return
    for each in found:
        what = " ".join(filter(None, (each.model, each.device))) or "nothing loaded"
        typer.echo(
            f"{each.id}  {each.name}  {each.state:8}  {_jobs(each.running)} of {each.slots}  "
            f"{what}{_only(each, found)}  heard of {each.silent_seconds:.0f} s ago"
        )
    if not found:
        typer.echo("There are no workers: dgx-music worker", err=True)


@workers.command("drain")
def drain(worker_id: WorkerId) -> None:
    """Let a worker begin nothing more, finish what it runs, and end."""
    with _control() as control:
        told = control.drain(worker_id)
    rest = f"when it has ended {_jobs(told.running)}" if told.running else "now"
    typer.echo(f"{told.id} on {told.name} leaves {rest}.")


@workers.command("requeue")
def requeue(worker_id: WorkerId) -> None:
    """Take all jobs away from a worker that is stuck, for others to go on with; it gets no more."""
    with _control() as control:
        back = control.requeue(worker_id)
    typer.echo(f"Taken away: {_jobs(len(back))}.")


@workers.command("pause")
def pause() -> None:
    """Hold all that runs and waits where it is."""
    with _control() as control:
        control.pause(True)
    typer.echo("The queue rests: dgx-music workers resume")


@workers.command("resume")
def resume() -> None:
    """Let the queue go on."""
    with _control() as control:
        control.pause(False)
    typer.echo("The queue goes on.")


@contextmanager
def _control() -> Iterator[Control]:
    from engine.cluster.control import Control
    from engine.cluster.queue import SharedQueue

    try:
        settings = settings_of(Paths.find())
        if not settings.in_cluster:
            fail("There are no workers here: set DGX_MUSIC_DATABASE_URL and DGX_MUSIC_STORAGE.")
        queue = SharedQueue.open(settings)
        try:
            yield Control(queue)
        finally:
            queue.close()
    except MusicError as error:
        fail(f"{error.message} {error.hint}".strip())


def _only(one: Worker, among: list[Worker]) -> str:
    """Its models, if others run more: it was told so, or they are not installed there."""
    more = any(set(other.models).difference(one.models) for other in among)
    return f" only {', '.join(one.models) or 'no models'}" if more else ""


def _jobs(count: int) -> str:
    return f"{count} job{'' if count == 1 else 's'}"
