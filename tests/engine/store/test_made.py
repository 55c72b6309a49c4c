"""Takes that are there already, on each database."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engine.jobs import Maker, Order, Take
from engine.request import Request
from tests.engine.store.conftest import Both

OLD, NEW = Maker("MusicGen small 2", "0a1b"), Maker("MusicGen small 2", "2c3d")
TAKE = Take(Path("take.wav"), 1.0, 44_100, 2, "00", made_by=OLD.made_by)
REQUEST = Request(prompt="rain", seed=7)


def complete(both: Both, take: Take) -> Take:
    both.store.submit([Order(REQUEST)])
    job, token = both.claims.claim("local") or (None, "")
    assert job is not None
    both.claims.finish(job.id, token, take)
    made = both.store.job(job.id).take
    assert made is not None
    return made


def test_other_weights_are_another_maker(both: Both) -> None:
    made = complete(both, replace(TAKE, weights=OLD.weights))
    assert made.maker == OLD
    find = both.claims.cached_take
    assert find(REQUEST.fingerprint(), OLD) == made
    assert find(REQUEST.fingerprint(), NEW) is None
    assert find(REQUEST.fingerprint(), Maker("MusicGen small 3", OLD.weights)) is None
    assert find(REQUEST.fingerprint(), None) == made, "whoever made it"
    newer = complete(both, replace(TAKE, weights=NEW.weights))
    assert find(REQUEST.fingerprint(), OLD) == made
    assert find(REQUEST.fingerprint(), NEW) == newer


def test_a_take_of_before_weights_were_kept(both: Both) -> None:
    """It is made anew by what has some; where there are none it is as good as ever."""
    made = complete(both, TAKE)
    with both.database.writing():
        sql = """UPDATE takes SET facts = replace(facts, '"weights": "", ', '')"""
        both.database.peewee.execute_sql(sql)
    assert both.claims.cached_take(REQUEST.fingerprint(), OLD) is None
    assert both.claims.cached_take(REQUEST.fingerprint(), Maker(OLD.made_by)) == made
