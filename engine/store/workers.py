"""Who runs jobs: the processes that have joined, and what each says of itself."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from peewee import fn

from engine.errors import NotFound
from engine.jobs import Status
from engine.store.database import Database
from engine.store.rows import Tables

__all__ = ["Worker", "WorkerState", "Workers"]

FORGOTTEN_SECONDS = 3600.0
"""A worker that was not heard of for this long is not shown any more."""


class WorkerState(StrEnum):
    WORKING = "working"
    DRAINING = "draining"
    """It begins nothing more, and ends when what it runs is over."""
    LOST = "lost"
    """It was not heard of; others have its jobs."""
    LEFT = "left"
    """It has ended in order; it is not shown, and only its models are remembered for a while."""


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that runs jobs, as it last said."""

    id: str
    name: str
    """Of its computer."""
    pid: int
    version: str
    slots: int
    models: tuple[str, ...] = ()
    """It runs jobs of these, which are on its computer now."""
    gpus: int | None = None
    """That its computer has; None: it does not say, being of an older version."""
    device: str = ""
    """Where the loaded model computes, and in which numbers; empty: none is."""
    model: str | None = None
    """Loaded."""
    state: WorkerState = WorkerState.WORKING
    up_seconds: float = 0.0
    silent_seconds: float = 0.0
    """Since it was heard of."""
    running: int = 0
    """Jobs."""


class Workers:
    """The table of workers."""

    def __init__(self, database: Database, lease_seconds: float) -> None:
        """Who is silent for longer than a lease is lost."""
        self._database = database
        self._tables = Tables(database.peewee)
        self._lease_seconds = lease_seconds

    def join(self, worker: Worker) -> None:
        now = self._database.now
        row = {
            "id": worker.id,
            "name": worker.name,
            "pid": worker.pid,
            "version": worker.version,
            "slots": worker.slots,
            "models": json.dumps(worker.models),
            "gpus": worker.gpus,
            "device": worker.device,
            "model": worker.model,
            "state": worker.state.value,
            "began_at": now,
            "seen_at": now,
        }
        workers = self._tables.workers
        again = (workers.slots, workers.device, workers.model, workers.models, workers.seen_at)
        with self._database.writing():
            joined = workers.insert(row)
            joined.on_conflict(conflict_target=("id",), preserve=again).execute()

    def seen(self, worker: Worker) -> WorkerState:
        """A sign of life, and what it says of itself now; whether it was told to end."""
        workers = self._tables.workers
        values = {
            workers.seen_at: self._database.now,
            workers.device: worker.device,
            workers.model: worker.model,
            workers.models: json.dumps(worker.models),
            workers.slots: worker.slots,
        }
        with self._database.writing():
            said = workers.update(values).where(workers.id == worker.id).returning(workers.state)
            states = [WorkerState(row["state"]) for row in said.execute()]
            if not states:  # it was away for so long that it was forgotten
                self.join(worker)
            return states[0] if states else WorkerState.WORKING

    def leave(self, worker_id: str) -> None:
        workers = self._tables.workers
        values = {workers.state: WorkerState.LEFT.value, workers.seen_at: self._database.now}
        with self._database.writing():
            workers.update(values).where(workers.id == worker_id).execute()

    def drain(self, worker_id: str) -> Worker:
        """Let it begin nothing more, and end. Raises NotFound."""
        workers = self._tables.workers
        with self._database.writing():
            worker = self.find(worker_id)
            values = {workers.state: WorkerState.DRAINING.value}
            workers.update(values).where(workers.id == worker.id).execute()
        return worker

    def find(self, worker_id: str) -> Worker:
        """By its id, or by its name if only one has it. Raises NotFound."""
        found = [each for each in self.all() if worker_id in (each.id, each.name)]
        if len(found) != 1:
            several = f"{len(found)} workers have that name: give the id."
            raise NotFound(several if found else f"There is no worker {worker_id}.")
        return found[0]

    def all(self) -> list[Worker]:
        """The oldest first; lost ones for a while too."""
        workers, now = self._tables.workers, self._database.now
        columns = [getattr(workers, name) for name in _SAID]
        query = workers.select(
            *columns,
            (now - workers.began_at).alias("up_seconds"),
            (now - workers.seen_at).alias("silent_seconds"),
        )
        with self._database.reading():
            shown = query.where(workers.state != WorkerState.LEFT.value)
            rows = list(shown.order_by(workers.began_at, workers.id).dicts())
            running = self._running()
        return [self._worker(row, running.get(row["id"], 0)) for row in rows]

    def models(self, seconds: float) -> set[str]:
        """What those can run who were heard of in the last so many seconds, some of whom may be
        lost by now, or have left."""
        workers = self._tables.workers
        recent = workers.seen_at >= self._database.now - seconds
        with self._database.reading():
            query = workers.select(workers.models).where(recent & workers.models.is_null(False))
            return {model for row in query.dicts() for model in json.loads(row["models"])}

    def forget_lost(self) -> int:
        """Those that were not heard of for long, and those that have left long ago; how many."""
        workers = self._tables.workers
        with self._database.writing():
            silent = workers.seen_at < self._database.now - FORGOTTEN_SECONDS
            return int(workers.delete().where(silent).execute())

    def _running(self) -> dict[str, int]:
        jobs = self._tables.jobs
        held = jobs.worker.is_null(False) & (jobs.status == Status.PROCESSING.value)
        query = jobs.select(jobs.worker, fn.COUNT(jobs.id).alias("number")).where(held)
        return {row["worker"]: int(row["number"]) for row in query.group_by(jobs.worker).dicts()}

    def _worker(self, row: dict[str, Any], running: int) -> Worker:
        lost = row["silent_seconds"] > self._lease_seconds
        models = json.loads(row["models"]) if row["models"] else ()
        state = WorkerState.LOST if lost else WorkerState(row["state"])
        return Worker(**row | {"models": tuple(models), "state": state, "running": running})


_SAID = ("id", "name", "pid", "version", "slots", "models", "gpus", "device", "model", "state")
