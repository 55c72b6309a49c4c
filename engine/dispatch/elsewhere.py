"""Where a job is made when its server is away: the chain of what comes instead.

This computer's own copy of the model; else an identical take that was made before, wherever; else,
when that was allowed, a sketch. The job remembers what it was meant for.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.jobs import LOCAL, Job, is_job_id
from engine.store.claims import Claims
from engine.store.store import Store

__all__ = ["Elsewhere"]

SKETCH = "sketch"


class Elsewhere:
    """Moves waiting jobs to this computer; each verb returns the job, or None if it waits on."""

    def __init__(self, store: Store, claims: Claims, can_run_here: Callable[[str], bool]) -> None:
        self._store = store
        self._claims = claims
        self._can_run_here = can_run_here

    def run_here(self, job: Job) -> Job | None:
        """By the same model, or as the same take: never as something else."""
        if job.place == LOCAL:
            return None
        if self._can_run_here(job.request.model) or self._made_before(job):
            return self._store.relocate(job.id, LOCAL)
        return None

    def fall_back(self, job: Job) -> Job | None:
        """Likewise, or as a sketch where that can follow the request at all."""
        moved = self.run_here(job)
        if moved is None and job.request.melody is None and job.request.continue_from is None:
            moved = self._store.relocate(job.id, LOCAL, SKETCH)
        return moved

    def _made_before(self, job: Job) -> bool:
        sources = [s for s in (job.request.melody, job.request.continue_from) if s]
        if not all(map(is_job_id, sources)):
            return False  # a file may have changed since
        take = self._claims.cached_take(job.request.fingerprint(), None, job.owner)
        return take is not None and take.path.is_file()
