"""Takes joined into a new one, which is a finished job like any other."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from engine.audio.files import write_audio
from engine.audio.loudness import integrated_loudness, true_peak
from engine.audio.stitch import stitch, stitched_seconds
from engine.errors import InvalidRequest, Problem
from engine.generators.base import Audio, Facts
from engine.jobs import Job, Status, Step, Take, new_id, utc_now
from engine.request import MAX_DURATION, MAX_PROMPT, Request
from engine.server.takes import MUSIC, Storage, stored_name
from engine.wire import Stitch

__all__ = ["join_takes"]

MADE_BY = "stitch 1"


@dataclass(frozen=True, slots=True)
class _Piece:
    job: Job
    take: Take


def join_takes(wanted: Stitch, jobs: Sequence[Job], storage: Storage, owner: str) -> Job:
    """The new job, its file in place. Takes its time: not for the event loop.

    Raises InvalidRequest, AudioError and StorageError.
    """
    pieces = [_Piece(job, job.take) for job in jobs if job.take is not None]
    seconds = stitched_seconds([p.take.duration for p in pieces], wanted.crossfade_seconds)
    if seconds > MAX_DURATION:
        message = f"make {seconds:.0f} seconds together: at most {MAX_DURATION:g}"
        raise InvalidRequest((Problem("job_ids", message),))
    began = utc_now()
    started = time.monotonic()
    samples, rate = stitch([p.take.path for p in pieces], wanted.crossfade_seconds)
    licences = dict.fromkeys(p.take.licence for p in pieces if p.take.licence)
    facts = Facts(MADE_BY, licence="; ".join(licences))
    request = Request(
        prompt=" → ".join(p.job.request.prompt for p in pieces)[:MAX_PROMPT],
        duration=max(1.0, min(MAX_DURATION, len(samples) / rate)),
        model=pieces[0].job.request.model,
        seed=pieces[0].job.request.seed,
        output_format=wanted.output_format,
    )
    name = wanted.name or f"{pieces[0].job.name[:180]} and {len(pieces) - 1} more"
    path, moment = _free_place(storage, began, name, wanted.output_format)
    audio = Audio(samples, rate, facts)
    written = write_audio(path, audio, request, tags={"title": name})
    take = Take(
        path=written.path,
        duration=len(samples) / rate,
        sample_rate=rate,
        channels=samples.shape[1],
        sha256=written.sha256,
        loudness=_figure(integrated_loudness(samples, rate)),
        true_peak=_figure(true_peak(samples)),
        made_by=MADE_BY,
        licence=facts.licence,
        size=written.size,
    )
    return Job(
        id=new_id(),
        request=request,
        name=name,
        status=Status.COMPLETED,
        step=Step.COMPLETED,
        created_at=moment,
        started_at=moment,
        finished_at=began + timedelta(seconds=time.monotonic() - started),
        progress=1.0,
        take=take,
        owner=owner,
    )


def _free_place(
    storage: Storage, moment: datetime, name: str, extension: str
) -> tuple[Path, datetime]:
    """Where nothing lies yet, by the clock's next free millisecond."""
    while (path := storage.local(f"{MUSIC}/{stored_name(moment, name, extension)}")).exists():
        moment += timedelta(milliseconds=1)
    return path, moment


def _figure(value: float) -> float | None:
    return round(value, 2) if np.isfinite(value) else None
