"""Workers that died, and how long what they had waited to be begun again.

PostgreSQL itself writes down each job that changes hands, by its own clock: nothing is missed
between two looks, and neither the machines' clocks nor how busy they are can tell anything else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

__all__ = ["WITHIN_SECONDS", "Death", "Deaths", "Turn", "waits"]

WITHIN_SECONDS = 45.0
"""What the program promises, with the settings that it has by itself."""
_JOURNAL = """
CREATE SCHEMA witness;
CREATE TABLE witness.turns (
    number BIGSERIAL, job_id TEXT, status TEXT, worker TEXT, at DOUBLE PRECISION
);
CREATE TABLE witness.deaths (worker TEXT, at DOUBLE PRECISION);
CREATE FUNCTION witness.note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO witness.turns (job_id, status, worker, at)
    VALUES (NEW.id, NEW.status, NEW.worker, extract(epoch FROM clock_timestamp()));
    RETURN NULL;
END $$;
CREATE TRIGGER witness AFTER UPDATE OF status ON public.jobs
    FOR EACH ROW EXECUTE FUNCTION witness.note();
"""

_DIED = """
INSERT INTO witness.deaths
SELECT id, extract(epoch FROM clock_timestamp()) FROM public.workers WHERE pid = %s
"""
_TURNS = "SELECT job_id, status, worker, at FROM witness.turns ORDER BY number"


@dataclass(frozen=True, slots=True)
class Turn:
    """A job came into this state."""

    job_id: str
    status: str
    worker: str | None
    at: float
    """Seconds since the epoch, by PostgreSQL's clock."""


@dataclass(frozen=True, slots=True)
class Death:
    worker: str
    at: float


def waits(turns: Iterable[Turn], deaths: Sequence[Death]) -> dict[str, float | None]:
    """For each job that a worker had when it died: the seconds until it was begun again, None if
    it never was. Not for those that ended without that: cancelled meanwhile, or done by the
    worker's last word. ``turns``: of each job in their order."""
    by_job: defaultdict[str, list[Turn]] = defaultdict(list)
    for turn in turns:
        by_job[turn.job_id].append(turn)
    found: dict[str, float | None] = {}
    for death in deaths:
        for job_id, its in by_job.items():
            before = [turn for turn in its if turn.at <= death.at]
            had = before and (before[-1].status, before[-1].worker) == ("processing", death.worker)
            after = [turn for turn in its[len(before) :] if turn.status != "pending"]
            if had and not after:
                found[f"{job_id} of {death.worker}"] = None
            elif had and after[0].status == "processing":
                found[f"{job_id} of {death.worker}"] = after[0].at - death.at
    return found


class Deaths:
    """Of one cluster.

    >>> deaths = Deaths(cluster.database_url)     # once its tables are there
    >>> worker.kill()
    >>> deaths.note(worker.pid)
    >>> print(deaths.judged())                    # once all jobs have ended
    """

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url
        self._run(_JOURNAL)

    def note(self, pid: int) -> None:
        """It is dead now. Who had not joined yet had nothing."""
        self._run(_DIED, pid)

    def judged(self, *, at_least: int = 0) -> str:
        """All was begun again in time, or the test fails; how much, and the longest."""
        deaths = [Death(*row) for row in self._run("SELECT worker, at FROM witness.deaths")]
        waited = waits([Turn(*row) for row in self._run(_TURNS)], deaths)
        assert len(waited) >= at_least, "nothing had to be begun again"
        never = [job for job, seconds in waited.items() if seconds is None]
        assert not never, f"never begun again: {never}"
        longest = max((seconds for seconds in waited.values() if seconds is not None), default=0.0)
        assert longest <= WITHIN_SECONDS, f"begun again too late: {waited}"
        return (
            f"what killed workers had was begun again {len(waited)} times, at the latest "
            f"{longest:.1f} s after the death"
        )

    def _run(self, text: str, *values: object) -> list[Any]:
        with psycopg.connect(self._database_url, autocommit=True) as connection:
            done = connection.execute(text, values or None)  # type: ignore[call-overload]
            return list(done.fetchall()) if done.description else []
