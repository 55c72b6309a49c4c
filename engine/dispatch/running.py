"""The table of runs: attempts under way, who runs each, and how far it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from engine.dispatch.lane import Lane
from engine.dispatch.rests import Rests
from engine.jobs import Job

__all__ = ["RunTable", "Running"]


@dataclass(slots=True)
class Running:
    """One attempt: the job's newest snapshot, and who runs it."""

    job: Job
    lane: Lane
    path: Path
    """Where its take goes."""
    alone: bool = False
    """Nothing else may run beside it."""
    in_lane: bool = False
    """The lane has it; not while an identical take is fetched instead."""
    fetching: bool = False
    """What it builds on comes first."""
    ending: bool = False
    """Its lane is rid of it: its take may be on its way, and its row is still to be written."""


class RunTable:
    """Runs by their claims' tokens, and jobs that rest before their next try."""

    def __init__(self, on_rested: Callable[[str], None]) -> None:
        """``on_rested`` hears of each job whose rest is over."""
        self._running: dict[str, Running] = {}
        self._rests = Rests(on_rested)

    def run(self, token: str) -> Running:
        """One under way. Raises KeyError when it is over."""
        return self._running[token]

    def has(self, token: str) -> bool:
        """Whether this run is under way."""
        return token in self._running

    def over(self, token: str) -> None:
        """Forget a run."""
        del self._running[token]

    def rest(self, job_id: str, seconds: float) -> None:
        """Keep a job from being claimed for a while."""
        self._rests.begin(job_id, seconds)

    def tokens(self) -> list[str]:
        """The claims that are ours."""
        return list(self._running)

    def in_lane(self, lane: Lane) -> list[Job]:
        """Its jobs, up to the end of their ends."""
        return [run.job for run in self._running.values() if run.lane is lane]

    def at_work(self, lane: Lane) -> list[Job]:
        """Those whose ends have not begun: what is made may be on its way for hours, while the
        storage is away, and holds nobody up there."""
        return [run.job for run in self._running.values() if run.lane is lane and not run.ending]

    def before(self, lane: Lane) -> int:
        """How many runs are about to enter it, once something was fetched."""
        coming = (run for run in self._running.values() if run.fetching and not run.ending)
        return sum(run.lane is lane for run in coming)

    def job_of(self, token: str) -> Job | None:
        """The job that this run is an attempt at; None when the run is over."""
        run = self._running.get(token)
        return run.job if run else None

    def alone_in(self, lane: Lane) -> bool:
        """Whether one is at work there that nothing else may run beside."""
        alone = (run for run in self._running.values() if run.alone and not run.ending)
        return any(run.lane is lane for run in alone)

    def snapshot(self, job: Job) -> Job:
        """A job as it is now: the store's row, with the progress or rest that only we know."""
        return self.snapshots([job])[0]

    def snapshots(self, jobs: list[Job]) -> list[Job]:
        live = {run.job.id: run.job for run in self._running.values()}
        for job in jobs:
            if (until := self._rests.until(job.id)) is not None:
                live[job.id] = replace(job, retry_at=until)
        return [live.get(job.id, job) for job in jobs]

    def renamed(self, job: Job) -> Job:
        """Take over the name from a row; the job as it is now."""
        for run in self._running.values():
            if run.job.id == job.id:
                run.job = replace(run.job, name=job.name)
        return self.snapshot(job)

    def rest_no_more(self, job_id: str) -> None:
        """Let a job be claimed again at once."""
        self._rests.end(job_id)
