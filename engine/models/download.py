"""Downloads of models: one object for each, run on any thread, cancelled from any other."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from contextlib import nullcontext
from pathlib import Path

from engine.audio.atomic import in_plain_words
from engine.dispatch.retry import RetryPolicy
from engine.errors import LicenceNotSeen, ModelUnavailable
from engine.models.catalogue import Model
from engine.models.folder import ModelFolder
from engine.models.progress import Meter, Progress

__all__ = ["Download"]


class Download:
    """Brings one model into the folder, or up to the hub's newest revision, or mends it.

    What is here already is kept and checked, so one that was cancelled, cut off or killed goes on
    where it was.

    >>> download = Download(find("facebook/musicgen-small"), folder, licence_seen=True)
    >>> path = download.run(on_progress)       # blocks, on a thread of the caller's
    >>> download.cancel()                      # from another thread
    """

    def __init__(
        self,
        model: Model,
        folder: ModelFolder,
        *,
        licence_seen: bool = False,
        endpoint: str | None = None,
        policy: RetryPolicy | None = None,
        free_space: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free,
    ) -> None:
        """``licence_seen`` says that the musician has been shown the licence; ``free_space``
        tells the free bytes of the disk that holds a folder."""
        self._model = model
        self._folder = folder
        self._licence_seen = licence_seen
        self._endpoint = endpoint
        self._policy = policy or RetryPolicy()
        self._free_space = free_space
        self._cancelling = threading.Event()
        self._stop: Callable[[], object] | None = None
        self._lock = threading.Lock()

    def run(self, on_progress: Callable[[Progress], None] = lambda _: None) -> Path:
        """Download, and return the folder with the checkpoints.

        ``on_progress`` is called on this thread, ten times a second at most, and at the end.
        Raises ModelUnavailable, LicenceNotSeen, HubUnreachable, HubBusy, HubRefused,
        DownloadDamaged, Conflict when the model is being downloaded already, DiskFull and other
        StorageErrors, and CancelledError (that of ``concurrent.futures``).
        """
        model = self._model
        model.see_that_it_plays()
        if not model.sources:
            raise ModelUnavailable(f"There is nothing to download for “{model.name}”.", hint="")
        if not self._licence_seen:
            licence = model.licence
            raise LicenceNotSeen(
                f"The licence of “{model.name}” is {licence.name}.", hint=licence.forbids
            )
        try:
            return asyncio.run(self._run(Meter(on_progress)))
        except asyncio.CancelledError:
            raise CancelledError from None
        except OSError as error:
            raise in_plain_words(error, self._folder.root) from error

    def cancel(self) -> None:
        """Stop it, from any thread; ``run`` ends within a second. What has arrived is kept."""
        with self._lock:
            self._cancelling.set()
            if self._stop is not None:
                self._stop()

    async def _run(self, meter: Meter) -> Path:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None  # noqa: S101 - this is a coroutine of asyncio.run
        with self._lock:
            if self._cancelling.is_set():
                raise asyncio.CancelledError
            self._stop = lambda: loop.call_soon_threadsafe(task.cancel)
        try:
            model, theirs = self._model, self._model.path is not None
            with nullcontext() if theirs else self._folder.alone(model.id):
                # The hub's client takes a fifth of a second to import: not on the window's thread.
                from engine.models.fetch import Fetch
                from engine.models.hub import Hub

                async with meter.telling(), Hub(self._endpoint) as hub:
                    fetch = Fetch(model, self._folder, hub, meter, self._policy, self._free_space)
                    return await fetch.everything()
        finally:
            with self._lock:
                self._stop = None
