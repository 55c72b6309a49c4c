"""The feed: what the dispatcher tells its listeners, on its own event loop."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from engine.jobs import Change, Failure, Job
from engine.status import EngineStatus

__all__ = ["Feed"]

OnChanges = Callable[[Sequence[Change]], None]
OnStatus = Callable[[EngineStatus], None]
OnNotice = Callable[[Failure], None]

log = logging.getLogger(__name__)


class Feed:
    """Listeners for changes, for the engine's status, and for what the user should know."""

    def __init__(self) -> None:
        self._changes: list[OnChanges] = []
        self._status: list[OnStatus] = []
        self._notices: list[OnNotice] = []

    def listen(self, on_changes: OnChanges, on_status: OnStatus, on_notice: OnNotice) -> None:
        self._changes.append(on_changes)
        self._status.append(on_status)
        self._notices.append(on_notice)

    def changed(self, jobs: Sequence[Job], *, removed: bool = False) -> None:
        if jobs:
            changes = [Change(job, removed) for job in jobs]
            for tell in self._changes:
                tell(changes)

    def status(self, status: EngineStatus) -> None:
        for tell in self._status:
            tell(status)

    def notice(self, failure: Failure) -> None:
        log.warning("%s: %s %s", failure.code, failure.message, failure.detail)
        for tell in self._notices:
            tell(failure)
