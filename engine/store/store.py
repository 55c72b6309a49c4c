"""The store: the musician's verbs on jobs and takes. Peewee inside, values outside.

Every verb is one transaction.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

from engine.errors import (
    Conflict,
)
from engine.jobs import Choice, Job, Status, utc_now
from engine.request import Request, default_name
from engine.store.database import Alone
from engine.store.entering import NOT_MADE, Entering
from engine.store.records import chunks
from engine.store.rows import from_row

__all__ = ["PAUSED", "Store"]

PAUSED = "paused"
"""The setting that is "yes" while nothing runs."""


class Store(Entering):
    """What a musician does with the queue and the library."""

    def cancel(self, ids: Collection[str], *, begun: bool = True) -> list[Job]:
        """End waiting jobs as cancelled, and those that have ``begun`` too, and fail what depended
        on them; others stay as they are. Returns what changed."""
        states = (Status.PENDING, Status.PROCESSING) if begun else (Status.PENDING,)
        with self._database.writing(Alone.QUEUE):
            return self._end(ids, states, Status.CANCELLED, error=None)

    def edit(
        self, job_id: str, request: Request, name: str | None, *, when_idle: bool | None = None
    ) -> Job:
        """Change a job that still waits; raises Conflict once it has begun. Without a ``name`` it
        keeps the one that it was given, or has the new prompt's; ``when_idle`` None: as before."""
        jobs = self._tables.jobs
        request = request.seeded()
        with self._database.writing(Alone.QUEUE):
            before = self.job(job_id)
            given = before.name != default_name(before.request)
            changed = self._update(
                [job_id],
                jobs.status == Status.PENDING.value,
                request=request.model_dump_json(),
                model=request.model,
                fingerprint=request.fingerprint(),
                name=name or (before.name if given else default_name(request)),
                when_idle=before.when_idle if when_idle is None else when_idle,
            )
            if not changed:
                raise Conflict("This take has already begun, so it can't be changed any more.")
            return self.job(job_id)

    def annotate(
        self,
        job_id: str,
        *,
        name: str | None = None,
        stars: int | None = None,
        kept: bool | str | None = "same",
        tags: Sequence[str] | None = None,
        notes: str | None = None,
    ) -> Job:
        """Set what the musician says of a take; what is not given stays as it is."""
        values: dict[str, Any] = {}
        if stars is not None:
            values["stars"] = min(5, max(0, stars))
        if kept is None or isinstance(kept, bool):
            values["kept"] = kept
        if tags is not None:
            values["tags"] = json.dumps(list(dict.fromkeys(tags)))
        if notes is not None:
            values["notes"] = notes
        takes = self._tables.takes
        with self._database.writing():
            if name is not None and name.strip():
                self._update([job_id], None, name=name.strip()[:200])
            if values:
                takes.update({getattr(takes, k): v for k, v in values.items()}).where(
                    takes.job_id == job_id
                ).execute()
            return self.job(job_id)

    def relocate(self, job_id: str, place: str, model: str | None = None) -> Job | None:
        """Let a waiting job be made elsewhere, by another model too; it remembers what it was
        meant for. None when it does not wait any more."""
        jobs = self._tables.jobs
        with self._database.writing(Alone.QUEUE):
            job = self.job(job_id)
            first = job.meant_for or Choice(job.place, job.request.model)
            request = job.request.model_copy(update={"model": model or job.request.model})
            back = first == Choice(place, request.model)
            changed = self._update(
                [job_id],
                (jobs.status == Status.PENDING.value) & jobs.deleted_at.is_null(),
                place=place,
                request=request.model_dump_json(),
                model=request.model,
                fingerprint=request.fingerprint(),
                suspect=False,  # whoever died of it, it was another place
                meant_for=None if back else json.dumps(asdict(first)),
            )
            return self.job(job_id) if changed else None

    def delete(self, ids: Collection[str]) -> tuple[list[Job], list[Job]]:
        """To the trash, cancelled first if they wait or run; returns them as they were, and the
        jobs that failed because they depended on them."""
        with self._database.writing(Alone.QUEUE):
            before = self.jobs(ids)
            ended = [job.id for job in self.cancel(ids)]
            # One moment for all: by it ``restore`` knows what ended because of this.
            moment = utc_now().timestamp()
            self._update(ended, None, finished_at=moment)
            self._update(ids, self._tables.jobs.deleted_at.is_null(), deleted_at=moment)
            return before, self.jobs(set(ended).difference(ids))

    def restore(self, ids: Collection[str]) -> list[Job]:
        """Out of the trash, as they were: what waited or ran when it was deleted waits again where
        it was, and so does what fell with it. Returns what has changed."""
        with self._database.writing(Alone.QUEUE):
            cut_off = self._cut_off(ids)
            waits = [*cut_off, *self._fallen_with(cut_off)]
            self._update(ids, None, deleted_at=None)
            self._update(
                waits,
                None,
                status=Status.PENDING.value,
                error=None,
                finished_at=None,
                rests_until=None,
            )
            self._fail_dependants(self._not_made_for(waits))
            self._let_run(waits)
            return self.jobs(dict.fromkeys([*ids, *waits]))

    def trash(self, older_than_days: int) -> list[Job]:
        """What has been in the trash this long."""
        limit = utc_now().timestamp() - older_than_days * 86400
        with self._database.reading():
            query = self._tables.everything().where(self._tables.jobs.deleted_at <= limit)
            return [from_row(row) for row in query.dicts()]

    def purge(self, ids: Collection[str]) -> None:
        """Forget jobs of the trash, once their files are gone."""
        jobs, takes = self._tables.jobs, self._tables.takes
        with self._database.writing():
            for chunk in chunks(ids):
                # Takes first: whose they are, and so whose bytes go, their jobs know.
                takes.delete().where(takes.job_id.in_(chunk)).execute()
                jobs.delete().where(jobs.id.in_(chunk)).execute()

    def _cut_off(self, ids: Collection[str]) -> list[str]:
        """Those of these jobs in the trash that had not ended when they were deleted."""
        jobs = self._tables.jobs
        query = jobs.select(jobs.id).where(jobs.finished_at == jobs.deleted_at)
        return [
            row["id"] for chunk in chunks(ids) for row in query.where(jobs.id.in_(chunk)).dicts()
        ]

    def _fallen_with(self, ids: Sequence[str]) -> list[str]:
        """What ended with jobs of the trash as it depended on them, or on what fell so."""
        jobs = self._tables.jobs
        needed = jobs.alias("needed")
        fell = (jobs.finished_at == needed.finished_at) & jobs.deleted_at.is_null()
        query = jobs.select(jobs.id).join(needed, on=(jobs.depends_on == needed.id)).where(fell)
        fallen: list[str] = []
        while ids:
            ids = [
                row["id"]
                for chunk in chunks(ids)
                for row in query.where(needed.id.in_(chunk)).dicts()
            ]
            fallen += ids
        return fallen

    def _not_made_for(self, ids: Collection[str]) -> list[str]:
        """What these jobs depend on that ended without a take, while they were in the trash."""
        jobs = self._tables.jobs
        needed = jobs.alias("needed")
        lost = needed.status.in_([status.value for status in NOT_MADE])
        query = jobs.select(needed.id).join(needed, on=(jobs.depends_on == needed.id)).where(lost)
        return [
            row["id"] for chunk in chunks(ids) for row in query.where(jobs.id.in_(chunk)).dicts()
        ]

    def setting(self, name: str, default: str) -> str:
        settings = self._tables.settings
        with self._database.reading():
            value = settings.select(settings.value).where(settings.name == name).scalar()
        return default if value is None else str(value)

    def set_setting(self, name: str, value: str) -> None:
        settings = self._tables.settings
        with self._database.writing():
            row = settings.insert({"name": name, "value": value})
            row.on_conflict(conflict_target=("name",), preserve=(settings.value,)).execute()
