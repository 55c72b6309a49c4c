"""Downloads of models: one object for each, run on any thread, cancelled from any other."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import CancelledError
from contextlib import asynccontextmanager
from pathlib import Path

from filelock import Timeout

from engine.audio.atomic import in_plain_words
from engine.dispatch.retry import RetryPolicy
from engine.errors import DiskFull, HubUnreachable, LicenceNotSeen, ModelUnavailable
from engine.models.catalogue import CHECKPOINTS, CODEC, Model
from engine.models.folder import ModelFolder
from engine.models.hub import Hub
from engine.models.manifest import HubFile, Manifest
from engine.models.progress import Meter, Progress
from engine.models.transfer import Transfer, is_whole

__all__ = ["Download"]

MARGIN = 200 * 2**20
"""Bytes that stay free on the disk, for takes and for everything else."""
ONLY_A_NAME = 2**20
"""Bytes; a smaller codec checkpoint holds no codec, only the name of one."""
LOCK_EVERY = 0.1
"""Seconds between two looks at whether another download is done with a repository."""


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
        Raises LicenceNotSeen, HubUnreachable, HubBusy, HubRefused, DownloadDamaged, Conflict when
        the model is being downloaded already, DiskFull and other StorageErrors, and CancelledError
        (that of ``concurrent.futures``).
        """
        model = self._model
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
            with self._folder.alone(self._model.id):
                async with meter.telling(), Hub(self._endpoint) as hub:
                    return await self._bring_all(hub, meter)
        finally:
            with self._lock:
                self._stop = None

    async def _bring_all(self, hub: Hub, meter: Meter) -> Path:
        try:
            manifests = await self._manifests(hub)
        except HubUnreachable:
            if await self._is_whole(meter):  # then nothing is lost without the network
                return self._folder.path(self._model)
            raise
        meter.total = sum(manifest.size for manifest in manifests)
        self._check_space(manifests)
        self._folder.begin(manifests[0])
        # What it is built on first: the model's own repository says when all is here.
        for manifest in reversed(manifests):
            async with self._held(manifest.repo):
                await self._bring(hub, manifest, meter)
        return self._folder.path(self._model)

    async def _manifests(self, hub: Hub) -> list[Manifest]:
        """Of the model's own repository, which knows the rest, and of those it is built on."""
        manifests = [await hub.manifest(source) for source in self._model.sources]
        sizes = {file.path: file.size for file in manifests[0].files}
        if sizes[CHECKPOINTS[1]] < ONLY_A_NAME:
            manifests.append(await hub.manifest(CODEC))
        built_on = tuple(manifest.repo for manifest in manifests[1:])
        return [manifests[0].model_copy(update={"built_on": built_on}), *manifests[1:]]

    async def _is_whole(self, meter: Meter) -> bool:
        """Whether everything is installed, to the last bit."""
        for repo in self._folder.repos(self._model):
            manifest = self._folder.manifest(repo)
            if manifest is None:
                return False
            snapshot = self._folder.snapshot(manifest)
            for file in manifest.files:
                if not await is_whole(snapshot / file.path, file, meter):
                    return False
        return True

    def _check_space(self, manifests: Sequence[Manifest]) -> None:
        missing = sum(
            max(0, file.size - self._folder.present(manifest, file))
            for manifest in manifests
            for file in manifest.files
        )
        root = self._folder.root
        free = self._free_space(root)
        if missing and free < missing + MARGIN:
            raise DiskFull(
                f"“{self._model.name}” needs {(missing + MARGIN) / 1e9:.1f} GB more, and the disk "
                f"that holds {root} has {free / 1e9:.1f} GB."
            )

    @asynccontextmanager
    async def _held(self, repo: str) -> AsyncIterator[None]:
        """With a repository to ourselves; what several models are built on may be waited for."""
        if repo == self._model.id:  # held from the first moment
            yield
            return
        lock = self._folder.lock(repo)
        while True:
            try:
                lock.acquire(blocking=False)
                break
            except Timeout:
                await asyncio.sleep(LOCK_EVERY)
        try:
            yield
        finally:
            lock.release()

    async def _bring(self, hub: Hub, manifest: Manifest, meter: Meter) -> None:
        """Make this revision the installed one of its repository."""
        self._folder.begin(manifest)
        for file in manifest.files:
            target, part = self._folder.places(manifest, file)
            if await self._has(target, manifest, file, meter):
                continue
            if target.exists():  # cut or damaged: what is good of it may serve
                target.replace(part)
            await Transfer(hub, manifest, file, meter, self._policy).into(part)
            part.replace(target)
        self._folder.complete(manifest)

    async def _has(self, target: Path, manifest: Manifest, file: HubFile, meter: Meter) -> bool:
        """Whether the file is there, or in the revision before, from where it is taken over."""
        if await is_whole(target, file, meter):
            return True
        before = self._folder.before(manifest, file)
        if before is None or not await is_whole(before, file, meter):
            return False
        self._folder.take_over(before, target)
        return True
