"""Webhooks that are owed: each is sent by one server at a time, and taken over when it is gone."""

from __future__ import annotations

from engine.store.calls import Call, Calls
from tests.engine.store.conftest import Both

CALL = Call("msg_1", "gen_1", "https://studio.example/hook", "{}")
LONG = 1_000.0


def test_who_owes_it_first_sends_it(both: Both) -> None:
    one, other = Calls(both.database), Calls(both.database)
    assert one.add(CALL, "one", LONG)
    assert not other.add(CALL, "other", LONG)
    assert other.take("other", LONG) == []
    assert one.keep("one", LONG) == {CALL.id} and other.keep("other", LONG) == set()
    one.done(CALL.id)
    assert one.keep("one", LONG) == set()
    assert not other.add(CALL, "other", LONG), "it was done"
    assert other.take("other", LONG) == []


def test_what_nobody_says_that_he_sends_another_one_takes(both: Both) -> None:
    one, other = Calls(both.database), Calls(both.database)
    assert one.add(CALL, "one", -1.0)
    assert other.take("other", LONG) == [CALL]
    assert one.keep("one", LONG) == set(), "it is the other's now"
    assert one.take("one", LONG) == []


def test_who_was_away_for_long_keeps_what_nobody_took(both: Both) -> None:
    calls = Calls(both.database)
    assert calls.add(CALL, "one", -1.0)
    assert calls.keep("one", LONG) == {CALL.id}
    assert calls.take("other", LONG) == []
