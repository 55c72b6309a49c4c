"""The store: the musician's verbs on jobs and takes. Peewee inside, values outside.

Every verb is one transaction.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from engine.errors import (
    Conflict,
    InvalidRequest,
    KeyReused,
    MusicError,
    Problem,
    StorageError,
)
from engine.jobs import Choice, Job, Once, Order, Status, Submission, new_id, utc_now
from engine.request import Request, default_name
from engine.store.database import Alone, Database
from engine.store.permits import Permit, Permits
from engine.store.positions import POSITION_STEP, Positions
from engine.store.prepared import Given, Prepared
from engine.store.records import chunks
from engine.store.rows import from_row, job_row

__all__ = ["PAUSED", "Store"]

PAUSED = "paused"
"""The setting that is "yes" while nothing runs."""
_NOT_MADE = (Status.FAILED, Status.CANCELLED)


class Store(Positions):
    """What a musician does with the queue and the library."""

    def __init__(self, database: Database, permits: Permits | None = None) -> None:
        super().__init__(database, permits)
        jobs = self._tables.jobs
        made = jobs.select(jobs.created_at)
        self._made_since = Prepared(database, made.where(jobs.created_at >= Given("since")))

    def submit(
        self, orders: Sequence[Order], *, front: bool = False, once: Once | None = None
    ) -> list[Job]:
        """Queue all or none, in their order; the rows are on disk when this returns.

        With ``once``, a repeat gives the jobs of the first time and queues nothing. Raises
        KeyReused.
        """
        if not orders:
            return []
        batch = new_id() if len(orders) > 1 else None
        with self._database.writing(Alone.QUEUE):
            if once is not None and (earlier := self._made_before(once)) is not None:
                return earlier
            self._check_dependencies(orders)
            first = self._outer_position(front=front, count=len(orders))
            moments = self._free_moments(len(orders))
            rows = [
                job_row(order, position=first + i * POSITION_STEP, batch=batch, now=moments[i])
                for i, order in enumerate(orders)
            ]
            if front:
                top = self._top_priority()
                for row in rows:
                    row["priority"] = max(row["priority"], top)
            self._insert(self._tables.jobs, rows)
            self._let_run_new(rows)
            if once is not None:
                made = {"job_ids": json.dumps([row["id"] for row in rows])}
                self._tables.repeats.insert(
                    asdict(once) | made | {"created_at": utc_now().timestamp()}
                ).execute()
        return [from_row(_BLANK | row) for row in rows]

    def submit_all(self, submissions: Sequence[Submission]) -> list[list[Job] | MusicError]:
        """The same for several, in one transaction: the jobs of each, or what ``submit`` would
        raise for it alone. Raises StorageError, and then none is queued."""
        found: list[list[Job] | MusicError] = []
        with self._database.writing(Alone.QUEUE):
            for each in submissions:
                try:
                    with self._database.peewee.savepoint():  # one falls alone
                        found.append(self.submit(each.orders, front=each.front, once=each.once))
                except StorageError:
                    raise
                except MusicError as error:
                    found.append(error)
        return found

    def cancel(self, ids: Collection[str]) -> list[Job]:
        """End waiting and running jobs as cancelled, and fail what depended on them; ended ones
        stay as they are. Returns what changed."""
        with self._database.writing(Alone.QUEUE):
            return self._end(ids, (Status.PENDING, Status.PROCESSING), Status.CANCELLED, error=None)

    def retry(self, ids: Collection[str]) -> list[Job]:
        """Put failed and cancelled jobs at the end of the queue, with the ended jobs that they
        depend on, from the trash if need be; returns what changed."""
        jobs = self._tables.jobs
        with self._database.writing(Alone.QUEUE):
            again = self._with_ended_dependencies(ids)
            position = self._outer_position(front=False, count=0)
            for number, job_id in enumerate(again):
                self._update(
                    [job_id],
                    jobs.status.in_([status.value for status in _NOT_MADE]),
                    status=Status.PENDING.value,
                    position=position + (number + 1) * POSITION_STEP,
                    attempt=0,
                    retries=0,
                    suspect=False,
                    token=None,
                    error=None,
                    finished_at=None,
                    deleted_at=None,
                    ending_early=False,
                    rests_until=None,
                    checkpoint=None,
                    preview=None,
                    waits_since=utc_now().timestamp(),
                )
            self._let_run(again)
            return self.jobs(again)

    def edit(self, job_id: str, request: Request, name: str | None) -> Job:
        """Change a job that still waits; raises Conflict once it has begun."""
        jobs = self._tables.jobs
        request = request.seeded()
        with self._database.writing(Alone.QUEUE):
            changed = self._update(
                [job_id],
                jobs.status == Status.PENDING.value,
                request=request.model_dump_json(),
                model=request.model,
                fingerprint=request.fingerprint(),
                name=name or default_name(request),
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
            fallen = [job for job in self.cancel(ids) if job.id not in ids]
            self._update(ids, None, deleted_at=utc_now().timestamp())
        return before, fallen

    def restore(self, ids: Collection[str]) -> list[Job]:
        """Out of the trash."""
        with self._database.writing():
            self._update(ids, None, deleted_at=None)
            return self.jobs(ids)

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
                jobs.delete().where(jobs.id.in_(chunk)).execute()
                takes.delete().where(takes.job_id.in_(chunk)).execute()

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

    def _let_run_new(self, rows: Sequence[dict[str, Any]]) -> None:
        if self._permits is None:
            return
        free = [row for row in rows if row["depends_on"] is None]
        self._permits.issue(
            [Permit(row["id"], row["model"], row["priority"]) for row in free], new=True
        )
        self._let_run([row["id"] for row in rows if row["depends_on"] is not None])

    def _made_before(self, once: Once) -> list[Job] | None:
        """The jobs that this key has made already; None if it is new."""
        repeats = self._tables.repeats
        mine = (repeats.owner == once.owner) & (repeats.key == once.key)
        row = repeats.select(repeats.digest, repeats.job_ids).where(mine).dicts().first()
        if row is None:
            return None
        if row["digest"] != once.digest:
            raise KeyReused("This Idempotency-Key was used for something else before.")
        return [self.job(job_id) for job_id in json.loads(row["job_ids"])]

    def _with_ended_dependencies(self, ids: Iterable[str]) -> list[str]:
        """``ids`` that failed or were cancelled, each after what it depends on."""
        found: dict[str, None] = {}
        known = {job.id: job for job in self.jobs(list(ids))}
        for job_id in ids:
            chain: list[str] = []
            job = known.get(job_id)
            while job is not None and job.status in _NOT_MADE and job.id not in found:
                chain.append(job.id)
                needed = job.depends_on
                job = self.job(needed) if needed is not None and self.knows(needed) else None
            found |= dict.fromkeys(reversed(chain))
        return list(found)

    def _check_dependencies(self, orders: Sequence[Order]) -> None:
        """A job may depend on one that is or can still be made, or comes before it in the batch."""
        earlier: set[str] = set()
        for order in orders:
            needed = order.depends_on
            if needed is not None and needed not in earlier:
                known = self.jobs([needed])
                if not known:
                    raise InvalidRequest((Problem("depends_on", f"there is no job {needed}"),))
                if known[0].status in _NOT_MADE:  # it would wait for ever
                    raise InvalidRequest((Problem("depends_on", f"{needed} was not made"),))
            if order.id is not None:
                earlier.add(order.id)

    def _free_moments(self, count: int) -> list[datetime]:
        """From now on, each of another millisecond than any job: files and pages go by them."""
        now = int(utc_now().timestamp() * 1000)
        later = self._made_since.rows(since=(now - 1) / 1000)
        taken = {round(row["created_at"] * 1000) for row in later}
        free = (moment for moment in itertools.count(now) if moment not in taken)
        return [datetime.fromtimestamp(next(free) / 1000, UTC) for _ in range(count)]


_BLANK = dict.fromkeys(
    (
        *("error", "started_at", "finished_at", "rests_until", "take_path", "meant_for"),
        *("checkpoint", "preview"),
    )
)
"""The columns that ``job_row`` leaves to the database."""
