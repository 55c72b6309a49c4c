"""Takes that are there already: found as files, or made before of the same request."""

from __future__ import annotations

from functools import cached_property

from engine.jobs import ANY_AMOUNT, Job, Maker, Order, Quota, Status, Take
from engine.store.database import Alone
from engine.store.quotas import Quotas
from engine.store.records import Records
from engine.store.rows import from_row, job_row, take_row

__all__ = ["Made"]


class Made(Records):
    """Records of takes that nobody has to make."""

    @cached_property
    def _quotas(self) -> Quotas:
        return Quotas(self._database)

    def adopt(self, job: Job, quota: Quota = ANY_AMOUNT) -> Job:
        """Record a finished job whose take is there as a file; replaces a waiting row. Raises
        TooMany when its owner would have more than the ``quota``."""
        if job.take is None:
            raise ValueError("only a finished job can be adopted")
        order = Order(job.request, name=job.name, id=job.id, owner=job.owner)
        row = job_row(order, position=0.0, batch=None, now=job.created_at) | {
            "status": Status.COMPLETED.value,
            "started_at": job.started_at.timestamp() if job.started_at else None,
            "finished_at": (job.finished_at or job.created_at).timestamp(),
        }
        with self._database.writing(Alone.QUEUE if quota.stored else None):
            self._quotas.check_stored(job.owner, quota, job.take.size)
            known = self._update(
                [job.id],
                self._tables.jobs.status != Status.COMPLETED.value,
                status=Status.COMPLETED.value,
                token=None,
                error=None,
                finished_at=row["finished_at"],
            )
            if not known:
                self._tables.jobs.insert(row).execute()
            self._tables.takes.insert(take_row(job.id, job.take)).execute()
            return self.job(job.id)

    def cached_take(self, fingerprint: str, maker: Maker | None, owner: str = "") -> Take | None:
        """A take of an identical request by the same maker (None: by any), made for the same
        owner: its file carries the names that they gave it."""
        jobs, takes = self._tables.jobs, self._tables.takes
        query = (
            self._tables.everything()
            .where(jobs.fingerprint == fingerprint)
            .where(jobs.status == Status.COMPLETED.value, jobs.owner == owner)
            .order_by(jobs.finished_at.desc())
        )
        if maker is not None:
            query = query.where(takes.made_by == maker.made_by)
            if maker.weights:
                query = query.where(takes.facts.contains(f'"weights": "{maker.weights}"'))
        with self._database.reading():
            row = query.dicts().first()
        return from_row(row).take if row is not None else None

    def keep_from_cache(self, job_id: str) -> None:
        """Let this job's take answer no identical request."""
        with self._database.writing():
            self._update([job_id], None, fingerprint="")
