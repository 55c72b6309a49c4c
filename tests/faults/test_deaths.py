"""The judge of what dead workers had sees what waited too long, and what waits for ever."""

from __future__ import annotations

import pytest

from tests.faults.deaths import Death, Turn, waits

DIED = Death("w", 10.0)


def turns(*told: tuple[str, str | None, float]) -> list[Turn]:
    return [Turn("a", *each) for each in told]


@pytest.mark.parametrize(
    ("after", "waited"),
    [
        ([], {"a of w": None}),
        ([("pending", "w", 15.0)], {"a of w": None}),
        ([("pending", "w", 15.0), ("processing", "v", 16.5)], {"a of w": 6.5}),
        ([("pending", "w", 15.0), ("processing", "v", 99.0)], {"a of w": 89.0}),
        ([("pending", "w", 15.0), ("cancelled", "w", 16.0)], {}),
        ([("completed", "w", 10.1)], {}),
    ],
)
def test_what_it_had_is_begun_again_or_was_ended(
    after: list[tuple[str, str, float]], waited: dict[str, float | None]
) -> None:
    assert waits(turns(("processing", "w", 9.0), *after), [DIED]) == waited


def test_what_it_had_no_more_or_never_is_not_its_own() -> None:
    ended = turns(("processing", "w", 8.0), ("completed", "w", 9.0))
    taken_away = turns(("processing", "w", 1.0), ("pending", "w", 8.0), ("processing", "v", 9.0))
    for others in (ended, taken_away, turns(("processing", "v", 9.0)), turns()):
        assert waits(others, [DIED]) == {}


def test_who_takes_it_over_may_die_too() -> None:
    told = turns(
        ("processing", "w", 9.0), ("pending", "w", 14.0), ("processing", "v", 15.0),
        ("pending", "v", 22.0), ("processing", "u", 23.0),
    )  # fmt: skip
    deaths = [DIED, Death("v", 17.0)]
    assert waits(told, deaths) == {"a of w": 5.0, "a of v": 6.0}
