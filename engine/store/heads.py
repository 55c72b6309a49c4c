"""The heads of lines: what a claim looks at, in place of all that waits.

Jobs of one owner, one priority and one model stand in a line, by their positions, and only the
first of a line that may run can be the next. So a claim steps from line to line through an index
and takes the first of each: it costs as much as there are lines, however long they are. Where there
are very many, each of few jobs, to put all in order costs less, and heads are not asked for.
"""

from __future__ import annotations

from typing import Any

from peewee import SQL, Tuple, fn

from engine.store.prepared import Given
from engine.store.rows import Tables

__all__ = ["heads"]

_LINE = ("when_idle", "owner", "priority", "model")
_WAITS, _ONE = SQL("'pending'"), SQL("1")
"""Written into the statement, so that it is planned for them: the index has rows of no other state,
and of each line one is enough."""

MOST_LINES = 200
"""A step from one to the next takes as long as putting three jobs in order."""
_END = 1e308
"""Behind all positions."""


def heads(tables: Tables, ready: Any) -> Any:
    """A query for the ids of the first of each line that is ``ready`` (a condition on jobs); for
    none where there are ``MOST_LINES`` or more.

    ``place`` and ``suspects`` are given with each asking: of that place, and suspects alone or all
    others.
    """
    jobs = tables.jobs
    there = (jobs.place == Given("place")) & (jobs.suspect == Given("suspects"))

    def columns(source: Any) -> list[Any]:
        return [getattr(source, name) for name in _LINE]

    def next_head(after: Any | None = None) -> Any:
        query = jobs.select(jobs.id).where((jobs.status == _WAITS) & there & ready)
        if after is not None:
            # Behind the last place of that line, and as values: SQLite would read through the line,
            # and looks no text up in an index that comes from another column.
            last = [*(fn.COALESCE(column, column) for column in columns(after)), _END]
            query = query.where(Tuple(*columns(jobs), jobs.position) > Tuple(*last))
        return query.order_by(*columns(jobs), jobs.position, jobs.attempt.desc()).limit(_ONE)

    first, following = jobs.alias("first"), jobs.alias("following")
    begin = first.select(first.id, *columns(first), _ONE).where(first.id == next_head())
    lines = begin.cte("lines", recursive=True, columns=("id", *_LINE, "number"))
    more = lines.c.number < MOST_LINES
    step = following.select(following.id, *columns(following), lines.c.number + 1).join(
        lines, on=(more & (following.id == next_head(lines.c)))
    )
    all_of_them = SQL("(SELECT count(*) FROM lines)") < MOST_LINES
    return lines.union_all(step).select_from(lines.c.id).where(all_of_them)
