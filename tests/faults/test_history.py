"""The checker of what clients of a killed server were told sees what is wrong."""

from __future__ import annotations

import pytest

from tests.faults.history import NONE, Call, Ended, verdict


def accepted(key: str, job_id: str, prompt: str = "x") -> Call:
    return Call(0, "submit", key, {"prompt": prompt}, 202, {"job_id": job_id}, 0.0, 1.0)


def seen(job_id: str, status: str) -> Call:
    return Call(0, "look", job_id, None, 200, {"status": status}, 2.0, 3.0)


def cancel(job_id: str, status: int) -> Call:
    return Call(0, "cancel", job_id, None, status, {}, 2.0, 3.0)


def end(**statuses: str) -> Ended:
    jobs = {i: {"status": status, "prompt": "x", "error": None} for i, status in statuses.items()}
    made = [job_id for job_id, status in statuses.items() if status == "completed"]
    return Ended(jobs, dict.fromkeys(made, ""), made)


@pytest.mark.parametrize(
    ("history", "ended", "wrong"),
    [
        ([accepted("k", "a"), seen("a", "pending")], end(a="completed"), ""),
        ([accepted("k", "a"), cancel("a", 202)], end(a="cancelled"), ""),
        ([accepted("k", "a"), cancel("a", NONE)], end(a="completed"), ""),
        ([accepted("k", "a"), cancel("a", NONE)], end(a="cancelled"), ""),
        ([accepted("k", "a")], end(), "a was accepted and is lost"),
        ([accepted("k", "a")], end(a="completed", b="completed"), "b is there, and nobody"),
        ([accepted("k", "a"), accepted("k", "b")], end(a="completed", b="completed"), "several"),
        ([accepted("k", "a"), accepted("l", "a")], end(a="completed"), "told to several keys"),
        ([accepted("k", "a", "y")], end(a="completed"), "a is another job now"),
        ([accepted("k", "a")], end(a="pending"), "a is pending"),
        ([accepted("k", "a")], end(a="failed"), "a is failed"),
        ([accepted("k", "a"), cancel("a", 202)], end(a="completed"), "a was cancelled and is not"),
        ([accepted("k", "a")], end(a="cancelled"), "nobody asked for that"),
        ([accepted("k", "a"), seen("a", "completed"), cancel("a", 409)], end(a="cancelled"), "was"),
    ],
)
def test_the_checker_sees_what_is_wrong(history: list[Call], ended: Ended, wrong: str) -> None:
    found = verdict(history, ended)
    assert bool(found) is bool(wrong) and wrong in " ".join(found)


def test_the_checker_sees_wrong_takes() -> None:
    history = [accepted("k", "a")]
    whole = end(a="completed")
    for wrong in (
        Ended(whole.jobs, whole.audio, ["a", "a"]),
        Ended(whole.jobs, whole.audio, []),
        Ended(whole.jobs, {}, ["a"]),
        Ended(whole.jobs, {"a": "its audio is short"}, ["a"]),
        Ended(whole.jobs, whole.audio, ["a", "b"]),
        Ended(whole.jobs, whole.audio, ["a"], [".b.part"]),
    ):
        assert verdict(history, wrong)
    taken = Ended(end(a="cancelled").jobs, {"a": ""}, ["a"])
    assert verdict([*history, cancel("a", 202)], taken)
