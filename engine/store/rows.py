"""Rows and values: the tables as the queries see them, and the way to Job and Take and back."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from peewee import SQL, Database, Table
from pydantic import ValidationError

from engine.jobs import Choice, Failure, Job, Order, Status, Step, Take, new_id
from engine.request import Request, default_name

__all__ = ["Tables", "failure_text", "from_row", "job_row", "new_token", "take_row"]

_RUN = (
    "worker", "lease_until", "rests_until", "waits_since", "ending_early", "checkpoint", "preview",
)  # fmt: skip
_REPORT = ("step", "progress", "eta_seconds")
_JOBS = (
    "id", "request", "model", "fingerprint", "name", "status", "priority", "position", "place",
    "when_idle", "depends_on", "batch", "attempt", "retries", "suspect", "token", "error",
    "created_at", "started_at", "finished_at", "deleted_at", "owner", "request_id", "callback_url",
    "meant_for", *_RUN, *_REPORT,
)  # fmt: skip
_TAKES = (
    "job_id", "path", "sha256", "made_by", "facts", "stars", "kept", "tags", "notes", "size",
)  # fmt: skip
_TOKENS = ("id", "name", "digest", "admin", "created_at", "revoked_at")
_REPEATS = ("owner", "key", "digest", "job_ids", "created_at")
_UPLOADS = (
    "id", "owner", "name", "key", "format", "sha256", "size", "duration", "sample_rate", "channels",
    "created_at", "used_at",
)  # fmt: skip
_SUBMISSIONS = ("key", "job_id", "place", "asked", "body", "remote_id", "open", "created_at")
_CALLS = ("id", "job_id", "url", "body", "created_at", "done_at", "sender", "sender_until")
_WORKERS = (
    "id", "name", "pid", "version", "gpus", "device", "model", "models", "slots", "state",
    "began_at", "seen_at",
)  # fmt: skip
_FACTS = (
    "duration", "sample_rate", "channels", "tempo", "beats_per_bar", "key", "loudness",
    "true_peak", "not_understood", "remarks", "licence", "weights",
)  # fmt: skip
# Written once: to put 34 columns together again for each query took peewee 15 times as long as the
# database takes to find a job. t1 and t2 are its names for the first and the second table.
_EVERYTHING = SQL(
    ", ".join(
        [f't1."{name}"' for name in _JOBS]
        + [f't2."{name}" AS "take_{name}"' for name in _TAKES if name != "job_id"]
    )
)
_STEP = {
    Status.PENDING: Step.QUEUED,
    Status.PROCESSING: Step.LOADING_MODEL,
    Status.COMPLETED: Step.COMPLETED,
    Status.FAILED: Step.FAILED,
    Status.CANCELLED: Step.CANCELLED,
}


class Tables:
    """The tables of one database, for queries; their schema is in ``migrations``."""

    def __init__(self, database: Database) -> None:
        self.jobs: Any = Table("jobs", _JOBS).bind(database)
        self.takes: Any = Table("takes", _TAKES).bind(database)
        self.settings: Any = Table("settings", ("name", "value")).bind(database)
        self.turns: Any = Table("turns", ("owner", "number")).bind(database)
        self.tokens: Any = Table("tokens", _TOKENS).bind(database)
        self.repeats: Any = Table("repeats", _REPEATS).bind(database)
        self.uploads: Any = Table("uploads", _UPLOADS).bind(database)
        self.calls: Any = Table("calls", _CALLS).bind(database)
        self.submissions: Any = Table("submissions", _SUBMISSIONS).bind(database)
        self.workers: Any = Table("workers", _WORKERS).bind(database)
        self.stored: Any = Table("stored", ("owner", "part", "bytes")).bind(database)
        self.served: Any = Table("served", ("owner", "priority", "at")).bind(database)

    def everything(self) -> Any:
        """Select of all columns of jobs with their takes; take columns are named ``take_*``."""
        join = self.takes.job_id == self.jobs.id
        return self.jobs.select(_EVERYTHING).left_outer_join(self.takes, on=join)

    def columns(self) -> list[Any]:
        """Those of jobs alone, for an update that returns what it has changed."""
        return [getattr(self.jobs, name) for name in _JOBS]


def job_row(order: Order, *, position: float, batch: str | None, now: datetime) -> dict[str, Any]:
    """A new pending row; draws the id and the seed where the order leaves them open."""
    request = order.request.seeded()
    return {
        "id": order.id or new_id(),
        "request": request.model_dump_json(),
        "model": request.model,
        "fingerprint": request.fingerprint(),
        "name": order.name or default_name(request),
        "status": Status.PENDING.value,
        "priority": order.priority,
        "position": position,
        "place": order.place,
        "when_idle": order.when_idle,
        "depends_on": order.depends_on,
        "batch": batch,
        "attempt": 0,
        "retries": 0,
        "suspect": False,
        "created_at": now.timestamp(),
        "owner": order.owner,
        "request_id": order.request_id,
        "callback_url": order.callback_url,
    }


def take_row(job_id: str, take: Take) -> dict[str, Any]:
    return {
        "job_id": job_id,
        "path": str(take.path),
        "sha256": take.sha256,
        "made_by": take.made_by,
        "facts": json.dumps(
            {name: getattr(take, name) for name in _FACTS}
            | {"midi_path": str(take.midi_path) if take.midi_path else None}
        ),
        "stars": take.stars,
        "kept": take.kept,
        "tags": json.dumps(take.tags),
        "notes": take.notes,
        "size": take.size or _size(take.path),
    }


def from_row(row: Mapping[str, Any]) -> Job:
    """A joined row of ``Tables.everything`` as a Job with its Take; one of jobs alone as a Job that
    has none."""
    status = Status(row["status"])
    running = status is Status.PROCESSING
    error = row["error"]
    return Job(
        id=row["id"],
        request=_request(row["request"]),
        name=row["name"],
        status=status,
        step=Step(row["step"]) if running and row["step"] else _STEP[status],
        created_at=_moment(row["created_at"]),
        priority=row["priority"],
        position=row["position"],
        place=row["place"],
        when_idle=bool(row["when_idle"]),
        depends_on=row["depends_on"],
        batch=row["batch"],
        progress=(row["progress"] or 0.0) if running else float(status is Status.COMPLETED),
        eta_seconds=row["eta_seconds"] if running else None,
        attempt=row["attempt"],
        retries=row["retries"],
        error=Failure(**json.loads(error)) if error else None,
        started_at=_moment(row["started_at"]) if row["started_at"] is not None else None,
        finished_at=_moment(row["finished_at"]) if row["finished_at"] is not None else None,
        checkpoint=row["checkpoint"],
        preview=Path(row["preview"]) if row["preview"] else None,
        take=_take(row) if row.get("take_path") is not None else None,
        owner=row["owner"],
        request_id=row["request_id"],
        retry_at=_moment(row["rests_until"]) if row["rests_until"] is not None else None,
        callback_url=row["callback_url"],
        meant_for=Choice(**json.loads(row["meant_for"])) if row["meant_for"] else None,
    )


def failure_text(failure: Failure) -> str:
    return json.dumps(asdict(failure))


def new_token() -> str:
    """A claim's token: only who holds it may finish the job."""
    return uuid.uuid4().hex


def _request(text: str) -> Request:
    """A stored request. Settings of a later version that this one does not know are left out, so
    that one row does not hide the library."""
    try:
        return Request.model_validate_json(text)
    except ValidationError:
        known = {k: v for k, v in json.loads(text).items() if k in Request.model_fields}
        return Request.model_validate(known)


def _take(row: Mapping[str, Any]) -> Take:
    facts = json.loads(row["take_facts"])
    midi = facts.pop("midi_path", None)
    facts["not_understood"] = tuple(facts["not_understood"])
    facts["remarks"] = tuple(facts.get("remarks", ()))
    return Take(
        path=Path(row["take_path"]),
        sha256=row["take_sha256"],
        made_by=row["take_made_by"],
        midi_path=Path(midi) if midi else None,
        stars=row["take_stars"],
        kept=None if row["take_kept"] is None else bool(row["take_kept"]),
        tags=tuple(json.loads(row["take_tags"])),
        notes=row["take_notes"],
        size=row["take_size"],
        **facts,
    )


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
