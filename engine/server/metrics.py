"""Figures for Prometheus: what the queue does, and how requests fare."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from time import monotonic

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from engine.errors import StorageError
from engine.jobs import Change, Status, Step
from engine.status import EngineState, EngineStatus
from engine.store.shared import SharedJobs
from engine.store.workers import Worker, WorkerState

__all__ = ["Metrics"]

_WORK = (Step.LOADING_MODEL, Step.ENCODING_PROMPT, Step.GENERATING, Step.SAVING)
_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)


class Metrics:
    """Counts what it is told; what the database knows is asked when somebody looks."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._of_workers = {named: CollectorRegistry() for named in (False, True)}
        """With and without the names of their computers."""
        self._answers = Histogram(
            "dgx_music_request_seconds",
            "Time to answer, by route",
            ("method", "route"),
            registry=self._registry,
        )
        self._statuses = Counter(
            "dgx_music_responses",
            "Answers by route and status",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._steps = Histogram(
            "dgx_music_step_seconds",
            "How long jobs stay in each step",
            ("step",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._ended = Counter(
            "dgx_music_jobs_ended", "Jobs that ended, by how", ("status",), registry=self._registry
        )
        self._retries = Counter(
            "dgx_music_job_retries",
            "Attempts that failed and were repeated",
            registry=self._registry,
        )
        self._restarts = Counter(
            "dgx_music_host_restarts",
            "Times that the host was started again",
            registry=self._registry,
        )
        self._under_way: dict[str, tuple[Step, float, int]] = {}
        """Per open job: its step, since when, and how often it was retried."""
        self._state = EngineState.STARTING

    def watch(self, jobs: SharedJobs, finished: timedelta, failed: timedelta) -> None:
        """Give the live queue's figures too."""
        self._registry.register(_Queue(jobs, finished, failed))

    def watch_workers(self, workers: Callable[[], Sequence[Worker]]) -> None:
        """Give figures of each worker of a cluster."""
        for named, registry in self._of_workers.items():
            registry.register(_Workers(workers, named=named))

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        self._answers.labels(method, route).observe(seconds)
        self._statuses.labels(method, route, str(status)).inc()

    def changed(self, changes: Sequence[Change]) -> None:
        for change in changes:
            self._one(change)

    def status(self, status: EngineStatus) -> None:
        if status.state is EngineState.RESTARTING and self._state is not EngineState.RESTARTING:
            self._restarts.inc()
        self._state = status.state

    def text(self, *, computers: bool) -> bytes:
        """In Prometheus' format. ``computers``: with the names of those that workers run on."""
        return generate_latest(self._registry) + generate_latest(self._of_workers[computers])

    def _one(self, change: Change) -> None:
        job, now = change.job, monotonic()
        known = self._under_way.get(job.id)
        step, since, retries = known or (job.step, now, job.retries)
        if job.retries > retries:
            self._retries.inc(job.retries - retries)
        if job.step is not step and step in _WORK:
            self._steps.labels(step.value).observe(now - since)
        if not job.status.final and not change.removed:
            since = since if job.step is step else now
            self._under_way[job.id] = (job.step, since, job.retries)
        elif known is not None:
            del self._under_way[job.id]
            self._ended.labels(job.status.value).inc()


class _Queue(Collector):
    """The queue's figures, as they are when they are asked for."""

    def __init__(self, jobs: SharedJobs, finished: timedelta, failed: timedelta) -> None:
        self._jobs = jobs
        self._finished = finished
        self._failed = failed

    def describe(self) -> Iterator[Metric]:
        """Nothing beforehand: registering must not ask the database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Of the queue nothing while it can't be asked; what this process has counted it tells."""
        try:
            now = self._jobs.figures(self._finished, self._failed)
        except StorageError:
            yield _database_up(0)
            return
        yield _database_up(1)
        states = GaugeMetricFamily(
            "dgx_music_jobs", "Jobs of the live queue, by state", labels=["status"]
        )
        for status, count in (
            (Status.PENDING, now.pending),
            (Status.PROCESSING, now.processing),
            (Status.COMPLETED, now.completed),
            (Status.FAILED, now.failed),
        ):
            states.add_metric([status.value], count)
        yield states
        yield GaugeMetricFamily(
            "dgx_music_queue_age_seconds",
            "How long the oldest waiting job has waited",
            value=now.oldest_pending_seconds or 0.0,
        )


class _Workers(Collector):
    """The workers of a cluster, as they are when somebody asks; every server knows the same."""

    def __init__(self, workers: Callable[[], Sequence[Worker]], *, named: bool) -> None:
        self._workers = workers
        self._named = named

    def describe(self) -> Iterator[Metric]:
        """Nothing beforehand: registering must not ask the database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        try:
            workers = self._workers()
        except StorageError:
            return
        states = GaugeMetricFamily("dgx_music_workers", "Workers, by state", labels=["state"])
        for state in WorkerState:
            states.add_metric([state.value], sum(each.state is state for each in workers))
        yield states
        for name, text, value in _OF_EACH:
            labels = ["worker", "computer"] if self._named else ["worker"]
            family = GaugeMetricFamily(f"dgx_music_worker_{name}", text, labels=labels)
            for worker in workers:
                family.add_metric([worker.id, worker.name][: len(labels)], value(worker))
            yield family


def _database_up(value: int) -> Metric:
    return GaugeMetricFamily("dgx_music_database_up", "Whether the database answers", value=value)


_OF_EACH: tuple[tuple[str, str, Callable[[Worker], float]], ...] = (
    ("slots", "Jobs that each worker runs at a time, at most", lambda it: it.slots),
    ("running", "Jobs that each worker runs now", lambda it: it.running),
    ("silent_seconds", "Since each worker was heard of", lambda it: it.silent_seconds),
)
