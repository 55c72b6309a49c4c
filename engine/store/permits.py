"""Permits to run: told within the very transaction that lets a job run, so that neither is lost.

Where one process takes jobs and runs them, nobody needs any.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

__all__ = ["GoodFor", "Permit", "Permits"]

GoodFor = tuple[str, bool]
"""A model, and whether what it is for must run alone: a permit is good for any such job."""


@dataclass(frozen=True, slots=True)
class Permit:
    """The right to run one job: this one, or one that is to be run before it."""

    job_id: str
    model: str
    """The job's: a worker may be there for some models only."""
    priority: int = 0
    alone: bool = False
    """It was there when a host died, and runs alone."""


class Permits(Protocol):
    """What issues them; at most one for each job is out and not taken."""

    is_out: str
    """SQL, for a query whose first table (t1) is that of jobs: one is out for the job."""

    def issue(self, permits: Sequence[Permit], *, new: bool = False, rest: float = 0.0) -> None:
        """Within the open transaction. ``new``: there never was one for these jobs; ``rest``:
        they may be taken after so many seconds."""
        ...

    def recall(self, job_ids: Collection[str]) -> None:
        """Those that are out for these jobs, as far as they wait: they are not to run. Within the
        open transaction, and before it ends them."""
        ...

    def out(self, models: Collection[str]) -> Counter[GoodFor]:
        """How many can be taken now for what, of these models."""
        ...

    def withdraw(self, silent_seconds: float) -> None:
        """What lost workers have taken, who are silent for so long. Within the open transaction."""
        ...
