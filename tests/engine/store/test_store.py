"""The store's rules: order, claims by token, chains, trash, migrations, damage."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from engine.errors import Conflict, FolderNotWritable, InvalidRequest, StoreLocked
from engine.jobs import Failure, Order, Status, Take
from engine.request import Request
from engine.store import opening
from engine.store.claims import Claims
from engine.store.opening import lock_folder, open_database
from engine.store.store import Store

TAKE = Take(Path("take.wav"), 1.0, 44_100, 2, "00", made_by="sketch 1")


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[Store, Claims]]:
    database = open_database(tmp_path / "studio.db").database
    yield Store(database), Claims(database)
    database.close()


class QueueRules(RuleBasedStateMachine):
    """Any sequence of verbs, by musician and dispatcher, against a plain model of the rules."""

    jobs: Bundle[str] = Bundle("jobs")

    @initialize()
    def open(self) -> None:
        self.database = open_database(Path(":memory:")).database
        self.store, self.claims = Store(self.database), Claims(self.database)
        self.queue: list[str] = []  # waiting, in order
        self.claimed: dict[str, str] = {}
        self.ended: dict[str, Status] = {}
        self.stale: list[tuple[str, str]] = []

    def teardown(self) -> None:
        self.database.close()

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
        self.stale.append((job, token))
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
        self.stale.append((job, token))
        assert self.claims.release(job, token, retry=True) is not None
        self._back_in_place(job)

    @invariant()
    def late_words_change_nothing(self) -> None:
        for job, token in self.stale[-3:]:
            assert self.claims.finish(job, token, TAKE) is None
            assert self.claims.fail(job, token, Failure("x", "y")) == []
            assert self.claims.release(job, token) is None

    @rule(job=jobs)
    def cancel(self, job: str) -> None:
        changed = [j.id for j in self.store.cancel([job])]
        expected = job in self.queue or job in self.claimed
        assert changed == ([job] if expected else [])
        if expected:
            if job in self.claimed:
                self.stale.append((job, self.claimed.pop(job)))
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
    def delete_and_restore(self, job: str) -> None:
        self.cancel(job)
        self.store.delete([job])
        assert job not in {j.id for j in self.store.jobs()}
        self.store.restore([job])

    @rule()
    def program_dies_and_starts_again(self) -> None:
        back = {job.id for job in self.claims.recover()}
        assert back == set(self.claimed)
        for job, token in self.claimed.items():
            self.stale.append((job, token))
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


TestQueueRules = QueueRules.TestCase
TestQueueRules.settings = hypothesis_settings(
    max_examples=120, stateful_step_count=30, deadline=None
)


def test_a_batch_is_queued_whole_or_not_at_all(both: tuple[Store, Claims]) -> None:
    store, _ = both
    orders = [Order(Request(prompt="a")), Order(Request(prompt="b"), depends_on="gen_none")]
    with pytest.raises(InvalidRequest, match="gen_none"):
        store.submit(orders)
    assert store.jobs() == []


def test_seeds_are_drawn_before_queueing_and_kept(both: tuple[Store, Claims]) -> None:
    store, _ = both
    drawn, given = store.submit([Order(Request()), Order(Request(seed=5))])
    assert drawn.request.seed is not None
    assert given.request.seed == 5
    assert store.job(drawn.id).request == drawn.request


def test_a_job_that_began_is_not_edited(both: tuple[Store, Claims]) -> None:
    store, claims = both
    (job,) = store.submit([Order(Request(prompt="before"))])
    store.edit(job.id, Request(prompt="after"), None)
    assert store.job(job.id).request.prompt == "after"
    claims.claim("local")
    with pytest.raises(Conflict):
        store.edit(job.id, Request(prompt="too late"), None)


def test_a_chain_is_claimed_link_by_link(both: tuple[Store, Claims]) -> None:
    store, claims = both
    store.submit([Order(Request(), id="gen_1"), Order(Request(), id="gen_2", depends_on="gen_1")])
    first = claims.claim("local")
    assert first is not None
    assert claims.claim("local") is None, "the second waits for the first"
    claims.finish("gen_1", first[1], TAKE)
    second = claims.claim("local")
    assert second is not None
    assert second[0].id == "gen_2"


def test_jobs_of_the_loaded_model_go_first_within_a_priority(both: tuple[Store, Claims]) -> None:
    store, claims = both
    a, b, c = store.submit(
        [
            Order(Request(model="other")),
            Order(Request(model="loaded")),
            Order(Request(model="other"), priority=1),
        ]
    )
    order = []
    while claimed := claims.claim("local", loaded_model="loaded"):
        order.append(claimed[0].id)
    assert order == [c.id, b.id, a.id]


def test_rows_are_the_values_that_went_in(both: tuple[Store, Claims]) -> None:
    store, claims = both
    take = Take(
        Path("é 🎹.wav"), 1.5, 44_100, 2, "ff", 84.0, 4, "D minor", -14.1, -1.2,
        Path("x.mid"), ("blorp",), "sketch 1", "free", remarks=("It was loud.",),
    )  # fmt: skip
    (job,) = store.submit([Order(Request(prompt="مرحبا 🎹"), name="Næme")])
    claimed = claims.claim("local")
    assert claimed is not None
    done = claims.finish(job.id, claimed[1], take)
    assert done is not None
    assert (done.take, done.name, done.request) == (take, "Næme", job.request)
    noted = store.annotate(job.id, stars=4, kept=False, tags=["a", "b", "a"], notes="n", name="N")
    assert noted.take is not None
    assert noted.name == "N"
    assert (noted.take.stars, noted.take.kept, noted.take.tags) == (4, False, ("a", "b"))
    unset = store.annotate(job.id, kept=None)
    assert unset.take is not None
    assert (unset.take.kept, unset.take.stars) == (None, 4)


def test_only_one_program_holds_a_library(tmp_path: Path) -> None:
    lock = lock_folder(tmp_path)
    with pytest.raises(StoreLocked, match="already open"):
        lock_folder(tmp_path)
    lock.release()
    lock_folder(tmp_path).release()


def test_a_database_that_another_program_uses_is_told(tmp_path: Path) -> None:
    database = open_database(tmp_path / "studio.db").database
    database.pragma("busy_timeout", 50)
    store = Store(database)
    with closing(sqlite3.connect(tmp_path / "studio.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreLocked, match="Another program"):
            store.submit([Order(Request())])
        other.execute("ROLLBACK")
    assert len(store.submit([Order(Request())])) == 1
    database.close()


def test_an_unwritable_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(FolderNotWritable):
        lock_folder(tmp_path / "file" / "data")


@pytest.mark.logs("damaged")
@pytest.mark.parametrize("damage", ["rubbish", "cut", "page"])
def test_a_damaged_database_is_kept_aside(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "studio.db"
    first = open_database(path)
    store = Store(first.database)
    store.submit([Order(Request(prompt="x" * 500)) for _ in range(200)])
    first.database.close()
    whole = path.read_bytes()
    broken = {
        "rubbish": b"this was a database once" * 99,
        "cut": whole[: len(whole) // 2],
        "page": whole[:8192] + bytes(4096 * 3) + whole[8192 + 4096 * 3 :],
    }[damage]
    path.write_bytes(broken)

    opened = open_database(path)
    assert opened.aside is not None
    assert opened.aside.read_bytes()[:100] == broken[:100]
    assert Store(opened.database).jobs() == []
    opened.database.close()


def test_a_migration_leaves_a_copy_of_what_was_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "studio.db"
    first = open_database(path)
    (job,) = Store(first.database).submit([Order(Request(prompt="kept"))])
    first.database.close()
    folder = tmp_path / "migrations"
    folder.mkdir()
    for file in opening.MIGRATIONS.glob("*.py"):
        (folder / file.name).write_text(file.read_text())
    (folder / "0099_more.py").write_text(
        "def up(migrator, db):\n    db.execute_sql('ALTER TABLE jobs ADD COLUMN more TEXT')\n"
    )
    monkeypatch.setattr(opening, "MIGRATIONS", folder)

    again = open_database(path)
    assert [j.id for j in Store(again.database).jobs()] == [job.id]
    again.database.close()
    with closing(sqlite3.connect(tmp_path / "studio.before-0099_more.db")) as before:
        columns = [row[1] for row in before.execute("PRAGMA table_info(jobs)")]
        assert "more" not in columns
        assert before.execute("SELECT count(*) FROM jobs").fetchone() == (1,)


def test_moving_to_one_place_again_and_again_keeps_the_order(both: tuple[Store, Claims]) -> None:
    store, _ = both
    first, target, b, a = store.submit([Order(Request())] * 4)
    for _ in range(60):
        store.move([a.id], target.id)
        store.move([b.id], target.id)
        assert [job.id for job in store.jobs()] == [first.id, a.id, b.id, target.id]
    store.move([target.id, b.id], a.id)
    assert [job.id for job in store.jobs()] == [first.id, target.id, b.id, a.id]


def test_what_builds_on_a_job_that_failed_already_is_refused(
    both: tuple[Store, Claims],
) -> None:
    store, _ = both
    (first,) = store.submit([Order(Request())])
    store.cancel([first.id])
    with pytest.raises(InvalidRequest, match="was not made"):
        store.submit([Order(Request(), depends_on=first.id)])
    assert len(store.jobs()) == 1


def test_a_long_chain_falls_and_comes_back_whole(both: tuple[Store, Claims]) -> None:
    store, _ = both
    ids = [f"gen_{number}" for number in range(1200)]
    links = zip(ids, [None, *ids], strict=False)
    store.submit([Order(Request(), id=job_id, depends_on=needed) for job_id, needed in links])
    store.cancel(ids[:1])
    assert store.count(Status.FAILED) == len(ids) - 1
    assert [job.id for job in store.retry(ids[-1:])] == ids


def test_a_row_of_a_later_version_is_read(both: tuple[Store, Claims], tmp_path: Path) -> None:
    store, _ = both
    (job,) = store.submit([Order(Request(prompt="from tomorrow"))])
    with closing(sqlite3.connect(tmp_path / "studio.db")) as other, other:
        other.execute("UPDATE jobs SET request = json_set(request, '$.hologram', 'on')")
    assert store.job(job.id).request == job.request
