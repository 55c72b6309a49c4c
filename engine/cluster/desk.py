"""The desk: permits that this worker has taken, and the runs they are for.

A permit is the right to run one job, whichever comes first; the scheduler claims that. Who lays
one here hears when its run is over, or that there was nothing to run: its job was made by somebody
else, in another's turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass

__all__ = ["Desk"]


@dataclass(frozen=True, slots=True, eq=False)
class _Laid:
    alone: bool
    over: asyncio.Future[bool]
    """Whether it was used, or is not needed any more."""


class Desk:
    """Implements ``Allowance``. Permits are used in the order in which they come."""

    def __init__(self) -> None:
        self._waiting: list[_Laid] = []
        self._used: dict[str, _Laid] = {}
        self._open = True
        self.on_permit: Callable[[], None] = lambda: None
        """Is called when there is one more."""
        self.on_room: Callable[[], None] = lambda: None
        """Is called when there are fewer."""

    def __len__(self) -> int:
        """Permits that wait here or are used, by runs that their holders left to go on too."""
        return len(self._waiting) + len(self._used)

    def lay(self, *, alone: bool) -> asyncio.Future[bool]:
        """A permit. True when the run that it is for is over; False if it could not be used, and
        is somebody else's to use. Who ends it himself leaves its run to go on."""
        laid = _Laid(alone, asyncio.get_running_loop().create_future())
        if self._open:
            self._waiting.append(laid)
            laid.over.add_done_callback(lambda _: self._forget(laid))
            self.on_permit()
        else:
            laid.over.set_result(False)
        return laid.over

    def close(self) -> None:
        """Begin nothing more: what waits is for somebody else."""
        self._open = False
        for laid in self._waiting:
            _tell(laid, used=False)
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
        self.on_room()
        return bool(self._waiting)

    def running(self, tokens: Collection[str]) -> None:
        over = [token for token in self._used if token not in tokens]
        for token in over:
            _tell(self._used.pop(token), used=True)
        if over:
            self.on_room()

    def suspect(self, job_id: str, place: str) -> None:
        """Its next permit says so, to whoever takes it."""

    def forget(self, job_id: str) -> None:
        """Likewise."""

    def _forget(self, laid: _Laid) -> None:
        if laid in self._waiting:
            self._waiting.remove(laid)


def _tell(laid: _Laid, *, used: bool) -> None:
    if not laid.over.done():
        laid.over.set_result(used)
