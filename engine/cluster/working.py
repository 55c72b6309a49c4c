"""Runs a worker until it is told to end: signals, and an orderly end."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Callable, Collection

from engine.cluster.worker import MusicWorker, joined
from engine.server.settings import ServerSettings
from engine.talkers import hush

__all__ = ["work"]

log = logging.getLogger(__name__)


async def work(
    settings: ServerSettings,
    *,
    slots: int,
    models: Collection[str],
    on_joined: Callable[[MusicWorker], None],
) -> None:
    """Until SIGTERM, SIGINT, or somebody drains it. Raises what joining raises, and what broke."""
    hush()
    told = asyncio.Event()
    _on_signals(told.set)
    async with joined(settings, slots=slots, models=models) as worker:
        log.info("joined as %s on %s", worker.about.id, worker.about.name)
        on_joined(worker)
        ends = [asyncio.create_task(each.wait()) for each in (told, worker.drained)]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()
        log.info("ending: what runs is handed over")
    if worker.broken is not None:
        raise worker.broken
    log.info("left")


def _on_signals(told: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        if sys.platform == "win32":
            signal.signal(sign, lambda *_: loop.call_soon_threadsafe(told))
        else:
            loop.add_signal_handler(sign, told)
