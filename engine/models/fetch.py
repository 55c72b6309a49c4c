"""What a download does: everything that a model needs, from the hub into the folder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from filelock import Timeout

from engine.dispatch.retry import RetryPolicy
from engine.errors import DiskFull, HubUnreachable
from engine.models.catalogue import CHECKPOINTS, CODEC, ONLY_A_NAME, Model
from engine.models.folder import ModelFolder
from engine.models.guests import Guests
from engine.models.hub import Hub
from engine.models.manifest import HubFile, Manifest
from engine.models.progress import Meter
from engine.models.transfer import Transfer, is_whole

__all__ = ["MARGIN", "Fetch"]

MARGIN = 200 * 2**20
"""Bytes that stay free on the disk, for takes and for everything else."""
LOCK_EVERY = 0.1
"""Seconds between two looks at whether another download is done with a repository."""


class Fetch:
    """The repositories of one model, one after the other. The caller holds the model's lock."""

    def __init__(
        self,
        model: Model,
        folder: ModelFolder,
        hub: Hub,
        meter: Meter,
        policy: RetryPolicy,
        free_space: Callable[[Path], int],
    ) -> None:
        self._model = model
        self._folder = folder
        self._hub = hub
        self._meter = meter
        self._policy = policy
        self._free_space = free_space

    async def everything(self) -> Path:
        """Returns the folder with the checkpoints. Raises DownloadError, DiskFull, OSError."""
        try:
            manifests = await self._manifests()
        except HubUnreachable:
            if await self._is_whole():  # then nothing is lost without the network
                return self._folder.path(self._model)
            raise
        self._meter.total = sum(manifest.size for manifest in manifests)
        self._check_space(manifests)
        if self._model.path is None:
            self._folder.begin(manifests[0])
        Guests(self._folder.root).note(self._model)
        # What it is built on first: the model's own repository says when all is here.
        for manifest in reversed(manifests):
            async with self._held(manifest.repo):
                await self._bring(manifest)
        return self._folder.path(self._model)

    async def _manifests(self) -> list[Manifest]:
        """Of the model's own repository, which knows the rest, and of those it is built on."""
        manifests = [await self._hub.manifest(source) for source in self._model.sources]
        if self._model.path is not None:
            return manifests
        sizes = {file.path: file.size for file in manifests[0].files}
        if sizes[CHECKPOINTS[1]] < ONLY_A_NAME:
            manifests.append(await self._hub.manifest(CODEC))
        built_on = tuple(manifest.repo for manifest in manifests[1:])
        return [manifests[0].model_copy(update={"built_on": built_on}), *manifests[1:]]

    async def _is_whole(self) -> bool:
        """Whether everything is installed, to the last bit."""
        for repo in self._folder.repos(self._model):
            manifest = self._folder.manifest(repo)
            if manifest is None:
                return False
            for file in manifest.files:
                if not await is_whole(self._folder.file(manifest, file), file, self._meter):
                    return False
        return True

    def _check_space(self, manifests: Sequence[Manifest]) -> None:
        missing = sum(
            max(0, file.size - self._folder.present(manifest, file))
            for manifest in manifests
            for file in manifest.files
        )
        root = self._folder.root
        free = self._free_space(next(at for at in (root, *root.parents) if at.exists()))
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

    async def _bring(self, manifest: Manifest) -> None:
        """Make this revision the installed one of its repository."""
        self._folder.begin(manifest)
        for file in manifest.files:
            target, part = self._folder.places(manifest, file)
            if await self._has(target, manifest, file):
                continue
            if target.is_symlink():  # the hub's own client's; moved, it would lead nowhere
                target.unlink()
            elif target.exists():  # cut or damaged: what is good of it may serve
                target.replace(part)
            if part.is_symlink():  # never write to where it leads
                part.unlink()
            transfer = Transfer(self._hub, manifest, file, self._meter, self._policy)
            await transfer.into(part)
            part.replace(target)
        self._folder.complete(manifest)

    async def _has(self, target: Path, manifest: Manifest, file: HubFile) -> bool:
        """Whether the file is there, or in the revision before, from where it is taken over."""
        if await is_whole(self._folder.file(manifest, file), file, self._meter):
            return True
        before = self._folder.before(manifest, file)
        if before is None or not await is_whole(before, file, self._meter):
            return False
        self._folder.take_over(before, target)
        return True
