"""What was made from what: which takes a take builds on, and which build on it."""

from __future__ import annotations

from collections import defaultdict

from engine.jobs import Job, is_job_id

__all__ = ["Lineage", "source_of"]


class Lineage:
    """Kept in step with the jobs, so that asking costs nothing however many there are."""

    def __init__(self) -> None:
        self._children: defaultdict[str, dict[str, None]] = defaultdict(dict)

    def note(self, before: Job | None, after: Job | None) -> None:
        """A job came, changed or went."""
        old, new = (source_of(job) if job else None for job in (before, after))
        if old == new:
            return
        if before is not None and old is not None:
            self._children[old].pop(before.id, None)
            if not self._children[old]:
                del self._children[old]
        if after is not None and new is not None:
            self._children[new][after.id] = None

    def made_from(self, job_id: str) -> list[str]:
        """Ids of the jobs that build on this one, in the order in which they came."""
        return list(self._children.get(job_id, ()))


def source_of(job: Job) -> str | None:
    """Id of the take that a job builds on; None where there is none, or it is a file."""
    source = job.request.continue_from or job.request.melody
    return source if source is not None and is_job_id(source) else None
