"""A queue that lives in memory, by the rules of the real one (``tests/contract/test_queue.py``)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from engine.errors import Conflict, MusicError, NotFound
from engine.jobs import (
    LOCAL,
    Change,
    Choice,
    Failure,
    Job,
    Order,
    Status,
    Step,
    new_id,
    utc_now,
)
from engine.request import Request, default_name
from engine.status import EngineStatus

__all__ = ["FakeQueue"]

_NOT_MADE = (Status.FAILED, Status.CANCELLED)


class FakeQueue:
    """The rules of ``Queue`` on a dict; ``calls`` keeps (verb, arguments) of all that was asked."""

    def __init__(self, publish: Callable[[Sequence[Change]], None]) -> None:
        self._publish = publish
        self.by_id: dict[str, Job] = {}
        self.trash: dict[str, tuple[Job, datetime]] = {}
        """Jobs by their ids, and when each was deleted."""
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.refuse: MusicError | None = None
        """Raised by the next verb."""
        self.paused = False

    def waiting(self) -> list[Job]:
        """Waiting jobs in the order in which they will run."""
        jobs = [job for job in self.by_id.values() if job.status is Status.PENDING]
        return sorted(jobs, key=lambda job: (-job.priority, job.position))

    def put(self, *jobs: Job) -> None:
        """Set snapshots, and tell whoever listens."""
        self.by_id.update((job.id, job) for job in jobs)
        self._publish([Change(job) for job in jobs])

    async def jobs(self) -> list[Job]:
        self._note("jobs")
        ended = [job for job in self.by_id.values() if job.status is not Status.PENDING]
        return self.waiting() + sorted(ended, key=lambda job: job.created_at, reverse=True)

    async def submit(self, orders: Sequence[Order], *, front: bool = False) -> list[Job]:
        self._note("submit", list(orders), front)
        first, last = self._edges()
        start = first - len(orders) if front else last + 1
        batch = new_id() if len(orders) > 1 else None
        jobs = [
            Job(
                id=order.id or new_id(),
                request=order.request.seeded(),
                name=order.name or default_name(order.request),
                status=Status.PENDING,
                step=Step.QUEUED,
                created_at=utc_now(),
                priority=order.priority,
                position=start + index,
                place=order.place,
                when_idle=order.when_idle,
                depends_on=order.depends_on,
                batch=batch,
            )
            for index, order in enumerate(orders)
        ]
        self.put(*jobs)
        return jobs

    async def cancel(self, ids: Sequence[str]) -> None:
        self._note("cancel", list(ids))
        for job in self._find(ids):
            if job.status is Status.PENDING:
                self.put(*self._end([job], utc_now()))
            elif job.status is Status.PROCESSING:
                self.put(job.with_(cancelling=True))

    async def stop_here(self, job_id: str) -> None:
        self._note("stop_here", job_id)

    async def retry(self, ids: Sequence[str]) -> None:
        self._note("retry", list(ids))
        self._find(ids)
        again: dict[str, Job] = {}
        for id_ in ids:
            chain: list[Job] = []
            job = self._known(id_)
            while job is not None and job.status in _NOT_MADE:
                chain.insert(0, job)
                job = self._known(job.depends_on)
            again |= {job.id: job for job in chain}
        for job in again.values():
            self.trash.pop(job.id, None)
            self.put(_waiting(job).with_(position=self._edges()[1] + 1, attempt=0, retries=0))

    async def move(self, ids: Sequence[str], before: str | None) -> None:
        self._note("move", list(ids), before)
        order = [job.id for job in self.waiting() if job.id not in ids]
        at = len(order) if before is None else order.index(before)
        order[at:at] = ids
        self.put(*(self.by_id[id_].with_(position=float(i)) for i, id_ in enumerate(order)))

    async def edit(
        self, job_id: str, request: Request, name: str | None, *, when_idle: bool | None = None
    ) -> None:
        self._note("edit", job_id, request, name)
        (job,) = self._find([job_id])
        if job.status is not Status.PENDING:
            raise Conflict("This take has already begun, so it can't be changed any more.")
        given = job.name != default_name(job.request)
        self.put(
            job.with_(
                request=request.seeded(),
                name=name or (job.name if given else default_name(request)),
                when_idle=job.when_idle if when_idle is None else when_idle,
            )
        )

    async def annotate(self, job_id: str, **fields: Any) -> None:
        self._note("annotate", job_id, fields)
        (job,) = self._find([job_id])
        if "name" in fields:
            job = job.with_(name=fields.pop("name"))
        if fields and job.take is not None:
            job = job.with_(take=dataclasses.replace(job.take, **fields))
        self.put(job)

    async def delete(self, ids: Sequence[str]) -> None:
        self._note("delete", list(ids))
        jobs, moment = self._find(ids), utc_now()
        ended = self._end([job for job in jobs if not job.status.final], moment)
        self.by_id.update((job.id, job) for job in ended)
        self.trash.update((job.id, (self.by_id.pop(job.id), moment)) for job in jobs)
        self._publish([Change(job, removed=True) for job in jobs])
        self.put(*(job for job in ended if job.id not in self.trash))

    async def restore(self, ids: Sequence[str]) -> None:
        self._note("restore", list(ids))
        waits: list[Job] = []
        for job, deleted in [self.trash.pop(id_) for id_ in ids if id_ in self.trash]:
            self.by_id[job.id] = job
            if job.finished_at == deleted:
                waits += [job, *self._fallen_with(job)]
        again = {job.id: _waiting(job) for job in waits}
        self.put(*(again.get(id_, self.by_id[id_]) for id_ in dict.fromkeys([*ids, *again])))
        lost = {job.id for job in self.by_id.values() if job.status in _NOT_MADE}
        self.put(*self._fall(lost, utc_now()))

    async def find_takes(self) -> None:
        self._note("find_takes")

    async def run_here(self, ids: Sequence[str]) -> list[str]:
        self._note("run_here", list(ids))
        for job in [self.by_id[id_] for id_ in ids if id_ in self.by_id]:
            self.put(job.with_(place=LOCAL, meant_for=Choice(job.place, job.request.model)))
        return []

    async def set_fallback(self, on: bool) -> None:
        self._note("set_fallback", on)

    async def set_paused(self, paused: bool) -> None:
        self._note("set_paused", paused)
        self.paused = paused

    async def status(self) -> EngineStatus:
        return EngineStatus()

    def _edges(self) -> tuple[float, float]:
        """The first and the last position that is taken, or will be once more."""
        jobs = [*self.by_id.values(), *(job for job, _ in self.trash.values())]
        places = [job.position for job in jobs] or [0.0]
        return min(places), max(places)

    def _end(self, jobs: Sequence[Job], moment: datetime) -> list[Job]:
        """These as cancelled, with what falls with them."""
        ended = {"status": Status.CANCELLED, "step": Step.CANCELLED, "finished_at": moment}
        cancelled = [job.with_(**ended) for job in jobs]
        ids = {job.id for job in jobs}
        return [*cancelled, *(job for job in self._fall(ids, moment) if job.id not in ids)]

    def _fall(self, ids: Collection[str], moment: datetime) -> list[Job]:
        """What waits for these, and for that, as failed."""
        error = Failure("dependency_failed", "The take that this one builds on was not made.")
        ended = {"status": Status.FAILED, "step": Step.FAILED, "finished_at": moment}
        fallen = [job for job in self.waiting() if job.depends_on in ids]
        more = self._fall({job.id for job in fallen}, moment) if fallen else []
        return [*(job.with_(**ended, error=error) for job in fallen), *more]

    def _fallen_with(self, job: Job) -> list[Job]:
        """What ended as this one was deleted."""
        same = [each for each in self.by_id.values() if each.finished_at == job.finished_at]
        fallen = [each for each in same if each.depends_on == job.id]
        return [*fallen, *(more for each in fallen for more in self._fallen_with(each))]

    def _known(self, job_id: str | None) -> Job | None:
        """In the trash or not."""
        gone = {id_: job for id_, (job, _) in self.trash.items()}
        return (self.by_id | gone).get(job_id or "")

    def _note(self, verb: str, *arguments: Any) -> None:
        self.calls.append((verb, arguments))
        if self.refuse is not None:
            error, self.refuse = self.refuse, None
            raise error

    def _find(self, ids: Sequence[str]) -> list[Job]:
        missing = [id_ for id_ in ids if id_ not in self.by_id]
        if missing:
            raise NotFound(f"There is no job {missing[0]}.")
        return [self.by_id[id_] for id_ in ids]


def _waiting(job: Job) -> Job:
    """As it waits again, where it was."""
    return job.with_(
        status=Status.PENDING,
        step=Step.QUEUED,
        progress=0.0,
        eta_seconds=None,
        error=None,
        finished_at=None,
        cancelling=False,
    )
