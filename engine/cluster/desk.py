"""The desk: permits that this worker has taken, and the runs they are for.

A permit is the right to run one job, whichever comes first; the scheduler claims that. Who waits
here with a permit hears when its run is over, or that there was nothing to run: its job was made
by somebody else, in another's turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

__all__ = ["Desk"]


@dataclass(slots=True, eq=False)
class _Taken:
    job_id: str
    alone: bool
    over: asyncio.Future[bool] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    """Whether it was used, or is not needed any more."""


class Desk:
    """Implements ``Allowance``. Permits are used in the order in which they come."""

    def __init__(self) -> None:
        self._waiting: list[_Taken] = []
        self._used: dict[str, _Taken] = {}
        self._open = True
        self.on_permit: Callable[[], None] = lambda: None
        """Is called when there is one more."""

    async def hold(self, job_id: str, *, alone: bool) -> bool:
        """Until the run that this permit is for is over; False if it could not be used, and is
        somebody else's to use. Who is cancelled here leaves its run to go on."""
        if not self._open:
            return False
        taken = _Taken(job_id, alone)
        self._waiting.append(taken)
        self.on_permit()
        try:
            return await taken.over
        finally:
            if taken in self._waiting:
                self._waiting.remove(taken)

    def close(self) -> None:
        """Begin nothing more: what waits is for somebody else."""
        self._open = False
        for taken in self._waiting:
            _tell(taken, used=False)
        self._waiting.clear()

    # -- Allowance ---------------------------------------------------------------------------

    def more(self) -> bool:
        return bool(self._waiting)

    def alone(self, place: str, busy: Collection[str]) -> bool:  # noqa: ARG002 - the permit says it
        return bool(self._waiting) and self._waiting[0].alone

    def begun(self, token: str) -> None:
        self._used[token] = self._waiting.pop(0)

    def nothing(self) -> bool:
        """The first, which was for a suspect, or all that were not, up to the next that is."""
        alone = self._waiting[0].alone
        while self._waiting and self._waiting[0].alone == alone:
            _tell(self._waiting.pop(0), used=True)
            if alone:
                break
        return bool(self._waiting)

    def running(self, tokens: Collection[str]) -> None:
        for token in [token for token in self._used if token not in tokens]:
            _tell(self._used.pop(token), used=True)

    def suspect(self, job_id: str, place: str) -> None:
        """Its next permit says so, to whoever takes it."""

    def forget(self, job_id: str) -> None:
        """Likewise."""


def _tell(taken: _Taken, *, used: bool) -> None:
    if not taken.over.done():
        taken.over.set_result(used)
