"""How much may run here: all there is room for, or as much as others allow.

Where one process has the queue to itself it is free. Where many share one, each run needs a
permit (see ``engine.cluster``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Protocol

__all__ = ["Allowance", "Free"]


class Allowance(Protocol):
    """Asked before each claim, and told what came of it. All calls are on the dispatcher's loop."""

    def more(self) -> bool:
        """Whether one more run may begin."""
        ...

    def alone(self, place: str, busy: Collection[str]) -> bool:
        """Whether the next one there must run alone: it was there when the host died. ``busy``:
        jobs that can't begin now."""
        ...

    def begun(self, token: str) -> None:
        """A run has begun."""
        ...

    def nothing(self) -> bool:
        """There was nothing to begin; whether it is worth looking once more at once."""
        ...

    def running(self, tokens: Collection[str]) -> None:
        """These runs are under way, and no others."""
        ...

    def suspect(self, job_id: str, place: str) -> None:
        """A waiting job was there when the host died."""
        ...

    def forget(self, job_id: str) -> None:
        """It begins, or does not wait there any more."""
        ...


class Free:
    """Everything may run; only suspects are kept apart."""

    def __init__(self, look: Callable[[], Mapping[str, str]]) -> None:
        """``look``: the suspects that wait, by the rows: places of jobs, by id."""
        self._look = look
        self._suspects: dict[str, str] = {}
        """As far as is known here."""

    def more(self) -> bool:
        return True

    def alone(self, place: str, busy: Collection[str]) -> bool:
        there = {job_id for job_id, at in self._suspects.items() if at == place}
        return bool(there.difference(busy))

    def begun(self, token: str) -> None:
        pass

    def nothing(self) -> bool:
        """One that is known may be gone, as its take was found: all would wait for its turn."""
        known = self._suspects
        if known:
            self._suspects = dict(self._look())
        return self._suspects != known

    def running(self, tokens: Collection[str]) -> None:
        pass

    def suspect(self, job_id: str, place: str) -> None:
        self._suspects[job_id] = place

    def forget(self, job_id: str) -> None:
        self._suspects.pop(job_id, None)
