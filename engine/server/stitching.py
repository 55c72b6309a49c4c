"""Takes joined into a new one, which is a finished job like any other."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np

from engine.audio.files import write_audio
from engine.audio.loudness import integrated_loudness, true_peak
from engine.audio.stitch import stitch, stitched_seconds
from engine.errors import InvalidRequest, Problem
from engine.generators.base import Audio, Facts
from engine.jobs import Job, Status, Step, Take, new_id, utc_now
from engine.limits import MAX_DURATION, MAX_PROMPT
from engine.request import Request
from engine.wire import Stitch

__all__ = ["check_length", "join_takes"]

MADE_BY = "stitch 1"


@dataclass(frozen=True, slots=True)
class _Piece:
    job: Job
    take: Take


def check_length(wanted: Stitch, jobs: Sequence[Job]) -> None:
    """Raises InvalidRequest."""
    lengths = [piece.take.duration for piece in _pieces(jobs)]
    seconds = stitched_seconds(lengths, wanted.crossfade_seconds)
    if seconds > MAX_DURATION:
        message = f"make {seconds:.0f} seconds together: at most {MAX_DURATION:g}"
        raise InvalidRequest((Problem("job_ids", message),))


def join_takes(
    wanted: Stitch,
    jobs: Sequence[Job],
    files: Sequence[Path],
    place: Callable[[str], Path],
    owner: str,
) -> tuple[Job, Take]:
    """The new job and its take, made from the jobs' files. Takes its time: not for the event loop.

    ``place``: where the take of a job of this id is made.

    Raises AudioError and StorageError.
    """
    pieces = _pieces(jobs)
    job_id = new_id()
    began = utc_now()
    started = time.monotonic()
    samples, rate = stitch(files, wanted.crossfade_seconds)
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
    audio = Audio(samples, rate, facts)
    written = write_audio(place(job_id), audio, request, tags={"title": name})
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
    job = Job(
        id=job_id,
        request=request,
        name=name,
        status=Status.COMPLETED,
        step=Step.COMPLETED,
        created_at=began,
        started_at=began,
        finished_at=began + timedelta(seconds=time.monotonic() - started),
        progress=1.0,
        owner=owner,
    )
    return job, take


def _pieces(jobs: Sequence[Job]) -> list[_Piece]:
    return [_Piece(job, job.take) for job in jobs if job.take is not None]


def _figure(value: float) -> float | None:
    return round(value, 2) if np.isfinite(value) else None
