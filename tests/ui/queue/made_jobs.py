"""Made-up jobs for the list's tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from engine.jobs import Failure, Job, Status, Step, Take
from engine.request import Request

__all__ = ["failed", "finished", "running", "waiting"]

START = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)


def _job(id_: str, status: Status, step: Step, at: int, **fields: Any) -> Job:
    """``at``: minutes after the evening began."""
    request = fields.pop("request", None) or Request(prompt=f"prompt of {id_}", seed=12)
    name = fields.pop("name", f"Take {id_}")
    created = START + timedelta(minutes=at)
    return Job(id_, request, name, status, step, created, **fields)


def waiting(id_: str, position: float = 0.0, **fields: Any) -> Job:
    return _job(id_, Status.PENDING, Step.QUEUED, 0, position=position, **fields)


def running(id_: str, at: int = 0, progress: float = 0.5, **fields: Any) -> Job:
    started = START + timedelta(minutes=at)
    fields = {"step": Step.GENERATING, "progress": progress, "started_at": started} | fields
    return _job(id_, Status.PROCESSING, fields.pop("step"), at, attempt=1, **fields)


def finished(
    id_: str, at: int = 0, *, path: Path | None = None, seconds: float = 16.0, **about: Any
) -> Job:
    """``about`` goes to the take, but for ``name`` and ``request``."""
    job = {key: about.pop(key) for key in ("name", "request", "place") if key in about}
    about = {"tempo": 84.0, "key": "D minor"} | about
    take = Take(path or Path(f"{id_}.wav"), seconds, 44_100, 2, "0" * 64, **about)
    ended = START + timedelta(minutes=at)
    return _job(
        id_, Status.COMPLETED, Step.COMPLETED, at, finished_at=ended, take=take, progress=1.0, **job
    )


def failed(id_: str, at: int = 0, message: str = "Out of memory.", **fields: Any) -> Job:
    error = Failure("out_of_memory", message, "Try again alone?")
    ended = START + timedelta(minutes=at)
    return _job(
        id_, Status.FAILED, Step.FAILED, at, finished_at=ended, error=error, attempt=1, **fields
    )
