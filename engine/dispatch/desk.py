"""What all errands to one server share, and what it is told of a job beside its errand."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from engine.client.client import ServerClient
from engine.client.fetching import Fetching
from engine.dispatch.files import TakeFiles
from engine.dispatch.reach import Reach, Waits
from engine.errors import ServerRefused
from engine.jobs import Job
from engine.store.submissions import Submission, Submissions
from engine.wire import Generate, UploadView

__all__ = ["Desk", "recall", "stop_here"]


@dataclass(slots=True)
class Desk:
    """What all errands to one server share."""

    place: str
    client: ServerClient
    reach: Reach
    submissions: Submissions
    files: TakeFiles
    cache: Path
    """Of this studio; previews and what is fetched have folders of their own in it."""
    waits: Waits
    uploads: dict[tuple[Path, int, int], UploadView] = field(default_factory=dict)
    """By path, time and size of what was sent."""
    recalling: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while something is called back, and by who asks what was sent for a job: that may be
    what is just called back, and does not count once it is."""
    streams: bool = True
    """Whether it has events to follow; found out with the first job."""

    @property
    def fetching(self) -> Path:
        """Where downloads lie while they are not complete."""
        return self.cache / "fetching"


async def stop_here(desk: Desk, job: Job) -> None:
    """Let the server end a job with what has grown of it; nothing when it does not grow there."""
    submission = desk.submissions.current(job.id, desk.place)
    if submission is None or submission.remote_id is None:
        return
    try:
        await desk.reach.ask(desk.client.stop_here, submission.remote_id)
    except ServerRefused as error:
        if error.status not in (404, 409):
            raise


async def recall(desk: Desk, submission: Submission) -> None:
    """Let the server not make, or stop making, what is not wanted any more.

    Whether it ever heard of it is not known when its answer was lost: then it is asked again, under
    the same key, so that there is an id to cancel.
    """
    remote_id = submission.remote_id
    try:
        if remote_id is None:
            body = Generate.model_validate_json(submission.body)
            view = await desk.reach.ask(desk.client.submit, body, submission.key)
            remote_id = view.job_id
        await desk.reach.ask(desk.client.cancel, remote_id)
    except ServerRefused as error:
        if error.status >= 500:
            raise
        # It has ended there, is not known, or was never taken: nothing is left to cancel.
    await asyncio.to_thread(Fetching(desk.fetching, submission.job_id).forget)
    desk.submissions.close(submission.key)
