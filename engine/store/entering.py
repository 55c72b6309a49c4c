"""How jobs come into the queue: what is submitted, and what is tried again."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Unpack

from engine.errors import (
    InvalidRequest,
    MusicError,
    Problem,
    StorageError,
)
from engine.jobs import (
    ANY_AMOUNT,
    HowToQueue,
    Job,
    Order,
    Quota,
    Status,
    Submission,
    new_id,
    utc_now,
)
from engine.store.database import Alone, Database
from engine.store.permits import Permit, Permits
from engine.store.positions import POSITION_STEP, Positions
from engine.store.prepared import Given, Prepared
from engine.store.quotas import Quotas
from engine.store.rows import from_row, job_row

__all__ = ["NOT_MADE", "Entering"]

NOT_MADE = (Status.FAILED, Status.CANCELLED)
"""How jobs end without a take."""


class Entering(Positions):
    """Whoever adds to the queue is alone with it, from what is looked at to what is written."""

    def __init__(self, database: Database, permits: Permits | None = None) -> None:
        super().__init__(database, permits)
        self._quotas = Quotas(database)
        jobs = self._tables.jobs
        made = jobs.select(jobs.created_at)
        self._made_since = Prepared(database, made.where(jobs.created_at >= Given("since")))

    def submit(self, orders: Sequence[Order], **how: Unpack[HowToQueue]) -> list[Job]:
        """Queue all or none, in their order; the rows are on disk when this returns. Raises
        KeyReused, and TooMany when one of their owners would have more than the ``quota``."""
        return self._submit(Submission(orders, **how))

    def _submit(self, submission: Submission) -> list[Job]:
        orders, once = submission.orders, submission.once
        if not orders:
            return []
        batch = new_id() if len(orders) > 1 else None
        with self._database.writing(Alone.QUEUE):
            if once is not None and (earlier := self.made_before(once)) is not None:
                return earlier
            self._database.room_for_more()
            self._check_quota(Counter(order.owner for order in orders), submission.quota)
            self._check_dependencies(orders)
            first = self._outer_position(front=submission.front, count=len(orders))
            moments = self._free_moments(len(orders))
            since = {"waits_since": self._database.now}  # who claims compares it with that clock
            rows = [
                job_row(order, position=first + i * POSITION_STEP, batch=batch, now=moments[i])
                | since
                for i, order in enumerate(orders)
            ]
            if submission.front:
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
        if len(submissions) == 1:  # as most come: what fails leaves nothing to be kept
            return [self._tried(submissions[0], nullcontext())]
        with self._database.writing(Alone.QUEUE):
            return [self._tried(each, self._database.peewee.savepoint()) for each in submissions]

    def retry(self, ids: Collection[str], *, quota: Quota = ANY_AMOUNT) -> list[Job]:
        """Put failed and cancelled jobs at the end of the queue, with the ended jobs that they
        depend on, from the trash if need be; returns what changed. Raises TooMany when one of
        their owners would have more than the ``quota``."""
        jobs = self._tables.jobs
        with self._database.writing(Alone.QUEUE):
            self._database.room_for_more()
            again = self._with_ended_dependencies(ids)
            self._check_quota(Counter(self.job(job_id).owner for job_id in again), quota)
            position = self._outer_position(front=False, count=0)
            for number, job_id in enumerate(again):
                self._update(
                    [job_id],
                    jobs.status.in_([status.value for status in NOT_MADE]),
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
                    waits_since=self._database.now,
                )
            self._let_run(again)
            return self.jobs(again)

    def _tried(
        self, each: Submission, alone: AbstractContextManager[object]
    ) -> list[Job] | MusicError:
        """``alone``: what it falls within, should it fall."""
        try:
            with alone:
                return self._submit(each)
        except StorageError:
            raise
        except MusicError as error:
            return error

    def _let_run_new(self, rows: Sequence[dict[str, Any]]) -> None:
        if self._permits is None:
            return
        free = [row for row in rows if row["depends_on"] is None]
        self._permits.issue(
            [Permit(row["id"], row["model"], row["priority"]) for row in free], new=True
        )
        self._let_run([row["id"] for row in rows if row["depends_on"] is not None])

    def _with_ended_dependencies(self, ids: Iterable[str]) -> list[str]:
        """``ids`` that failed or were cancelled, each after what it depends on."""
        found: dict[str, None] = {}
        known = {job.id: job for job in self.jobs(list(ids))}
        for job_id in ids:
            chain: list[str] = []
            job = known.get(job_id)
            while job is not None and job.status in NOT_MADE and job.id not in found:
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
                if known[0].status in NOT_MADE:  # it would wait for ever
                    raise InvalidRequest((Problem("depends_on", f"{needed} was not made"),))
            if order.id is not None:
                earlier.add(order.id)

    def _check_quota(self, more: Mapping[str, int], quota: Quota) -> None:
        """``more``: how many jobs each owner would add."""
        self._quotas.check_queue(more, quota)
        for owner in more:
            self._quotas.check_stored(owner, quota)

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
