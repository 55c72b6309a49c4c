"""Whose turn it is: the order in which waiting jobs of many owners are begun.

Higher priority first. But what waits gains a level each time that a while passes in which nothing
of the same owner and the same priority began: so low priorities are served too, and an owner with
hundreds of old jobs gains nothing by their age over who comes now. Within a level, owners take
turns: who was served longest ago is next.
"""

from __future__ import annotations

from typing import Any

from peewee import SQL, Value, fn

from engine.jobs import Job
from engine.store.database import Database
from engine.store.rows import Tables

__all__ = ["AGEING_SECONDS", "Turns"]

AGEING_SECONDS = 600.0
"""For one level."""


class Turns:
    """Asked and taken within the transaction of a claim."""

    def __init__(self, database: Database, ageing: float = AGEING_SECONDS) -> None:
        """``ageing``: seconds for a level."""
        self._database = database
        self._tables = Tables(database.peewee)
        self._ageing = ageing

    def joined(self, query: Any) -> Any:
        """A query on jobs, with what is known of their owners' turns."""
        jobs, turns = self._tables.jobs, self._tables.turns
        return self.with_levels(query).left_outer_join(turns, on=(turns.owner == jobs.owner))

    def with_levels(self, query: Any) -> Any:
        """A query on jobs, with what their levels are made of, and nothing of turns."""
        jobs, served = self._tables.jobs, self._tables.served
        same = (served.owner == jobs.owner) & (served.priority == jobs.priority)
        return query.left_outer_join(served, on=same)

    @property
    def level(self) -> Any:
        """Of a job with levels: its priority, and a level for each while that it waited in vain."""
        jobs, served = self._tables.jobs, self._tables.served
        since = self._database.later(
            fn.COALESCE(jobs.waits_since, jobs.created_at), fn.COALESCE(served.at, 0)
        )
        return jobs.priority + self._database.whole_part(self._database.now - since, self._ageing)

    @property
    def turn(self) -> Any:
        """Of a joined job: the lowest is next."""
        return fn.COALESCE(self._tables.turns.number, 0)

    def take(self, job: Job) -> None:
        """This job's owner has had a turn, and its priority too."""
        turns, served = self._tables.turns, self._tables.served
        number = fn.COALESCE(fn.MAX(turns.number), 0) + 1
        # SQLite takes what stands behind for a part of the select, unless that has a condition.
        following = turns.select(Value(job.owner), number).where(SQL("1 = 1"))
        turn = turns.insert(following, columns=[turns.owner, turns.number])
        turn.on_conflict(conflict_target=("owner",), preserve=(turns.number,)).execute()
        now = served.insert(
            {"owner": job.owner, "priority": job.priority, "at": self._database.now}
        )
        now.on_conflict(conflict_target=("owner", "priority"), preserve=(served.at,)).execute()
