"""What a run builds on: the audio that its request names, or a take that is there already."""

from __future__ import annotations

import logging
from pathlib import Path

from engine.dispatch.files import TakeFiles
from engine.dispatch.lane import Sources
from engine.errors import NotFound, StorageError
from engine.jobs import Job, Take, is_job_id
from engine.request import Request
from engine.store.claims import Claims

__all__ = ["Material"]

log = logging.getLogger(__name__)


class Material:
    def __init__(self, claims: Claims, files: TakeFiles) -> None:
        self._claims = claims
        self._files = files

    def identical(self, job: Job, made_by: str | None) -> Take | None:
        """A take that is what this job would give."""
        request = job.request
        sources = [source for source in (request.melody, request.continue_from) if source]
        # What is made here in place of a server's take may be an earlier one of any version.
        if (made_by is None and job.meant_for is None) or not all(map(is_job_id, sources)):
            return None  # a file may have changed since
        try:
            return self._claims.cached_take(request.fingerprint(), made_by, job.owner)
        except StorageError as error:
            log.warning("made anew, as no identical take could be looked for: %s", error.message)
            return None

    def sources(self, request: Request) -> Sources:
        """The files of the audio that it builds on: of takes, or of whatever else it names."""
        files = {}
        for name in ("melody", "continue_from"):
            source = getattr(request, name)
            if source is None:
                continue
            path = self._source(source) if is_job_id(source) else self._files.source(source)
            if path is None:
                raise NotFound("The audio that this take builds on is not there any more.")
            files[name] = path
        return files

    def _source(self, job_id: str) -> Path:
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
