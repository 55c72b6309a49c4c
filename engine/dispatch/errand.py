"""One job's way to a server and back: submit, follow, fetch.

It can break off at any point and begin again from the top: what was sent is written down first
and sent again under the same key, what was followed is looked at again, and what was fetched in
part goes on from there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from tenacity import AsyncRetrying, retry_if_exception_type, wait_random_exponential

from engine.client.client import NoStream
from engine.client.faults import strange
from engine.dispatch.desk import Desk, recall
from engine.dispatch.lane import Sources
from engine.dispatch.listening import Listening
from engine.errors import (
    AudioError,
    GenerationError,
    InvalidRequest,
    ServerAway,
    ServerError,
    ServerRefused,
)
from engine.jobs import Job, Status, Step, Take, is_job_id, utc_now
from engine.request import Request, problems_of
from engine.store.submissions import Submission
from engine.wire import Generate, JobView

__all__ = ["Errand"]

SPARE = timedelta(hours=1)
"""An upload that goes sooner than this is sent again."""

Tell = Callable[[Step, float, float | None], None]


class _Vanished(Exception):
    """The server does not have the job, or its audio, any more."""


class Errand:
    """Brings one job's take. ``tell`` hears of its progress, ``heard`` of each new preview."""

    def __init__(
        self,
        desk: Desk,
        job: Job,
        path: Path,
        sources: Sources,
        tell: Tell,
        heard: Callable[[Path], None],
    ) -> None:
        self._desk = desk
        self._job = job
        self._path = path
        self._sources = sources
        self._tell = tell
        self._listening = Listening(
            desk.client, desk.cache / "previews" / f"{job.id}.wav", desk.waits.preview, heard
        )

    async def take(self) -> Take:
        """Until the take is in place. Raises ServerError, and what else is wrong with the job;
        short troubles are sat out, for as long as the server's breaker lets it."""
        try:
            take, submission = await self._take()
        finally:
            await self._listening.end()
        # Nothing is waited for from here on. Who was called off after this, with the take in
        # place, would send the job again under another key, and it would be made twice.
        self._desk.submissions.close(submission.key)
        return take

    async def _take(self) -> tuple[Take, Submission]:
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(ServerAway),
            wait=wait_random_exponential(multiplier=self._desk.waits.first / 4, max=5),
        ):
            with attempt:
                try:
                    return await self._way()
                except _Vanished:
                    return await self._once_more()
        raise AssertionError  # it retries for ever

    async def _once_more(self) -> tuple[Take, Submission]:
        try:
            return await self._way()
        except _Vanished:  # that is no accident
            raise strange("it does not keep what it has made") from None

    async def _way(self) -> tuple[Take, Submission]:
        desk = self._desk
        submission = await self._submission()
        if submission.remote_id is None:
            submission = await self._submit(submission)
        remote_id = submission.remote_id or ""
        try:
            view = await self._follow(remote_id)
            if view.status is not Status.COMPLETED:
                desk.submissions.close(submission.key)
                raise GenerationError(_why_not(view), hint="")
            self._tell(Step.SAVING, 1.0, None)
            part = await self._fetch(remote_id)
        except _Vanished:
            desk.submissions.close(submission.key)
            raise
        take = await asyncio.to_thread(desk.files.receive, self._job, part, self._path)
        if take is None:
            desk.submissions.close(submission.key)
            raise strange("the audio is no take")
        return take, submission

    # -- submit ------------------------------------------------------------------------------

    async def _submission(self) -> Submission:
        """What was written down for this job, or is now; one of an earlier request is called
        back."""
        desk, job = self._desk, self._job
        asked = job.request.fingerprint()
        async with desk.recalling:
            known = desk.submissions.current(job.id, desk.place)
            if known is not None and known.asked != asked:
                await recall(desk, known)
                known = None
        if known is None:
            body = await self._body()
            known = desk.submissions.begin(job.id, desk.place, asked, body.model_dump_json())
        return known

    async def _submit(self, submission: Submission) -> Submission:
        desk = self._desk
        body = Generate.model_validate_json(submission.body)
        try:
            view = await desk.reach.ask(desk.client.submit, body, submission.key)
        except ServerRefused as error:
            if error.status < 500:  # it was not taken, and will not be
                desk.submissions.close(submission.key)
            raise
        desk.submissions.accepted(submission.key, view.job_id)
        return Submission(
            submission.key, submission.job_id, submission.place, submission.asked,
            submission.body, view.job_id,
        )  # fmt: skip

    async def _body(self) -> Generate:
        """The request in the server's terms: its own takes by their ids, other audio uploaded."""
        request = self._job.request
        values: dict[str, Any] = {name: getattr(request, name) for name in Request.model_fields}
        for name, file in self._sources.items():
            values[name] = await self._source(values[name], file)
        try:
            return Generate(**values, name=" ".join(self._job.name.split())[:200] or None)
        except ValidationError as error:
            raise InvalidRequest(problems_of(error)) from None

    async def _source(self, reference: str, file: Path) -> str:
        desk = self._desk
        there = is_job_id(reference) and desk.submissions.made_there(reference, desk.place)
        if there:
            try:
                if (await desk.reach.ask(desk.client.job, there)).audio_url is not None:
                    return there
            except ServerRefused as error:
                if error.status != 404:
                    raise
        try:
            stat = await asyncio.to_thread(file.stat)
            what = (file, stat.st_mtime_ns, stat.st_size)
            sent = desk.uploads.get(what)
            if sent is None or sent.expires_at < utc_now() + SPARE:
                sent = desk.uploads[what] = await desk.reach.ask(desk.client.upload, file)
        except OSError as error:
            raise AudioError(f"“{file.name}” is not there any more.", detail=str(error)) from error
        return sent.upload_id

    # -- follow ------------------------------------------------------------------------------

    async def _follow(self, remote_id: str) -> JobView:
        """The job's last snapshot, once it has ended there."""
        desk = self._desk
        look = desk.client.looking_at(remote_id)
        last_id = ""
        while True:
            if desk.streams:
                heard = False
                try:
                    events = desk.client.events(remote_id, last_id)
                    async with aclosing(events):
                        async for event_id, view in events:
                            heard, last_id = True, event_id
                            desk.reach.worked()
                            if self._ended(view):
                                return view
                except NoStream:
                    desk.streams = False
                except ServerError as error:
                    if not heard or not isinstance(error, ServerAway):
                        desk.reach.failed(error)
                        raise
            try:
                view = await desk.reach.ask(look.now)
            except ServerRefused as error:
                if error.status == 404:
                    desk.streams = True  # that there are none was said of this job alone
                    raise _Vanished from None
                raise
            if self._ended(view):
                return view
            # A server that ends, or a proxy, may cut each stream off after its beginning.
            await asyncio.sleep(desk.waits.again if desk.streams else desk.waits.poll)

    def _ended(self, view: JobView) -> bool:
        if not view.status.final:
            self._tell(view.current_step, min(1.0, max(0.0, view.progress)), view.eta_seconds)
            if view.current_step is Step.GENERATING and "preview" in self._desk.reach.offers:
                self._listening.look(view.job_id)
        return view.status.final

    # -- fetch -------------------------------------------------------------------------------

    async def _fetch(self, remote_id: str) -> Path:
        desk = self._desk
        try:
            link = await desk.reach.ask(desk.client.audio_link, remote_id)
            return await self._fetch_from(link.url)
        except ServerRefused as error:
            if error.status in (404, 409):
                raise _Vanished from None
            raise

    async def _fetch_from(self, url: str) -> Path:
        """Each piece that comes shows that the server works, though the whole may take long."""
        reach = self._desk.reach
        try:
            return await self._desk.client.fetch(
                url, self._desk.fetching, self._job.id, reach.worked
            )
        except ServerError as error:
            if error.code == "server_forbidden":
                raise strange("a fresh link that it does not let in") from None
            reach.failed(error)
            raise


def _why_not(view: JobView) -> str:
    if view.status is Status.CANCELLED:
        return "It was cancelled on the server."
    said = "".join(c if c.isprintable() else " " for c in view.error or "")[:500].strip()
    return said or "The server could not make it, and does not say why."
