"""Bytes of each owner: what the database keeps is what is there, however it came and went."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.errors import TooMany
from engine.jobs import Job, Once, Order, Quota, Status, Step, Take, new_id, utc_now
from engine.request import Request
from engine.store.quotas import Quotas
from engine.store.shared import SharedJobs
from engine.store.uploads import Upload, Uploads
from tests.engine.store.conftest import Both

OWNERS = ("alice", "bob")
STEPS = 120


def take(size: int) -> Take:
    return Take(Path(f"{size}.wav"), 1.0, 8_000, 1, "", size=size)


def upload(owner: str, size: int) -> Upload:
    now = utc_now()
    return Upload(
        new_id(), owner, "a", "uploads/a", "wav", "", size, 1.0, 8_000, 1, now, now
    )  # fmt: skip


def adopted(owner: str, size: int) -> Job:
    now = utc_now()
    return Job(
        new_id(), Request().seeded(), "a", Status.COMPLETED, Step.COMPLETED, now,
        take=take(size), owner=owner, finished_at=now,
    )  # fmt: skip


def summed(both: Both, owner: str) -> int:
    """From all rows there are."""
    found = sum(job.take.size for job in both.store.jobs() if job.take and job.owner == owner)
    found += sum(job.take.size for job in both.store.trash(-1) if job.take and job.owner == owner)
    table = Uploads(both.database)
    return found + sum(u.size for u in table.unused_since(utc_now()) if u.owner == owner)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_comes_and_goes_is_counted(both: Both, seed: int) -> None:
    dice = random.Random(seed)
    uploads, shared, claims = Uploads(both.database), SharedJobs(both.database), both.claims
    sent: list[str] = []
    for _ in range(STEPS):
        owner, size = dice.choice(OWNERS), dice.randrange(1, 2**33)
        done = [job for job in both.store.jobs() if job.take]
        match dice.randrange(7):
            case 0 | 1:
                both.store.submit([Order(Request(), owner=owner)])
            case 2 | 3 if (claimed := claims.claim("local")) is not None:
                job, token = claimed
                claims.finish(job.id, token, take(size))
                claims.finish(job.id, token, take(size))  # its answer was lost
            case 4:
                claims.adopt(adopted(owner, size))
            case 5 if done:
                some = dice.sample(done, dice.randrange(1, len(done) + 1))[:4]
                if dice.random() < 0.5:
                    shared.forget_takes(some)
                else:
                    both.store.delete([job.id for job in some])
                    both.store.purge([job.id for job in some])
            case 6 if sent and dice.random() < 0.5:
                uploads.forget([sent.pop()])
            case 6:
                new = upload(owner, size)
                uploads.add(new)
                sent.append(new.id)
    uploads_left = set(sent)
    for owner in OWNERS:
        assert Quotas(both.database).stored_bytes(owner) == summed(both, owner)
    uploads.forget(uploads_left)


def test_takes_that_end_at_once_are_all_counted(both: Both) -> None:
    both.store.submit([Order(Request(), owner="alice") for _ in range(40)])
    together = threading.Barrier(4)

    def finish() -> int:
        together.wait()
        count = 0
        while (claimed := both.claims.claim("local")) is not None:
            both.claims.finish(claimed[0].id, claimed[1], take(1000))
            count += 1
        both.database.peewee.close()  # this thread's
        return count

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _: finish(), range(4))) == 40
    assert Quotas(both.database).stored_bytes("alice") == 40_000


def test_who_has_filled_the_room_queues_and_sends_no_more(both: Both) -> None:
    quota, store = Quota(stored=1000), both.store
    once = Once("alice", "key", "digest")
    [first] = store.submit([Order(Request(), owner="alice")], once=once, quota=quota)
    both.claims.adopt(adopted("alice", 999))
    store.submit([Order(Request(), owner="alice")], quota=quota)
    uploads = Uploads(both.database)
    with pytest.raises(TooMany, match="Storage quota"):
        uploads.add(upload("alice", 2), quota)
    uploads.add(last := upload("alice", 1), quota)
    with pytest.raises(TooMany, match="Storage quota"):
        store.submit([Order(Request(), owner="alice")], quota=quota)
    with pytest.raises(TooMany, match="Storage quota"):
        uploads.check("alice", quota)
    assert store.submit([Order(Request(), owner="alice")], once=once, quota=quota) == [first]
    store.submit([Order(Request(), owner="bob")], quota=quota)
    uploads.forget([last.id])
    store.submit([Order(Request(), owner="alice")], quota=quota)
