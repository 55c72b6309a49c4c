"""What clients of a server asked and were told, and whether that holds to the end.

In the manner of Jepsen: each call is written down with its answer, or that there was none; the
verdict is computed from these calls and from what is there at the end, and from nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["FINAL", "NONE", "Call", "Ended", "verdict"]

FINAL = ("completed", "failed", "cancelled")
NONE = 0
"""The status of a call without an answer: whether it was done only the end can tell."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request of a client, and the answer."""

    client: int
    verb: str
    """``submit``, ``cancel`` or ``look``."""
    key: str
    """The idempotency key of a submission, else the job's id."""
    body: Any
    status: int
    answer: Any
    began: float
    ended: float
    """Seconds, by one clock for all clients."""

    @property
    def job_ids(self) -> list[str]:
        """The jobs that an accepted submission was told."""
        if self.verb != "submit" or self.status != 202:
            return []
        return self.answer["job_ids"] if "job_ids" in self.answer else [self.answer["job_id"]]

    @property
    def prompts(self) -> list[str]:
        requests = self.body.get("requests", [self.body])
        return [request["prompt"] for request in requests]


@dataclass(frozen=True, slots=True)
class Ended:
    """What is there at the end."""

    jobs: dict[str, dict[str, Any]]
    """Each job as the server shows it."""
    audio: dict[str, str]
    """What is wrong with the audio of each job that has some; empty: it is whole."""
    takes: list[str]
    """The job of each row that tells of a take."""
    strays: list[str] = field(default_factory=list)
    """Files that belong to no take."""


def verdict(history: Sequence[Call], ended: Ended) -> list[str]:
    """All that is wrong, in words; empty when every promise was kept."""
    return [
        *_accepted(history, ended),
        *_ends(ended),
        *_cancelled(history, ended),
        *_seen(history, ended),
        *(f"{stray} belongs to no take" for stray in ended.strays),
    ]


def _accepted(history: Sequence[Call], ended: Ended) -> Iterable[str]:
    """One key, one set of jobs; each is there, and nothing else is."""
    by_key: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)
    prompts: dict[str, str] = {}
    for call in history:
        if ids := call.job_ids:
            by_key[call.key].add(tuple(ids))
            prompts |= zip(ids, call.prompts, strict=True)
        elif call.verb == "submit" and call.status not in (NONE, 202, 503):
            yield f"{call.key} was refused: {call.status} {call.answer}"
    for key, told in by_key.items():
        if len(told) > 1:
            yield f"{key} made several sets of jobs: {told}"
    owners = [job_id for told in by_key.values() for ids in told for job_id in ids]
    for job_id in {job_id for job_id in owners if owners.count(job_id) > 1}:
        yield f"{job_id} was told to several keys"
    for job_id, prompt in prompts.items():
        if job_id not in ended.jobs:
            yield f"{job_id} was accepted and is lost"
        elif ended.jobs[job_id]["prompt"] != prompt:
            yield f"{job_id} is another job now"
    # Each client asks until it is answered, so what is there was told to somebody.
    for job_id in ended.jobs.keys() - prompts.keys():
        yield f"{job_id} is there, and nobody was told"


def _ends(ended: Ended) -> Iterable[str]:
    """Each job has ended, well or by being cancelled, and has one whole take or none."""
    for job_id, job in ended.jobs.items():
        completed, takes = job["status"] == "completed", ended.takes.count(job_id)
        if job["status"] not in ("completed", "cancelled"):
            yield f"{job_id} is {job['status']}: {job['error']}"
        if takes != completed:
            yield f"{job_id} is {job['status']} and has {takes} takes"
        if (job_id in ended.audio) is not completed:
            yield f"{job_id} is {job['status']}, and its audio is not as that"
        if ended.audio.get(job_id):
            yield f"{job_id}: {ended.audio[job_id]}"
    for job_id in set(ended.takes) - ended.jobs.keys():
        yield f"a take of {job_id}, which is not there"


def _cancelled(history: Sequence[Call], ended: Ended) -> Iterable[str]:
    """What was said to be cancelled is; what nobody cancelled is not."""
    asked = {call.key for call in history if call.verb == "cancel"}
    told = {call.key for call in history if call.verb == "cancel" and call.status in (200, 202)}
    cancelled = {job_id for job_id, job in ended.jobs.items() if job["status"] == "cancelled"}
    for call in history:
        if call.verb == "cancel" and call.status not in (NONE, 200, 202, 409, 503):
            yield f"{call.key} could not be cancelled: {call.status} {call.answer}"
    for job_id in told - cancelled:
        yield f"{job_id} was cancelled and is not"
    for job_id in cancelled - asked:
        yield f"{job_id} is cancelled, and nobody asked for that"


def _seen(history: Sequence[Call], ended: Ended) -> Iterable[str]:
    """A job that was seen to have ended stays so: it ends once."""
    for call in history:
        if call.verb != "look" or call.status in (NONE, 503):  # what it needs may be away
            continue
        if call.status != 200:
            yield f"{call.key} could not be looked at: {call.status} {call.answer}"
        elif call.answer["status"] in FINAL and call.key in ended.jobs:
            now = ended.jobs[call.key]["status"]
            if now != call.answer["status"]:
                yield f"{call.key} was {call.answer['status']} and is {now}"
