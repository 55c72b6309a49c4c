"""Any sequence of verbs, by musician and dispatcher, on each database."""

from __future__ import annotations

from pathlib import Path

from hypothesis import assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from engine.jobs import Failure, Order, Status, Take
from engine.request import Request
from tests.engine.store.conftest import Both

TAKE = Take(Path("take.wav"), 1.0, 44_100, 2, "00", made_by="sketch 1")


class QueueRules(RuleBasedStateMachine):
    """Any sequence of verbs, by musician and dispatcher, against a plain model of the rules."""

    jobs: Bundle[str] = Bundle("jobs")

    def __init__(self, both: Both) -> None:
        super().__init__()
        self.database, self.store, self.claims = both.database, both.store, both.claims

    @initialize()
    def begin(self) -> None:
        with self.database.writing():
            for table in ("jobs", "takes"):
                self.database.peewee.execute_sql(f"DELETE FROM {table}")  # noqa: S608
        self.queue: list[str] = []  # waiting, in order
        self.claimed: dict[str, str] = {}
        self.ended: dict[str, Status] = {}
        self.stale: list[tuple[str, str, Status | None]] = []
        """Claims that are over, and the state that their holders brought their jobs into."""
        self.trash: set[str] = set()
        """What was deleted while it waited or ran."""
        self.ended_trash: dict[str, Status] = {}

    @rule(target=jobs, front=st.booleans())
    def submit(self, front: bool) -> str:
        (job,) = self.store.submit([Order(Request(prompt="x"))], front=front)
        self.queue.insert(0 if front else len(self.queue), job.id)
        return job.id

    @rule()
    def claim(self) -> None:
        claimed = self.claims.claim("local")
        if not self.queue:
            assert claimed is None
            return
        assert claimed is not None
        job, token = claimed
        assert job.id == self.queue.pop(0)
        self.claimed[job.id] = token

    @rule(job=jobs, completes=st.booleans())
    def end(self, job: str, completes: bool) -> None:
        if job not in self.claimed:
            return
        token = self.claimed.pop(job)
        self.stale.append((job, token, Status.COMPLETED if completes else Status.FAILED))
        if completes:
            assert self.claims.finish(job, token, TAKE) is not None
            self.ended[job] = Status.COMPLETED
        else:
            assert self.claims.fail(job, token, Failure("x", "y"))
            self.ended[job] = Status.FAILED

    @rule(job=jobs)
    def release(self, job: str) -> None:
        if job not in self.claimed:
            return
        token = self.claimed.pop(job)
        self.stale.append((job, token, Status.PENDING))
        assert self.claims.release(job, token, retry=True) is not None
        self._back_in_place(job)

    @invariant()
    def late_words_change_nothing(self) -> None:
        for job, token, said in self.stale[-3:]:
            answers = {
                Status.COMPLETED: self.claims.finish(job, token, TAKE),
                Status.FAILED: next(iter(self.claims.fail(job, token, Failure("x", "y"))), None),
                Status.PENDING: self.claims.release(job, token, retry=True),
            }
            # Only the same word again has an answer: how the job is.
            assert all(answer is None for word, answer in answers.items() if word != said)

    @rule(job=jobs)
    def cancel(self, job: str) -> None:
        changed = [j.id for j in self.store.cancel([job])]
        expected = job in self.queue or job in self.claimed
        assert changed == ([job] if expected else [])
        if expected:
            if job in self.claimed:
                self.stale.append((job, self.claimed.pop(job), None))
            else:
                self.queue.remove(job)
            self.ended[job] = Status.CANCELLED

    @rule(job=jobs)
    def retry(self, job: str) -> None:
        self.store.retry([job])
        if self.ended.get(job) in (Status.FAILED, Status.CANCELLED):
            del self.ended[job]
            self.queue.append(job)

    @rule(moved=jobs, before=jobs)
    def move(self, moved: str, before: str) -> None:
        self.store.move([moved], before)
        if moved in self.queue and moved != before:
            self.queue.remove(moved)
            at = self.queue.index(before) if before in self.queue else len(self.queue)
            self.queue.insert(at, moved)

    @rule(job=jobs)
    def delete(self, job: str) -> None:
        self.store.delete([job])
        if job in self.claimed:
            self.stale.append((job, self.claimed.pop(job), None))
            self.trash.add(job)
        elif job in self.queue:
            self.queue.remove(job)
            self.trash.add(job)
        elif job in self.ended:
            self.ended_trash[job] = self.ended.pop(job)

    @rule(job=jobs)
    def restore(self, job: str) -> None:
        self.store.restore([job])
        if job in self.trash:
            self.trash.remove(job)
            self._back_in_place(job)
        elif job in self.ended_trash:
            self.ended[job] = self.ended_trash.pop(job)

    @rule()
    def program_dies_and_starts_again(self) -> None:
        back = {job.id for job in self.claims.recover()}
        assert back == set(self.claimed)
        for job, token in self.claimed.items():
            self.stale.append((job, token, None))
        for job in list(self.claimed):
            self._back_in_place(job)
        self.claimed.clear()

    @invariant()
    def rows_are_as_the_rules_say(self) -> None:
        jobs = self.store.jobs()
        assert [j.id for j in jobs if j.status is Status.PENDING] == self.queue
        assert {j.id for j in jobs if j.status is Status.PROCESSING} == set(self.claimed)
        assert {j.id: j.status for j in jobs if j.status.final} == self.ended
        assert all((j.take is not None) == (j.status is Status.COMPLETED) for j in jobs)

    def _back_in_place(self, job: str) -> None:
        """A job that comes back keeps its place: where its row's position says."""
        places = {j.id: (j.position, -j.attempt) for j in self.store.jobs()}
        self.queue.append(job)
        self.queue.sort(key=lambda job_id: places[job_id])
        # Where one was moved to, another may come back to: those two go in any order.
        assume(len({places[each] for each in self.queue}) == len(self.queue))


def test_any_sequence_of_verbs_keeps_the_rules(both: Both) -> None:
    examples = 120 if both.database.kind == "sqlite" else 40
    run_state_machine_as_test(
        lambda: QueueRules(both),
        settings=settings(max_examples=examples, stateful_step_count=30, deadline=None),
    )
