"""News between processes that share one queue: who changed something tells, and all others look.

The rows are the truth and news are hints. A lost one costs a moment: all who listen are also told
to look by themselves, every few seconds, and every second where no news can be heard (as behind
a pooler that lends connections to many, where LISTEN does not work).
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Protocol

from engine.cluster.aside import Aside
from engine.errors import StorageError
from engine.tasks import Tasks

__all__ = ["CHANNEL", "Kind", "News", "Note", "words_of"]

log = logging.getLogger(__name__)

CHANNEL = "dgx_music"
TELL_SECONDS = 0.05
"""News of so long travel together: telling is dear where many do it."""
LOOK_SECONDS = 5.0
"""Between two looks of those who hear news, in case one was lost."""
LONGEST = 7_500
"""Bytes of ids in one message: PostgreSQL carries less than 8,000."""


class Kind(StrEnum):
    """What there is to know; those with ids name jobs, DRAIN and PERMIT name workers."""

    LOOK = "look"
    """Anything may have happened. Never sent: it stands for what could not be heard."""
    JOBS = "jobs"
    """Rows of jobs have changed."""
    PROGRESS = "progress"
    """These grow, and can be heard perhaps."""
    CANCEL = "cancel"
    STOP = "stop"
    """Let these end here, with what has grown."""
    PAUSE = "pause"
    """The queue was paused, or goes on."""
    DRAIN = "drain"
    PERMIT = "permit"
    """There are permits for these, who have room."""


@dataclass(frozen=True, slots=True)
class Note:
    kind: Kind
    ids: tuple[str, ...] = ()


class Wire(Protocol):
    """What news travel over: ``engine.store.postgresql.channel.Channel``."""

    def say(self, words: Sequence[str]) -> None:
        """Raises StorageError."""
        ...

    async def hear(
        self, on_word: Callable[[str], None], on_hearing: Callable[[bool], None]
    ) -> None: ...


class News:
    """What this process tells and hears.

    >>> news.listen(lambda note: print(note))
    >>> async with news:
    ...     news.tell(Kind.CANCEL, [job.id])
    """

    def __init__(
        self, wire: Wire, aside: Aside, *, poll_seconds: float, listens: bool = True
    ) -> None:
        """``poll_seconds``: between two looks while nothing is heard; ``listens``: False where it
        is known that nothing will be."""
        self._wire = wire
        self._aside = aside
        self._poll_seconds = poll_seconds
        self._listens = listens
        self._listeners: list[Callable[[Note], None]] = []
        self._untold: defaultdict[Kind, dict[str, None]] = defaultdict(dict)
        self._telling: asyncio.TimerHandle | None = None
        self._looking: asyncio.TimerHandle | None = None
        self._hearing = Tasks(log, "hearing news")
        self._saying = Tasks(log, "telling news")
        self.hears = False
        """Whether news arrive now."""

    async def __aenter__(self) -> News:
        if self._listens:
            self._hearing.begin(self._wire.hear(self._heard, self._can_hear))
        self._look()
        return self

    async def __aexit__(self, *_: object) -> None:
        """What is still to be told is told."""
        self._hearing.cancel()
        await self._hearing.ended()
        if self._looking is not None:
            self._looking.cancel()
        if self._telling is not None:
            self._telling.cancel()
            self._tell_now()
        await self._saying.ended()

    def listen(self, on_note: Callable[[Note], None]) -> None:
        """Hear what all processes tell, this one too."""
        self._listeners.append(on_note)

    def tell(self, kind: Kind, ids: Iterable[str] = ()) -> None:
        """Soon, with what else there is to tell; nobody waits for it."""
        self._untold[kind].update(dict.fromkeys(ids))
        if self._telling is None:
            loop = asyncio.get_running_loop()
            self._telling = loop.call_later(TELL_SECONDS, self._tell_now)

    # -- inside ------------------------------------------------------------------------------

    def _tell_now(self) -> None:
        self._telling = None
        untold, self._untold = self._untold, defaultdict(dict)
        words = [word for kind, ids in untold.items() for word in words_of(kind, list(ids))]
        self._saying.begin(self._say(words))

    async def _say(self, words: list[str]) -> None:
        try:
            await self._aside.do(partial(self._wire.say, words))
        except StorageError as error:  # they find it when they look
            log.info("others are not told: %s", error.message)

    def _heard(self, word: str) -> None:
        note = _note(word)
        if note is not None:
            self._pass_on(note)

    def _can_hear(self, hears: bool) -> None:
        self.hears = hears
        self._look()  # in either case something may have been missed

    def _look(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
        seconds = LOOK_SECONDS if self.hears else self._poll_seconds
        self._looking = asyncio.get_running_loop().call_later(seconds, self._look)
        self._pass_on(Note(Kind.LOOK))

    def _pass_on(self, note: Note) -> None:
        for listener in self._listeners:
            listener(note)


def words_of(kind: Kind, ids: Sequence[str]) -> Iterator[str]:
    """As they travel, each short enough."""
    part: list[str] = []
    size = 0
    for each in ids:
        size += len(json.dumps(each)) + len(", ")
        if size > LONGEST:
            yield json.dumps([kind, *part])
            part, size = [], len(json.dumps(each))
        part.append(each)
    yield json.dumps([kind, *part])


def _note(word: str) -> Note | None:
    """None for what is no news: the wire's own words, or those of a later version."""
    with suppress(ValueError):
        match json.loads(word):
            case [str(kind), *ids] if all(isinstance(each, str) for each in ids):
                return Note(Kind(kind), tuple(ids))
    return None
