"""What earlier takes and uploads give to a run: audio to build on, or the very take."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from engine.dispatch.files import TakeFiles
from engine.dispatch.lane import Sources
from engine.errors import NotFound, StorageError
from engine.jobs import Job, Maker, Take, is_job_id
from engine.request import Request
from engine.store.claims import Claims

__all__ = ["Earlier"]

log = logging.getLogger(__name__)


class Earlier:
    """Looks up what a request refers to."""

    def __init__(self, claims: Claims, files: TakeFiles) -> None:
        self._claims = claims
        self._files = files

    def identical(self, job: Job, maker: Maker | None) -> Take | None:
        """A take that is what this job would give."""
        request = job.request
        sources = [source for source in (request.melody, request.continue_from) if source]
        # What is made here in place of a server's take may be an earlier one by any maker.
        if (maker is None and job.meant_for is None) or not all(map(is_job_id, sources)):
            return None  # a file may have changed since
        try:
            return self._claims.cached_take(request.fingerprint(), maker, job.owner)
        except StorageError as error:
            log.warning("made anew, as no identical take could be looked for: %s", error.message)
            return None

    def places(self, request: Request) -> dict[str, Path]:
        """Of the audio that it builds on: takes, or whatever else it names. Raises NotFound."""
        found = {}
        for name in ("melody", "continue_from"):
            source = getattr(request, name)
            if source is None:
                continue
            place = self._take(source) if is_job_id(source) else self._files.source(source)
            if place is None:
                raise _gone()
            found[name] = place
        return found

    def at_hand(self, places: Mapping[str, Path]) -> Sources | None:
        """Their files; None when some have to be fetched first."""
        files = {name: self._files.at_hand(place) for name, place in places.items()}
        here = {name: file for name, file in files.items() if file is not None}
        return here if len(here) == len(places) else None

    async def fetch(self, places: Mapping[str, Path]) -> Sources:
        """Raises NotFound and StorageError."""
        try:
            return {name: await self._files.fetch(place) for name, place in places.items()}
        except NotFound as error:
            raise _gone() from error

    def _take(self, job_id: str) -> Path:
        try:
            take = self._claims.job(job_id).take
        except NotFound:
            take = None
        if take is None:
            raise NotFound(
                "The take that this one builds on is not there any more.",
                hint="Choose another one to build on.",
            )
        return take.path


def _gone() -> NotFound:
    return NotFound("The audio that this take builds on is not there any more.")
