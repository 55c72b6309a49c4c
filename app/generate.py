"""Takes made in the terminal: the window's engine, over a queue of its own.

A queue of its own, because the library's may be open in the window, paused, or full of jobs that
nobody asked for here. What is finished goes to the takes folder, where the window finds it.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.text import Text

from app.cli_answers import BAD_INPUT, DONE, FAILED, INTERRUPTED, as_text, end_when_asked
from app.delivery import Delivery, Undelivered
from app.engine_settings import engine_settings
from app.engine_thread import Opened
from app.journal import start_journal
from app.paths import Paths
from app.settings import SettingsFile
from app.take_bars import TakeBars
from engine.audio.atomic import in_plain_words
from engine.dispatch.feed import Feed
from engine.errors import (
    DiskFull,
    InvalidRequest,
    ModelUnavailable,
    MusicError,
    Problem,
    StorageError,
)
from engine.jobs import Change, Failure, Job, Order, Take, new_id
from engine.prompts import expand
from engine.request import parse_request

if TYPE_CHECKING:  # bad input is told without waiting for it
    from engine.settings import EngineSettings

__all__ = ["Outcome", "follow", "generate_takes", "orders_for"]

OpenEngine = Callable[[Feed], AbstractAsyncContextManager[Opened]]


@dataclass(slots=True)
class Outcome:
    """What came of it."""

    made: list[tuple[Job, Take]] = field(default_factory=list)
    failures: list[tuple[str, Failure]] = field(default_factory=list)
    """With the prompt that failed; empty where all of them did."""

    def to_json(self) -> str:
        takes = [
            {
                "path": str(take.path),
                "seed": job.request.seed,
                "duration": take.duration,
                "sample_rate": take.sample_rate,
                "request": job.request.model_dump(mode="json"),
            }
            for job, take in self.made
        ]
        errors = [
            {"prompt": prompt, "code": failure.code, "message": failure.message} | _hint(failure)
            for prompt, failure in self.failures
        ]
        return as_text({"takes": takes, "errors": errors})


def generate_takes(
    prompts: Sequence[str],
    settings: dict[str, Any],
    *,
    count: int = 1,
    out: Path | None = None,
    as_json: bool = False,
    yes: bool = False,
    precision: str | None = None,
) -> int:
    """The ``generate`` command: progress on stderr, the takes' paths (or JSON) on stdout.

    A model that is not here is downloaded first; ``yes`` says that its licence was read.
    Returns 0, 1 when a take failed, 2 for bad input, 130 after Ctrl+C.
    """
    paths, console, outcome = Paths.find(), Console(stderr=True), Outcome()
    start_journal(paths.logs)
    status, orders = DONE, list[Order]()
    end_when_asked()  # what is finished is kept, the rest cleared away
    try:
        settings = {**settings, "model": _whole_name(settings["model"])}
        chosen = SettingsFile(paths.config).current
        engine_settings(paths, chosen, precision=precision)  # bad ones are told before a download
        usual = paths.takes_for(chosen.takes_folder)
        delivery = Delivery(out, usual, settings.get("output_format"))
        orders = orders_for(prompts, settings | {"output_format": delivery.format}, count)
        delivery.prepare(len(orders))
        _fetch_missing(settings["model"], paths.models, yes=yes)
        with _workspace(paths.cache) as folder, TakeBars(console, len(orders)) as bars:
            how = engine_settings(paths, chosen, precision=precision, workspace=folder)
            open_engine = partial(_open_engine, how)
            asyncio.run(_make(orders, open_engine, delivery, bars, outcome))
    except MusicError as error:
        status = BAD_INPUT if isinstance(error, InvalidRequest) else FAILED
        outcome.failures.append(("", Failure.of(error)))
    except (KeyboardInterrupt, asyncio.CancelledError, typer.Abort):
        status = INTERRUPTED
    places = {order.id: place for place, order in enumerate(orders)}
    outcome.made.sort(key=lambda made: places[made[0].id])  # as asked for, not as they ended
    if as_json:
        typer.echo(outcome.to_json())
    else:
        for _, take in outcome.made:
            typer.echo(take.path)
        for prompt, failure in outcome.failures:
            console.print(_in_words(prompt, failure), highlight=False)
    return status or (FAILED if outcome.failures else DONE)


def orders_for(prompts: Sequence[str], settings: dict[str, Any], count: int) -> list[Order]:
    """``count`` orders for every prompt that the templates stand for; raises InvalidRequest."""
    requests = [
        request
        for template in prompts
        for prompt in expand(template)
        for request in parse_request({**settings, "prompt": prompt}).takes(count)
    ]
    if not all(request.prompt for request in requests):
        raise InvalidRequest((Problem("prompt", "is empty"),))
    return [Order(request, id=new_id()) for request in requests]


async def follow(orders: Sequence[Order], open_engine: OpenEngine) -> AsyncGenerator[Job, None]:
    """Queue the orders, and give every new snapshot of their jobs until all have ended.

    Raises what opening and submitting raise, and DiskFull rather than wait for room.
    """
    told: asyncio.Queue[Job | MusicError] = asyncio.Queue()

    def changed(changes: Sequence[Change]) -> None:
        for change in changes:
            told.put_nowait(change.job)

    def noticed(failure: Failure) -> None:
        if failure.code == DiskFull.code:
            told.put_nowait(DiskFull(failure.message, detail=failure.detail))

    feed = Feed()
    feed.listen(changed, lambda _: None, noticed)
    waiting = {order.id for order in orders}
    async with open_engine(feed) as engine:
        await engine.dispatcher.submit(orders)
        while waiting:
            news = await told.get()
            if isinstance(news, MusicError):
                raise news
            if news.status.final:
                waiting.discard(news.id)
            yield news


async def _make(
    orders: Sequence[Order],
    open_engine: OpenEngine,
    delivery: Delivery,
    bars: TakeBars,
    outcome: Outcome,
) -> None:
    """Fill in the outcome as takes end, so that Ctrl+C keeps those that are finished."""
    # Here being asked to end waits, as asyncio has it with Ctrl+C, until nothing is half done.
    task = asyncio.current_task()
    if task is not None and sys.platform != "win32":
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with aclosing(follow(orders, open_engine)) as jobs:
        async for job in jobs:
            bars.show(job)
            if job.take is not None:
                _hand_over(job, job.take, delivery, outcome)
            elif job.error is not None and job.status.final:
                outcome.failures.append((job.request.prompt, job.error))


def _hand_over(job: Job, take: Take, delivery: Delivery, outcome: Outcome) -> None:
    """To its place, else to the takes folder. Raises Undelivered when neither takes it."""
    try:
        there = delivery.deliver(job, take)
    except StorageError as error:
        try:
            there = delivery.rescue(take)
        except StorageError:
            raise Undelivered(error) from error
        failure = replace(Failure.of(error), hint=f"The take is in the takes folder: {there.path}")
        outcome.failures.append((job.request.prompt, failure))
    outcome.made.append((job, there))


@contextmanager
def _workspace(cache: Path) -> Iterator[Path]:
    """A folder for a queue that lives as long as this command; takes that could not be delivered
    outlive it."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
        folder = tempfile.TemporaryDirectory(prefix="terminal-", dir=cache)
    except OSError as error:
        raise in_plain_words(error, cache) from error
    with folder as name:
        try:
            yield Path(name)
        except Undelivered as error:
            kept = Path(f"{name}-takes")
            (Path(name) / "takes").rename(kept)
            error.hint = f"What was made is in {kept}. Move it from there: it is a cache."
            raise


def _whole_name(model: str) -> str:
    """A model's id; of a folder its whole path, as the host may be elsewhere."""
    if model == "sketch":
        return model
    from engine.models.catalogue import find

    try:
        return find(model).id
    except ModelUnavailable:  # the engine may know it, or says what is wrong
        return model


def _fetch_missing(model: str, folder: Path, *, yes: bool) -> None:
    if model != "sketch":  # which is built in: nothing to import, nothing to look for
        from app.model_fetch import fetch_missing
        from engine.models.folder import ModelFolder

        fetch_missing(model, ModelFolder(folder), yes=yes)


def _open_engine(settings: EngineSettings, feed: Feed) -> AbstractAsyncContextManager[Opened]:
    from engine.local import LocalEngine  # likewise

    return LocalEngine(settings, feed)


def _hint(failure: Failure) -> dict[str, str]:
    return {"hint": failure.hint} if failure.hint else {}


def _in_words(prompt: str, failure: Failure) -> Text:
    text = Text(f"“{prompt}”: " if prompt else "")
    text.append(failure.message, "red")
    for more in filter(None, (failure.hint, failure.detail)):
        text.append(f"\n  {more}", "dim")
    return text
