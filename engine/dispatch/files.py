"""The takes folder: where each job's file goes, and takes found again from their files.

A file's name ends in its job's id, and what made it is embedded in it. So a file that is in
place is a take, whatever became of the row that should tell of it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import shutil
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from engine.audio.atomic import in_plain_words, linked
from engine.audio.names import safe_name
from engine.digests import sha256_of
from engine.errors import AudioError, NotFound, StorageError
from engine.jobs import Job, Status, Step, Take, is_job_id

__all__ = ["TakeFiles"]

log = logging.getLogger(__name__)

_NAME = re.compile(r".* - (?P<id>[0-9a-z_]+)\.(wav|flac|mp3|ogg)", re.DOTALL)


class TakeFiles:
    """All that touches the takes folder from the dispatcher's side."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path_for(self, job: Job, token: str) -> Path:  # noqa: ARG002
        """Where an attempt's take is made: here in its place at once, under a readable name and
        the job's id. ``token`` is the attempt's."""
        name = safe_name(job.name)
        return self.folder / f"{name} - {job.id[4:]}.{job.request.output_format}"

    async def sweep(self) -> int:
        """Remove what unfinished writes left, before anything is written; returns how many."""
        parts = list(self.folder.glob(".*.part")) if self.folder.is_dir() else []
        for part in parts:
            part.unlink(missing_ok=True)
        return len(parts)

    def ids(self) -> dict[str, Path]:
        """Job ids that have a file in place, whatever the rows say."""
        found = {}
        if self.folder.is_dir():
            with os.scandir(self.folder) as entries:
                for entry in entries:
                    match = _NAME.fullmatch(entry.name)
                    if match and entry.is_file() and not entry.name.startswith("."):
                        found[f"gen_{match['id']}"] = Path(entry.path)
        return found

    def placed(self, jobs: Collection[str]) -> dict[str, Path]:
        """Those of these jobs that have a file in place."""
        files = self.ids() if jobs else {}
        return {job_id: path for job_id, path in files.items() if job_id in jobs}

    def source(self, reference: str) -> Path | None:
        """The file that a request means by the name of something other than a take."""
        return None if is_job_id(reference) else Path(reference)

    def at_hand(self, place: Path) -> Path | None:
        """The file of a take's or a source's place; None when it has to be fetched first."""
        return place

    async def fetch(self, place: Path) -> Path:
        """The same, however long it takes. Raises NotFound and StorageError."""
        return place

    async def keep(self, job: Job, take: Take) -> Take:  # noqa: ARG002
        """Put a made take where takes are kept; the take as its row is to have it.

        May be repeated. Raises StorageError when it can't be done now, and Retriable when the
        take is spoilt.
        """
        return take

    def kept(self, made: Take) -> None:
        """The row of a take has been written: what was only made on the way can go."""

    def sweep_ended(self, open_ids: set[str]) -> int:  # noqa: ARG002
        """Remove takes on their way that no open job waits for; returns how many."""
        return 0

    def find(self, job_id: str, path: Path) -> Job | None:
        """The finished job whose file is at ``path``; None if there is none."""
        return self.read(job_id, path) if path.exists() else None

    def read(self, job_id: str, path: Path) -> Job | None:
        """A finished job made up again from its file; None if the file is no take of ours.

        Reads the whole file (for its hash): not for the event loop.
        """
        # Only here: the window starts without the weight of the audio libraries.
        from engine.audio.embedded import read_request
        from engine.audio.files import probe

        embedded = read_request(path)
        if embedded is None:
            return None
        try:
            info = probe(path)
        except AudioError as error:
            log.warning("left alone: %s", error.message)
            return None
        digest = sha256_of(path)
        facts = embedded.facts
        midi = path.with_suffix(".mid")
        made = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        take = Take(
            path=path,
            duration=info.duration,
            sample_rate=info.sample_rate,
            channels=info.channels,
            sha256=digest,
            tempo=facts.tempo,
            beats_per_bar=facts.beats_per_bar,
            key=facts.key,
            loudness=_number(facts.extra.get("loudness")),
            true_peak=_number(facts.extra.get("true_peak")),
            midi_path=midi if midi.exists() else None,
            not_understood=facts.not_understood,
            remarks=facts.remarks,
            made_by=facts.made_by,
            weights=facts.weights,
            licence=facts.licence,
        )
        return Job(
            id=job_id,
            request=embedded.request.seeded(),
            name=embedded.title or path.stem,
            status=Status.COMPLETED,
            step=Step.COMPLETED,
            created_at=made,
            finished_at=made,
            progress=1.0,
            take=take,
        )

    async def reuse(self, take: Take, path: Path) -> Take | None:
        """Give an identical job its own file; None when the old one is gone or changed."""
        midi_path = path.with_suffix(".mid") if take.midi_path else None
        try:
            audio = await self.fetch(take.path)
            if await asyncio.to_thread(sha256_of, audio) != take.sha256:
                return None
            if take.midi_path and midi_path:
                await asyncio.to_thread(linked, await self.fetch(take.midi_path), midi_path)
            await asyncio.to_thread(linked, audio, path)  # the last: with it the take is complete
        except (OSError, NotFound, StorageError) as error:
            log.warning("the identical take can't be used again: %s", error)
            return None
        return replace(take, path=path, midi_path=midi_path, stars=0, kept=None, tags=(), notes="")

    def receive(self, job: Job, part: Path, path: Path) -> Take | None:
        """Put a fetched file, which is whole, in place as this job's take; None when it is no
        take of ours, and then it is gone. Raises StorageError. Not for the event loop."""
        arrived = part.with_name(f"{job.id}{path.suffix}")  # by its suffix its kind is known
        try:
            part.replace(arrived)
            found = self.read(job.id, arrived)
            if found is None or found.take is None:
                return None
            linked(arrived, path)
            return replace(found.take, path=path)
        except OSError as error:
            raise in_plain_words(error, part.parent) from error
        finally:
            arrived.unlink(missing_ok=True)

    async def clear(self, job: Job) -> None:
        """Remove what a run left at its place, though its job was cancelled."""
        path = self.path_for(job, "")
        for file in (path, path.with_suffix(".mid")):
            file.unlink(missing_ok=True)

    async def discard(self, take: Take) -> None:
        """Remove a take's files."""
        for path in (take.path, take.midi_path):
            if path is not None:
                await asyncio.to_thread(path.unlink, missing_ok=True)

    def free_bytes(self) -> int | None:
        """Free space of the takes' disk; None when the folder can't be asked."""
        folder = next((f for f in (self.folder, *self.folder.parents) if f.is_dir()), None)
        return shutil.disk_usage(folder).free if folder else None


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
