"""In which order jobs stand in the list, and which of them a filter shows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache

from engine.jobs import Job, Status
from engine.licences import allows_sale, forbids_sale

__all__ = ["Filter", "Key", "Place", "Places", "Show", "in_tab", "search_text", "sort_key"]

Key = tuple[int, float, float, str]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WORD = re.compile(r"seed\s+(\d+)(?!\S)|\S+")
_FLAT = re.compile(r"([a-g])[b♭](?<!\w[a-g][b♭])(m?)(?!\w)")
"""The name of a key with a flat, which may be written in either way: "bb major", "e♭m"."""


def sort_key(job: Job) -> Key:
    """Running first, the longest-running on top; then the waiting in the queue's order; then what
    ended, the newest first. A row moves only when its job goes from one of these to the next."""
    if job.status is Status.PROCESSING:
        return 0, _seconds(job.started_at or job.created_at), 0.0, job.id
    if job.status is Status.PENDING:
        return 1, -job.priority, job.position, job.id
    # What was cancelled all at once stays in the queue's order.
    return 2, -_seconds(job.finished_at or job.created_at), job.position, job.id


class Show(StrEnum):
    """The tabs over the list."""

    ALL = "all"
    QUEUE = "queue"
    FAVOURITES = "favourites"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list shows: a tab, and words that must all occur in a job's ``search_text``."""

    show: Show = Show.ALL
    words: tuple[str, ...] = ()

    @classmethod
    def of(cls, show: Show, search: str) -> Filter:
        """``seed 12`` is one word, for that seed and no other."""
        found = _WORD.finditer(_plain(search))
        return cls(show, tuple(_seed_line(each[1]) if each[1] else each[0] for each in found))


def search_text(job: Job) -> str:
    """What a search looks through: name, prompt, model, seed, and what is known of the take."""
    text = f"{job.name}\n{job.request.prompt}\n{job.request.model}{_seed_line(job.request.seed)}"
    take = job.take
    if take is not None:
        tempo = f"{take.tempo:g} bpm" if take.tempo else ""
        text += f"{take.key or ''}\n{tempo}\n{' '.join(take.tags)}\n{take.notes}"
        text += _licence_term(take.licence)
    text = _plain(text)
    flats = (f"{name}b{m}\n{name}♭{m}" for name, m in _FLAT.findall(text))
    return "\n".join((text, *flats))


@lru_cache(maxsize=64)  # few licences, many takes
def _licence_term(licence: str) -> str:
    """What finds takes that must not be sold, and those that may be."""
    if forbids_sale(licence):
        return "\nlicence:nc"
    return "\nlicence:yours" if allows_sale(licence) else ""


def in_tab(job: Job, show: Show) -> bool:
    match show:
        case Show.ALL:
            return True
        case Show.QUEUE:
            return not job.status.final
        case Show.FAVOURITES:
            return job.take is not None and (job.take.stars >= 4 or job.take.kept is True)
        case Show.FAILED:
            return job.status is Status.FAILED


@dataclass(frozen=True, slots=True)
class Place:
    """Where a waiting job stands."""

    number: int
    """1 is next there, on this computer or on its server."""
    ahead: float
    """Seconds of music to be made there before it."""


class Places:
    """Where each of the waiting jobs stands, given them in their order."""

    def __init__(self, waiting: Iterable[Job]) -> None:
        self._places: dict[str, Place] = {}
        last: dict[str, Place] = {}
        for job in waiting:
            place = last.get(job.place, Place(1, 0.0))
            self._places[job.id] = place
            last[job.place] = Place(place.number + 1, place.ahead + job.request.duration)

    def get(self, job_id: str) -> Place | None:
        return self._places.get(job_id)


def _plain(text: str) -> str:
    return text.casefold().replace("♯", "#")


def _seed_line(seed: object) -> str:
    return f"\nseed {seed}\n"


def _seconds(moment: datetime) -> float:
    return (moment - _EPOCH).total_seconds()
