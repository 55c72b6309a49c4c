"""The store's rules, on each database: order, claims by token, chains, trash."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import Conflict, InvalidRequest, KeyReused, NotFound
from engine.jobs import Failure, Once, Order, Status, Submission, Take
from engine.request import Request
from engine.store.claims import Claims
from engine.store.shared import SharedJobs
from tests.engine.store.conftest import Both

TAKE = Take(Path("take.wav"), 1.0, 44_100, 2, "00", made_by="sketch 1")


def test_a_batch_is_queued_whole_or_not_at_all(both: Both) -> None:
    store = both.store
    orders = [Order(Request(prompt="a")), Order(Request(prompt="b"), depends_on="gen_none")]
    with pytest.raises(InvalidRequest, match="gen_none"):
        store.submit(orders)
    assert store.jobs() == []


def test_submissions_that_are_stored_together_are_still_each_ones_own(both: Both) -> None:
    """What is wrong with one queues nothing of it, and harms no other."""
    store = both.store
    once = Once("me", "key", "a")
    good = [Order(Request(prompt="a"))]
    wrong = [Order(Request(prompt="b")), Order(Request(prompt="c"), depends_on="gen_none")]
    first, refused, again, other, last = store.submit_all(
        [
            Submission(good, once=once),
            Submission(wrong),
            Submission(good, once=once),
            Submission(good, once=Once("me", "key", "b")),
            Submission([Order(Request(prompt="d"))], front=True),
        ]
    )
    assert isinstance(first, list) and isinstance(last, list)
    assert again == first
    assert isinstance(refused, InvalidRequest) and isinstance(other, KeyReused)
    assert store.jobs() == [*last, *first]


def test_the_repeat_of_what_is_gone_harms_no_other(both: Both) -> None:
    store = both.store
    good, once = [Order(Request(prompt="a"))], Once("me", "gone", "a")
    (gone,) = store.submit(good, once=once)
    store.delete([gone.id])
    store.purge([gone.id])
    first, refused, last = store.submit_all(
        [Submission(good), Submission(good, once=once), Submission(good)]
    )
    assert isinstance(refused, NotFound)
    assert isinstance(first, list) and isinstance(last, list)
    assert store.jobs() == [*first, *last]


def test_seeds_are_drawn_before_queueing_and_kept(both: Both) -> None:
    store = both.store
    drawn, given = store.submit([Order(Request()), Order(Request(seed=5))])
    assert drawn.request.seed is not None
    assert given.request.seed == 5
    assert store.job(drawn.id).request == drawn.request


def test_a_job_that_began_is_not_edited(both: Both) -> None:
    store, claims = both.store, both.claims
    (job,) = store.submit([Order(Request(prompt="before"))])
    store.edit(job.id, Request(prompt="after"), None)
    assert store.job(job.id).request.prompt == "after"
    claims.claim("local")
    with pytest.raises(Conflict):
        store.edit(job.id, Request(prompt="too late"), None)


def test_a_chain_is_claimed_link_by_link(both: Both) -> None:
    store, claims = both.store, both.claims
    store.submit([Order(Request(), id="gen_1"), Order(Request(), id="gen_2", depends_on="gen_1")])
    first = claims.claim("local")
    assert first is not None
    assert claims.claim("local") is None, "the second waits for the first"
    claims.finish("gen_1", first[1], TAKE)
    second = claims.claim("local")
    assert second is not None
    assert second[0].id == "gen_2"


def test_jobs_of_the_loaded_model_go_first_within_a_priority(both: Both) -> None:
    store, claims = both.store, both.claims
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


def test_rows_are_the_values_that_went_in(both: Both) -> None:
    store, claims = both.store, both.claims
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


def test_moving_to_one_place_again_and_again_keeps_the_order(both: Both) -> None:
    store = both.store
    first, target, b, a = store.submit([Order(Request())] * 4)
    for _ in range(60):
        store.move([a.id], target.id)
        store.move([b.id], target.id)
        assert [job.id for job in store.jobs()] == [first.id, a.id, b.id, target.id]
    store.move([target.id, b.id], a.id)
    assert [job.id for job in store.jobs()] == [first.id, target.id, b.id, a.id]


def test_what_builds_on_a_job_that_failed_already_is_refused(both: Both) -> None:
    store = both.store
    (first,) = store.submit([Order(Request())])
    store.cancel([first.id])
    with pytest.raises(InvalidRequest, match="was not made"):
        store.submit([Order(Request(), depends_on=first.id)])
    assert len(store.jobs()) == 1


def test_a_long_chain_falls_and_comes_back_whole(both: Both) -> None:
    store = both.store
    ids = [f"gen_{number}" for number in range(1200)]
    links = zip(ids, [None, *ids], strict=False)
    store.submit([Order(Request(), id=job_id, depends_on=needed) for job_id, needed in links])
    store.cancel(ids[:1])
    assert store.count(Status.FAILED) == len(ids) - 1
    assert [job.id for job in store.retry(ids[-1:])] == ids


def test_an_undone_deletion_brings_all_that_fell_with_it_back_to_its_place(both: Both) -> None:
    store = both.store
    ids = [f"gen_{number}" for number in range(1200)]
    links = zip(ids, [None, *ids], strict=False)
    store.submit([Order(Request(), id=job_id, depends_on=needed) for job_id, needed in links])
    gone, fallen = store.delete(ids[:2])
    assert ([job.id for job in gone], len(fallen)) == (ids[:2], len(ids) - 2)
    assert {job.finished_at for job in fallen} == {store.job(ids[0]).finished_at}
    assert {job.id for job in store.restore(ids[:2])} == set(ids)
    assert [job.id for job in store.jobs()] == ids
    assert store.pending_ids() == set(ids)


def test_what_comes_back_waits_for_nothing_that_was_not_made(both: Both) -> None:
    store = both.store
    store.submit([Order(Request(), id="gen_1"), Order(Request(), id="gen_2", depends_on="gen_1")])
    store.delete(["gen_2"])
    store.cancel(["gen_1"])
    (back,) = store.restore(["gen_2"])
    assert back.status is Status.FAILED
    assert [job.id for job in store.retry(["gen_2"])] == ["gen_1", "gen_2"]


def test_a_second_deletion_does_not_hide_that_a_job_waited(both: Both) -> None:
    store = both.store
    (job,) = store.submit([Order(Request())])
    store.delete([job.id])
    store.delete([job.id])
    (back,) = store.restore([job.id])
    assert back == job


def test_a_row_of_a_later_version_is_read(both: Both) -> None:
    (job,) = both.store.submit([Order(Request(prompt="from tomorrow"))])
    later = json.loads(job.request.model_dump_json()) | {"hologram": "on"}
    jobs = both.store._tables.jobs
    with both.database.writing():
        jobs.update({jobs.request: json.dumps(later)}).execute()
    assert both.store.job(job.id).request == job.request


def test_a_word_whose_answer_was_lost_may_be_said_again(both: Both) -> None:
    """As when the connection breaks while PostgreSQL commits."""
    store, claims = both.store, both.claims
    finished, failed, released = store.submit([Order(Request())] * 3)
    tokens = [claimed[1] for _ in range(3) if (claimed := claims.claim("local"))]
    for _ in range(2):
        done = claims.finish(finished.id, tokens[0], TAKE)
        assert done is not None
        assert done.take == TAKE
        assert [job.id for job in claims.fail(failed.id, tokens[1], Failure("x", "y"))] == [
            failed.id
        ]
        again = claims.release(released.id, tokens[2], retry=True)
        assert again is not None
        assert again.retries == 1
    store.cancel([released.id])
    assert claims.release(released.id, tokens[2], retry=True) is None, "others have decided since"


def test_what_was_claimed_unheard_waits_again(both: Both) -> None:
    store, claims = both.store, both.claims
    store.submit([Order(Request())] * 2)
    first, second = claims.claim("local"), claims.claim("local")
    assert first is not None
    assert second is not None
    (back,) = claims.put_back([first[1]])
    assert (back.id, back.status, back.attempt) == (second[0].id, Status.PENDING, 0)
    assert claims.finish(second[0].id, second[1], TAKE) is None
    assert [job.id for job in claims.put_back([])] == [first[0].id]


def test_owners_take_turns(both: Both) -> None:
    claims = Claims(both.database, fair=True)
    both.store.submit([Order(Request(), name=f"a{n}", owner="a") for n in range(3)])
    both.store.submit([Order(Request(), name=f"b{n}", owner="b") for n in range(2)])
    both.store.submit([Order(Request(), name="c0", owner="c")])
    names = [claimed[0].name for _ in range(6) if (claimed := claims.claim("local"))]
    assert names == ["a0", "b0", "c0", "a1", "b1", "a2"]


def test_settings_are_kept_once(both: Both) -> None:
    for value in ("yes", "no"):
        both.store.set_setting("paused", value)
    assert both.store.setting("paused", "") == "no"


def test_what_an_open_job_builds_on_is_known(both: Both) -> None:
    requests = [
        Request(prompt="x", continue_from="gen_a1"),
        Request(prompt="x", melody="gen_b1"),
        Request(prompt='like "melody":"gen_c1"'),
    ]
    made, *_ = both.store.submit([Order(request) for request in requests])
    jobs = SharedJobs(both.database)
    names = ("gen_a1", "gen_b1", "gen_c1", "genXa1", "gen_a", made.id)
    assert [jobs.builds_on(name) for name in names] == [True, True, False, False, False, False]
    both.store.cancel([made.id])
    assert not jobs.builds_on("gen_a1")
