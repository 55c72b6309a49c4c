"""Any sequence of verbs by musicians, workers that come, die and freeze, and the reaper: on each
database, against one plain model of the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from engine.jobs import Failure, Job, Order, Status, Take
from engine.request import Request
from engine.store.database import Database
from engine.store.leases import Leases
from engine.store.lost import LostJobs
from engine.store.permits import GoodFor, Permit
from engine.store.store import Store
from tests.engine.store.conftest import Both

TAKE = Take(Path("take.wav"), 1.0, 44_100, 2, "00", made_by="sketch 1")
WORKERS = ("one", "other")
MAX_RETRIES = 2

workers = st.sampled_from(WORKERS)


class Box:
    """Permits that are out, as a queue would keep them."""

    is_out = "1 = 1"

    def __init__(self) -> None:
        self.issued: dict[str, Permit] = {}

    def issue(self, permits: Sequence[Permit], *, new: bool = False, rest: float = 0.0) -> None:
        for permit in permits:
            assert not (new and permit.job_id in self.issued)
            self.issued.setdefault(permit.job_id, permit)

    def recall(self, job_ids: Collection[str]) -> None:
        for job_id in job_ids:
            self.issued.pop(job_id, None)

    def out(self, models: Collection[str]) -> Counter[GoodFor]:
        return Counter((each.model, each.alone) for each in self.issued.values())

    def withdraw(self, silent_seconds: float) -> None: ...


@dataclass
class Claimed:
    worker: str
    token: str


@dataclass
class Model:
    """The rules, plainly."""

    queue: list[str] = field(default_factory=list)
    """Waiting, in order."""
    claimed: dict[str, Claimed] = field(default_factory=dict)
    ended: dict[str, Status] = field(default_factory=dict)
    suspect: set[str] = field(default_factory=set)
    resting: set[str] = field(default_factory=set)
    retries: dict[str, int] = field(default_factory=dict)
    needs: dict[str, str] = field(default_factory=dict)

    def may_run(self, *, suspects: bool) -> list[str]:
        return [
            job
            for job in self.queue
            if (job in self.suspect) == suspects and job not in self.resting and self.met(job)
        ]

    def met(self, job: str) -> bool:
        return self.needs.get(job) is None or self.ended.get(self.needs[job]) is Status.COMPLETED

    def end(self, job: str, status: Status) -> None:
        self.ended[job] = status
        self.resting.discard(job)  # tried again by hand, it waits for nothing
        if status is not Status.COMPLETED:
            for waiting in [each for each in self.queue if self.needs.get(each) == job]:
                self.queue.remove(waiting)
                self.end(waiting, Status.FAILED)


class LeaseRules(RuleBasedStateMachine):
    jobs: Bundle[str] = Bundle("jobs")

    def __init__(self, both: Both) -> None:
        super().__init__()
        self.database: Database = both.database

    @initialize()
    def begin(self) -> None:
        with self.database.writing():
            for table in ("jobs", "takes", "turns", "served"):
                self._sql(f"DELETE FROM {table}")  # noqa: S608
        self.box = Box()
        self.model = Model()
        self.store = Store(self.database, self.box)
        self.lost = LostJobs(
            self.database, max_retries=MAX_RETRIES, lease_seconds=60, permits=self.box
        )
        self.leases = {
            worker: Leases(self.database, worker, seconds=60, permits=self.box)
            for worker in WORKERS
        }
        self.stale: list[tuple[str, Claimed]] = []
        """Claims that somebody else has ended."""

    # -- musicians ----------------------------------------------------------------------------

    @rule(target=jobs, front=st.booleans())
    def submit(self, front: bool) -> str:
        [job] = self.store.submit([Order(Request(prompt="x"))], front=front)
        self.model.queue.insert(0 if front else len(self.model.queue), job.id)
        return job.id

    @rule(target=jobs, needed=jobs)
    def submit_what_depends(self, needed: str) -> str:
        if self.model.ended.get(needed, Status.COMPLETED) is not Status.COMPLETED:
            return needed
        [job] = self.store.submit([Order(Request(prompt="x"), depends_on=needed)])
        self.model.needs[job.id] = needed
        self.model.queue.append(job.id)
        return job.id

    @rule(job=jobs)
    def cancel(self, job: str) -> None:
        changed = [each.id for each in self.store.cancel([job])]
        if job not in self.model.queue and job not in self.model.claimed:
            assert changed == []
            return
        assert changed[0] == job
        self._lose_claim(job)
        self.model.queue = [each for each in self.model.queue if each != job]
        self.model.end(job, Status.CANCELLED)

    @rule(job=jobs)
    def retry(self, job: str) -> None:
        again = [each.id for each in self.store.retry([job])]
        not_made = (Status.FAILED, Status.CANCELLED)
        assert (job in again) == (self.model.ended.get(job) in not_made)
        for each in again:
            del self.model.ended[each]
            self.model.suspect.discard(each)
            self.model.retries.pop(each, None)
            self.model.queue.append(each)
        self._in_place()

    @rule(moved=jobs, before=jobs)
    def move(self, moved: str, before: str) -> None:
        self.store.move([moved], before)
        queue = self.model.queue
        if moved in queue and moved != before:
            queue.remove(moved)
            queue.insert(queue.index(before) if before in queue else len(queue), moved)

    # -- workers ------------------------------------------------------------------------------

    @rule(worker=workers, suspects=st.booleans())
    def claim(self, worker: str, suspects: bool) -> None:
        ready = self.model.may_run(suspects=suspects)
        claimed = self.leases[worker].claim("local", suspects=suspects)
        if not ready:
            assert claimed is None
            return
        assert claimed is not None
        job, token = claimed
        assert job.id == ready[0]
        assert job.retry_at is None
        self.model.queue.remove(job.id)
        self.model.claimed[job.id] = Claimed(worker, token)
        self.box.issued.pop(job.id)

    @rule(job=jobs, completes=st.booleans())
    def end(self, job: str, completes: bool) -> None:
        if job not in self.model.claimed:
            return
        claim = self.model.claimed.pop(job)
        leases = self.leases[claim.worker]
        if completes:
            assert leases.finish(job, claim.token, TAKE) is not None
            self.model.end(job, Status.COMPLETED)
        else:
            assert leases.fail(job, claim.token, Failure("x", "y"))
            self.model.end(job, Status.FAILED)

    @rule(job=jobs, retry=st.booleans(), suspect=st.booleans(), rests=st.booleans())
    def release(self, job: str, retry: bool, suspect: bool, rests: bool) -> None:
        if job not in self.model.claimed:
            return
        claim = self.model.claimed.pop(job)
        rest = 1000.0 if rests else 0.0
        released = self.leases[claim.worker].release(
            job, claim.token, retry=retry, suspect=suspect, rest=rest
        )
        assert released is not None
        assert (released.retry_at is not None) == rests
        self._waits_again(job, retry=retry, suspect=suspect)
        if rests:
            self.model.resting.add(job)

    @rule(worker=workers)
    def give_a_sign_of_life(self, worker: str) -> None:
        held = {c.token for c in self.model.claimed.values() if c.worker == worker}
        assert set(self.leases[worker].extend()) == held

    @rule(worker=workers)
    def lose_the_answer_to_a_claim(self, worker: str) -> None:
        """It is put back, and counts as no attempt."""
        ready = self.model.may_run(suspects=False)
        held = [c.token for c in self.model.claimed.values() if c.worker == worker]
        self.leases[worker].claim("local")
        back = [each.id for each in self.leases[worker].put_back(held)]
        assert back == ready[:1]
        self._in_place()

    @rule(worker=workers)
    def start_again(self, worker: str) -> None:
        """Who starts takes nothing from anybody."""
        assert self.leases[worker].recover() == []

    @rule(worker=workers)
    def die_or_freeze(self, worker: str) -> None:
        held = [job for job, claim in self.model.claimed.items() if claim.worker == worker]
        with self.database.writing():
            self._sql(f"UPDATE jobs SET lease_until = 1 WHERE worker = '{worker}'")  # noqa: S608
        changed = {job.id: job for job in self.lost.reap() or []}
        assert set(held) <= set(changed)
        for job in held:
            self._lose_claim(job)
            if self.model.retries.get(job, 0) >= MAX_RETRIES:
                self.model.end(job, Status.FAILED)
                error = changed[job].error
                assert error is not None
                assert f"did so {MAX_RETRIES + 1} times" in error.message
            else:
                lost_before = self.model.retries.get(job, 0) > 0
                self._waits_again(job, retry=True, suspect=lost_before)

    # -- time ---------------------------------------------------------------------------------

    @precondition(lambda self: self.model.resting)
    @rule()
    def let_rests_pass(self) -> None:
        with self.database.writing():
            self._sql("UPDATE jobs SET rests_until = 1 WHERE rests_until IS NOT NULL")
        self.model.resting.clear()

    # -- what always holds --------------------------------------------------------------------

    @invariant()
    def rows_are_as_the_rules_say(self) -> None:
        jobs = self.store.jobs()
        assert [j.id for j in jobs if j.status is Status.PENDING] == self.model.queue
        assert {j.id for j in jobs if j.status is Status.PROCESSING} == set(self.model.claimed)
        assert {j.id: j.status for j in jobs if j.status.final} == self.model.ended
        assert all((j.take is not None) == (j.status is Status.COMPLETED) for j in jobs)

    @invariant()
    def late_words_change_nothing(self) -> None:
        for job, claim in self.stale[-3:]:
            leases = self.leases[claim.worker]
            assert leases.finish(job, claim.token, TAKE) is None
            assert leases.fail(job, claim.token, Failure("x", "y")) == []
            assert leases.release(job, claim.token, retry=True) is None

    @invariant()
    def whatever_may_run_has_a_permit(self) -> None:
        for suspects in (True, False):
            for job in self.model.may_run(suspects=suspects):
                assert job in self.box.issued

    @invariant()
    def what_has_ended_has_none(self) -> None:
        """Or workers would be called for nothing, and where nobody has its model it stayed."""
        assert not self.model.ended.keys() & self.box.issued.keys()

    # -- inside -------------------------------------------------------------------------------

    def _waits_again(self, job: str, *, retry: bool, suspect: bool) -> None:
        if retry:
            self.model.retries[job] = self.model.retries.get(job, 0) + 1
        if suspect:
            self.model.suspect.add(job)
        self.model.queue.append(job)
        self._in_place()

    def _in_place(self) -> None:
        """A job that comes back keeps its place: where its row's position says."""
        places = {job.id: _place(job) for job in self.store.jobs()}
        self.model.queue.sort(key=lambda job_id: places[job_id])
        # Where one was moved to, another may come back to: those two go in any order.
        queue = self.model.queue
        assume(len({places[each] for each in queue}) == len(queue))

    def _lose_claim(self, job: str) -> None:
        if job in self.model.claimed:
            self.stale.append((job, self.model.claimed.pop(job)))

    def _sql(self, statement: str) -> None:
        self.database.peewee.execute_sql(statement)


def _place(job: Job) -> tuple[float, int]:
    return (job.position, -job.attempt)


def test_any_sequence_of_verbs_and_deaths_keeps_the_rules(both: Both) -> None:
    examples = 60 if both.database.kind == "sqlite" else 25
    run_state_machine_as_test(
        lambda: LeaseRules(both),
        settings=settings(max_examples=examples, stateful_step_count=30, deadline=None),
    )
