"""Stand-ins that tests script: an engine whose queue lives in memory and does as it is told."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar, cast

from app.servers import Places
from engine.dispatch.queue import Queue
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
    Take,
    new_id,
    utc_now,
)
from engine.places import PlaceStatus, Server
from engine.request import Request
from engine.status import EngineState, EngineStatus

__all__ = ["FakeEngine", "FakePlaces", "FakeQueue"]

T = TypeVar("T")


class FakeQueue:
    """The rules of ``Queue`` on a dict; ``calls`` keeps (verb, arguments) of all that was asked."""

    def __init__(self, publish: Callable[[Sequence[Change]], None]) -> None:
        self._publish = publish
        self.by_id: dict[str, Job] = {}
        self.trash: dict[str, Job] = {}
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
        places = [job.position for job in self.by_id.values()] or [0.0]
        start = min(places) - len(orders) if front else max(places) + 1
        batch = new_id() if len(orders) > 1 else None
        jobs = [
            Job(
                id=order.id or new_id(),
                request=order.request.seeded(),
                name=order.name or order.request.prompt[:60] or "Untitled",
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
                self.put(job.with_(status=Status.CANCELLED, step=Step.CANCELLED))
            elif job.status is Status.PROCESSING:
                self.put(job.with_(cancelling=True))

    async def stop_here(self, job_id: str) -> None:
        self._note("stop_here", job_id)

    async def retry(self, ids: Sequence[str]) -> None:
        self._note("retry", list(ids))
        for job in self._find(ids):
            if job.status in (Status.FAILED, Status.CANCELLED):
                self.put(
                    job.with_(status=Status.PENDING, step=Step.QUEUED, error=None, progress=0.0)
                )

    async def move(self, ids: Sequence[str], before: str | None) -> None:
        self._note("move", list(ids), before)
        order = [job.id for job in self.waiting() if job.id not in ids]
        at = len(order) if before is None else order.index(before)
        order[at:at] = ids
        self.put(*(self.by_id[id_].with_(position=float(i)) for i, id_ in enumerate(order)))

    async def edit(self, job_id: str, request: Request, name: str | None) -> None:
        self._note("edit", job_id, request, name)
        (job,) = self._find([job_id])
        if job.status is not Status.PENDING:
            raise Conflict("This job has already started.")
        self.put(job.with_(request=request.seeded(), name=name or job.name))

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
        jobs = self._find(ids)
        for job in jobs:
            self.trash[job.id] = self.by_id.pop(job.id)
        self._publish([Change(job, removed=True) for job in jobs])

    async def restore(self, ids: Sequence[str]) -> None:
        self._note("restore", list(ids))
        self.put(*(self.trash.pop(id_) for id_ in ids))

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


class FakePlaces:
    """Servers that answer as ``answers`` says: a PlaceStatus, or an error to raise."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, object]] = []
        self.answers: dict[str, PlaceStatus | MusicError] = {}
        self.refuse: MusicError | None = None

    async def add(self, server: Server) -> None:
        self.calls.append(("add", server))

    async def remove(self, place: str) -> None:
        self.calls.append(("remove", place))
        if self.refuse is not None:
            raise self.refuse

    async def retry_now(self, place: str) -> None:
        self.calls.append(("retry_now", place))

    async def test(self, server: Server) -> PlaceStatus:
        self.calls.append(("test", server))
        answer = self.answers[server.address]
        if isinstance(answer, MusicError):
            raise answer
        return answer


class FakeEngine:
    """An ``app.studio.Engine`` without a thread: verbs are done where they are asked.

    What comes of them still reaches the window by way of the event loop, as the real one does.

    >>> engine = FakeEngine()
    >>> studio = Studio(engine)
    >>> studio.submit([Order(Request(prompt="calm piano"))])
    >>> job = engine.queue.waiting()[0]
    >>> engine.progress(job.id, 0.48, eta=11)
    >>> engine.complete(job.id)
    """

    def __init__(self, jobs: Sequence[Job] = ()) -> None:
        self.queue = FakeQueue(lambda changes: self._on_changes(changes))
        self.queue.by_id = {job.id: job for job in jobs}
        self.places = FakePlaces()
        self.status = EngineStatus(
            state=EngineState.READY,
            device="CPU",
            model="sketch 1",
            speed=30.0,
            free_bytes=42 * 10**9,
        )
        self._on_changes: Callable[[Sequence[Change]], None] = lambda changes: None
        self._on_status: Callable[[EngineStatus], None] = lambda status: None
        self._on_notice: Callable[[Failure], None] = lambda failure: None

    def listen(
        self,
        on_changes: Callable[[Sequence[Change]], None],
        on_status: Callable[[EngineStatus], None],
        on_notice: Callable[[Failure], None],
    ) -> None:
        self._on_changes, self._on_status, self._on_notice = on_changes, on_status, on_notice
        on_status(self.status)

    def run(self, verb: Callable[[Queue], Awaitable[T]]) -> Future[T]:
        future: Future[T] = Future()
        coroutine = cast("Coroutine[Any, Any, T]", verb(self.queue))
        try:
            coroutine.send(None)
        except StopIteration as stop:
            future.set_result(stop.value)
        except MusicError as error:
            future.set_exception(error)
        else:
            raise AssertionError("a fake verb must not wait")
        if self.queue.paused != self.status.paused:
            self.set_status(paused=self.queue.paused)
        return future

    def run_places(self, verb: Callable[[Places], Awaitable[T]]) -> Future[T]:
        """To the end, at once."""
        future: Future[T] = Future()
        try:
            future.set_result(asyncio.run(cast("Coroutine[Any, Any, T]", verb(self.places))))
        except MusicError as error:
            future.set_exception(error)
        return future

    def begin(self, job_id: str, step: Step = Step.ENCODING_PROMPT) -> None:
        self._update(job_id, status=Status.PROCESSING, step=step, started_at=utc_now(), attempt=1)

    def progress(
        self, job_id: str, progress: float, eta: float | None = None, preview: Path | None = None
    ) -> None:
        """``progress`` 0 to 1, ``eta`` in seconds."""
        self._update(
            job_id,
            status=Status.PROCESSING,
            step=Step.GENERATING,
            progress=progress,
            eta_seconds=eta,
            preview=preview,
        )

    def complete(self, job_id: str, take: Take | None = None) -> None:
        job = self.queue.by_id[job_id]
        take = take or Take(
            path=Path(f"{job_id}.wav"),
            duration=job.request.duration,
            sample_rate=44_100,
            channels=2,
            sha256="0" * 64,
            tempo=84.0,
            beats_per_bar=4,
            key="D minor",
            loudness=-14.1,
            true_peak=-1.2,
            made_by="sketch 1",
            licence="Yours: made by the built-in generator",
        )
        self._update(
            job_id,
            status=Status.COMPLETED,
            step=Step.COMPLETED,
            progress=1.0,
            eta_seconds=None,
            preview=None,
            take=take,
            finished_at=utc_now(),
        )

    def fail(self, job_id: str, failure: Failure) -> None:
        self._update(job_id, status=Status.FAILED, step=Step.FAILED, error=failure)

    def set_status(self, **fields: Any) -> None:
        self.status = dataclasses.replace(self.status, **fields)
        self._on_status(self.status)

    def notify(self, failure: Failure) -> None:
        self._on_notice(failure)

    def _update(self, job_id: str, **fields: Any) -> None:
        self.queue.put(self.queue.by_id[job_id].with_(**fields))
