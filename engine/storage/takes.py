"""The dispatcher's view of a storage: takes are made in a folder here, and kept there.

A take that is made lies among the outgoing until its row says where it is kept. So whatever ends
in between - the storage, the network, this process - it is found again, and kept once.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

from engine.digests import sha256_of
from engine.dispatch.files import TakeFiles
from engine.jobs import Job, Take, is_job_id, utc_now
from engine.storage.base import MUSIC, UPLOADS, Storage, stored_name

__all__ = ["OUTGOING", "StoredTakes"]

OUTGOING = "outgoing"
_NAME = re.compile(r"(?P<job>gen_[0-9a-z_]+)-(?P<attempt>[0-9a-f]+)\.(wav|flac|mp3|ogg)")


class StoredTakes(TakeFiles):
    """The rows are the truth here: nobody owns a file in the storage without one."""

    def __init__(self, storage: Storage, root: Path) -> None:
        """``root``: the folder in which the outgoing have theirs."""
        super().__init__(root.absolute() / OUTGOING)
        self._storage = storage

    def path_for(self, job: Job, token: str) -> Path:
        return self.outgoing(job.id, token, job.request.output_format)

    def outgoing(self, job_id: str, attempt: str, extension: str) -> Path:
        """Where an attempt's take is made."""
        return self.folder / f"{job_id}-{attempt}.{extension}"

    async def sweep(self) -> int:
        """In the storage too, where nobody else writes."""
        count = await super().sweep()
        return count if self._storage.shared else count + await self._storage.sweep(utc_now())

    def ids(self) -> dict[str, Path]:
        """No take is adopted because of its file alone: it has an owner, whom only a row knows."""
        return {}

    def placed(self, jobs: Collection[str]) -> dict[str, Path]:
        return {job_id: path for job_id, path in self._outgoing() if job_id in jobs}

    def sweep_ended(self, open_ids: set[str]) -> int:
        ended = [path for job_id, path in self._outgoing() if job_id not in open_ids]
        for path in ended:
            _unlink(path)
        return len(ended)

    def source(self, reference: str) -> Path | None:
        """Only uploads: a path would let callers read this computer's files."""
        if is_job_id(reference) or not re.fullmatch(r"upl_[0-9a-z]+", reference):
            return None
        return self._storage.places(f"{UPLOADS}/{reference}")[0]

    def at_hand(self, place: Path) -> Path | None:
        return self._storage.at_hand(self._storage.key_of(place))

    async def fetch(self, place: Path) -> Path:
        return await self._storage.fetch(self._storage.key_of(place))

    async def keep(self, job: Job, take: Take, *, known: str = "") -> Take:
        """The file here stays until ``kept``. ``known``: a job that the store knows, if it does
        not know this one yet; by it the sweep sees that the file is ours."""
        ours = known or job.id
        # The store gives each job a moment of its own. That is not enough where a late attempt of
        # a frozen computer could write over another's take, nor for what has no row yet.
        alone = not (self._storage.shared or known)
        attempt = "" if alone else take.path.stem.partition("-")[2]
        key = _key(job, take.path.suffix[1:], attempt)
        midi = None
        if take.midi_path is not None:
            midi = key.rpartition(".")[0] + ".mid"
            digest = await asyncio.to_thread(sha256_of, take.midi_path)
            await self._storage.put(take.midi_path, midi, sha256=digest, job=ours)
        # The audio is the last: with it the take is complete.
        await self._storage.put(take.path, key, sha256=take.sha256, job=ours)
        return replace(
            take,
            path=self._storage.places(key)[0],
            midi_path=self._storage.places(midi)[0] if midi else None,
            size=take.size or take.path.stat().st_size,
        )

    def kept(self, made: Take) -> None:
        _unlink(made.path)

    async def clear(self, job: Job) -> None:
        """In a bucket, where the name has the attempt, the sweep finds it."""
        if not self._storage.shared:
            for extension in (job.request.output_format, "mid"):
                await self._storage.remove(_key(job, extension))

    async def discard(self, take: Take) -> None:
        for path in (take.path, take.midi_path):
            if path is None:
                continue
            if path.parent == self.folder:
                path.unlink(missing_ok=True)
            else:
                await self._storage.remove(self._storage.key_of(path))

    def _outgoing(self) -> Iterator[tuple[str, Path]]:
        """Takes that are made, and by what their names say whose."""
        for path in self.folder.glob("[!.]*"):
            if (match := _NAME.fullmatch(path.name)) is not None:
                yield match["job"], path


def _key(job: Job, extension: str, attempt: str = "") -> str:
    return f"{MUSIC}/{stored_name(job.created_at, job.name, extension, attempt=attempt)}"


def _unlink(audio: Path) -> None:
    """The audio first: without it nobody takes the rest for a take."""
    audio.unlink(missing_ok=True)
    audio.with_suffix(".mid").unlink(missing_ok=True)
