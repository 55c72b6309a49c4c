"""Stand-ins that tests script: an engine that does as it is told, over a queue in memory."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar, cast

from app.servers import Places
from engine.dispatch.queue import Queue
from engine.errors import MusicError
from engine.jobs import Change, Failure, Job, Status, Step, Take, utc_now
from engine.places import PlaceStatus, Server
from engine.status import EngineState, EngineStatus
from tests.fake_queue import FakeQueue

__all__ = ["FakeEngine", "FakePlaces"]

T = TypeVar("T")


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
