"""Attempts on some machine, as all others are to see them: how far each is, and what is kept of it.

Of an attempt that was given up nothing is written any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.jobs import Status, Step
from engine.store.records import Records

__all__ = ["Attempts", "Grown"]

_SHOW = """
WITH shown AS (
    UPDATE jobs
    SET step = grown.step, progress = grown.progress, eta_seconds = grown.eta_seconds
    FROM unnest(%s::text[], %s::text[], %s::text[], %s::float8[], %s::float8[])
    AS grown (id, token, step, progress, eta_seconds)
    WHERE jobs.id = grown.id AND jobs.token = grown.token AND jobs.status = %s
    RETURNING jobs.id
)
SELECT ARRAY(SELECT id FROM shown), set_config('synchronous_commit', 'off', true),
    (SELECT count(pg_notify(%s, word)) FROM unnest(%s::text[]) AS word)
"""


@dataclass(frozen=True, slots=True)
class Grown:
    """How far an attempt is."""

    job_id: str
    token: str
    step: Step
    progress: float
    """0 to 1."""
    eta_seconds: float | None


class Attempts(Records):
    """Of a PostgreSQL database."""

    def show(
        self, grown: Sequence[Grown], channel: str = "", words: Sequence[str] = ()
    ) -> list[str]:
        """Write down how far these are, and say ``words`` on a channel, in one statement; the jobs
        that still are these attempts'.

        Their progress may be gone with PostgreSQL's last moment: the next one comes soon.
        """
        with self._database.reading():
            [(shown, *_)] = self._database.peewee.execute_sql(
                _SHOW,
                (
                    [each.job_id for each in grown],
                    [each.token for each in grown],
                    [each.step.value for each in grown],
                    [each.progress for each in grown],
                    [each.eta_seconds for each in grown],
                    Status.PROCESSING.value,
                    channel,
                    list(words),
                ),
            ).fetchall()
            return list(shown)

    def kept(self, job_id: str, token: str, key: str) -> bool:
        """Another machine could go on from what the storage holds under ``key``; False when the
        attempt is not this token's any more."""
        with self._database.writing():
            return bool(self._update([job_id], self._held(token), checkpoint=key))

    def can_be_heard(self, job_id: str, token: str, key: str) -> bool:
        """The same for a preview."""
        with self._database.writing():
            return bool(self._update([job_id], self._held(token), preview=key))

    def begins_anew(self, job_id: str, token: str) -> None:
        """What it was to go on from is gone, and so is what somebody wanted to end with."""
        with self._database.writing():
            self._update([job_id], self._held(token), checkpoint=None, ending_early=False)

    def end_early(self, job_id: str) -> bool:
        """Let a job that generates end with what it has, wherever it does; False if it does not
        generate. Its take will be shorter than what was asked for, so it answers no other request.
        """
        jobs = self._tables.jobs
        growing = (jobs.status == Status.PROCESSING.value) & (jobs.step == Step.GENERATING.value)
        with self._database.writing():
            return bool(self._update([job_id], growing, ending_early=True, fingerprint=""))

    def _held(self, token: str) -> Any:
        jobs = self._tables.jobs
        return (jobs.token == token) & (jobs.status == Status.PROCESSING.value)
