"""Claims with a lease: many workers on one queue, any of which may die, freeze or lose its way.

A worker holds a job as long as it is heard of. Whose lease has ended loses the job (see
``engine.store.lost``), and whatever it says afterwards changes nothing: the token is another one.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from peewee import fn

from engine.jobs import Job, Status
from engine.store.claims import Claims
from engine.store.database import Database
from engine.store.permits import Permits
from engine.store.turns import AGEING_SECONDS
from engine.store.workers import WorkerState

__all__ = ["Leases"]


class Leases(Claims):
    """The claims of one worker; of none, where a process takes jobs and runs none."""

    def __init__(
        self,
        database: Database,
        worker: str | None,
        *,
        seconds: float,
        models: Collection[str] | None = None,
        ageing: float = AGEING_SECONDS,
        permits: Permits | None = None,
    ) -> None:
        """``seconds``: of a lease, unless it is extended; ``models``: jobs of these only; None: of
        all."""
        super().__init__(database, fair=True, ageing=ageing, permits=permits)
        self._worker = worker
        self._seconds = seconds
        self._models = models

    def take_only(self, models: Collection[str]) -> None:
        """From now on claim jobs of these models."""
        self._models = models
        self._statements.clear()

    def extend(self) -> dict[str, bool]:
        """Hold all that this worker has for a while longer. Tokens of what it has, and whether that
        is to end early; what is missing was cancelled, or taken away."""
        jobs = self._tables.jobs
        values = {jobs.lease_until: self._lease()}
        with self._database.writing():
            kept = jobs.update(values).where(self._mine())
            mine = kept.returning(jobs.token, jobs.ending_early)
            return {row["token"]: bool(row["ending_early"]) for row in mine.execute()}

    def let_run(self, ids: Collection[str]) -> None:
        """Issue permits for those of these jobs that wait, and have none."""
        with self._database.writing():
            self._let_run(ids)

    def held(self) -> dict[str, bool]:
        """The same without a sign of life."""
        jobs = self._tables.jobs
        with self._database.reading():
            mine = jobs.select(jobs.token, jobs.ending_early).where(self._mine())
            return {row["token"]: bool(row["ending_early"]) for row in mine.dicts()}

    def suspects(self) -> dict[str, str]:
        """None: each has a permit that says so."""
        return {}

    def recover(self) -> list[Job]:
        """Nothing: this worker has just begun, and what others run is theirs."""
        return []

    def put_back(self, held: Collection[str]) -> list[Job]:
        """Of this worker's own alone."""
        jobs = self._tables.jobs
        stray = self._mine()
        if held:
            stray &= jobs.token.not_in(list(held))
        values = self._given_back(0.0) | {"attempt": jobs.attempt - 1, "token": None}
        with self._database.writing():
            ids = [row["id"] for row in jobs.select(jobs.id).where(stray).dicts()]
            back = self._update(ids, stray, **values)
            self._let_run(back)
            return self.jobs(back)

    def _mine(self) -> Any:
        jobs = self._tables.jobs
        return (jobs.worker == self._worker) & (jobs.status == Status.PROCESSING.value)

    def _lease(self) -> Any:
        return self._database.now + self._seconds

    def _claimable(self) -> Any:
        jobs = self._tables.jobs
        workers = self._tables.workers
        # It may not have heard of it yet.
        draining = workers.select(workers.id).where(
            workers.id == self._worker, workers.state == WorkerState.DRAINING.value
        )
        ready = super()._claimable() & self._has_rested() & ~fn.EXISTS(draining)
        return ready if self._models is None else ready & jobs.model.in_(list(self._models))

    def _begun(self) -> dict[Any, Any]:
        jobs = self._tables.jobs
        fresh = dict.fromkeys((jobs.rests_until, jobs.step, jobs.progress, jobs.eta_seconds))
        return (
            super()._begun()
            | fresh
            # What begins anew has nothing yet that it could end with.
            | {jobs.ending_early: jobs.ending_early & jobs.checkpoint.is_null(False)}
            | {
                jobs.worker: self._worker,
                jobs.lease_until: self._lease(),
            }
        )

    def _given_back(self, rest: float) -> dict[str, Any]:
        rests_until = self._database.now + rest if rest else None
        return super()._given_back(rest) | {"lease_until": None, "rests_until": rests_until}
