"""The heads of lines: what a claim looks at, in place of all that waits.

Jobs of one owner, one priority and one model stand in a line, by their positions, and only the
first of a line that may run can be the next. So a claim steps from line to line through an index
and takes the first of each: it costs as much as there are lines, however long they are.
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

_END = 1e308
"""Behind all positions."""


def heads(tables: Tables, ready: Any) -> Any:
    """A query for the ids of the first of each line that is ``ready`` (a condition on jobs), and
    null for a line that has none.

    ``place`` and ``suspects`` are given with each asking: of that place, and suspects alone or all
    others.
    """
    jobs = tables.jobs

    def columns(source: Any) -> list[Any]:
        return [getattr(source, name) for name in _LINE]

    def waiting() -> Any:
        there = (jobs.place == Given("place")) & (jobs.suspect == Given("suspects"))
        return jobs.select(jobs.id).where((jobs.status == _WAITS) & there)

    def first_of_all(after: Any | None = None) -> Any:
        query = waiting().order_by(*columns(jobs)).limit(_ONE)
        if after is None:
            return query
        # Behind the last place of that line, and as values: SQLite would read through the line, and
        # looks no text up in an index that comes from another column.
        last = [*(fn.COALESCE(column, column) for column in columns(after)), _END]
        return query.where(Tuple(*columns(jobs), jobs.position) > Tuple(*last))

    first, following = jobs.alias("first"), jobs.alias("following")
    begin = first.select(*columns(first)).where(first.id == first_of_all())
    lines = begin.cte("lines", recursive=True, columns=_LINE)
    step = following.select(*columns(following)).join(
        lines, on=(following.id == first_of_all(lines.c))
    )
    same = Tuple(*columns(jobs)) == Tuple(*columns(lines.c))
    head = waiting().where(same & ready).order_by(jobs.position, jobs.attempt.desc()).limit(_ONE)
    return lines.union_all(step).select_from(head)
