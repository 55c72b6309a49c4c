"""Submissions of one moment share a transaction, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from engine.dispatch.arrivals import Arrivals
from engine.errors import InvalidRequest, MusicError, Problem, StorageError
from engine.jobs import Job, Order, Submission
from engine.log_context import current_request, marked
from engine.request import Request


def submission(prompt: str) -> Submission:
    return Submission([Order(Request(prompt=prompt))])


class Stores:
    """Refuses what is asked for as ``wrong``; breaks on ``break``."""

    def __init__(self) -> None:
        self.rounds: list[list[str]] = []
        self.requests: set[str] = set()

    async def __call__(self, submissions: Sequence[Submission]) -> list[list[Job] | MusicError]:
        prompts = [each.orders[0].request.prompt for each in submissions]
        self.rounds.append(prompts)
        self.requests.add(current_request.get())
        if "break" in prompts:
            raise StorageError("The disk is gone.")
        wrong = InvalidRequest((Problem("prompt", "is wrong"),))
        return [wrong if prompt == "wrong" else [] for prompt in prompts]


async def test_who_comes_at_once_is_stored_at_once() -> None:
    stores = Stores()
    arrivals = Arrivals(stores)

    async def ask(prompt: str) -> list[Job]:
        with marked("a" * 8):
            return await arrivals.submit(submission(prompt))

    leaving = asyncio.create_task(ask("leaves"))
    waiting = [asyncio.create_task(ask(prompt)) for prompt in ("a", "wrong", "b")]
    await asyncio.sleep(0)
    leaving.cancel()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert answers[0] == answers[2] == [] and isinstance(answers[1], InvalidRequest)
    assert stores.rounds == [["leaves", "a", "wrong", "b"]], "who leaves may have submitted"
    await ask("c")
    assert stores.rounds[1:] == [["c"]]
    assert stores.requests == {""}


async def test_who_comes_while_others_are_stored_goes_with_the_next() -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    rounds: list[int] = []

    async def slow(submissions: Sequence[Submission]) -> list[list[Job] | MusicError]:
        rounds.append(len(submissions))
        begun.set()
        await go_on.wait()
        return [[] for _ in submissions]

    arrivals = Arrivals(slow)
    first = asyncio.create_task(arrivals.submit(submission("a")))
    await begun.wait()
    others = [asyncio.create_task(arrivals.submit(submission(prompt))) for prompt in "bc"]
    await asyncio.sleep(0)
    go_on.set()
    assert await asyncio.gather(first, *others) == [[], [], []]
    assert rounds == [1, 2]


async def test_who_closes_waits_for_what_is_being_stored() -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(submissions: Sequence[Submission]) -> list[list[Job] | MusicError]:
        begun.set()
        await go_on.wait()
        return [[] for _ in submissions]

    arrivals = Arrivals(slow)
    await arrivals.close()
    asked = asyncio.create_task(arrivals.submit(submission("a")))
    await begun.wait()
    closing = asyncio.create_task(arrivals.close())
    asked.cancel()  # who asks leaves: it is stored all the same
    await asyncio.sleep(0)
    assert not closing.done()
    go_on.set()
    await closing


async def test_what_breaks_is_told_to_all_of_them_and_to_nobody_after() -> None:
    arrivals = Arrivals(Stores())
    asked = [arrivals.submit(submission(prompt)) for prompt in ("a", "break")]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(answer) for answer in answers] == [StorageError, StorageError]
    assert await arrivals.submit(submission("c")) == []
    with pytest.raises(InvalidRequest):
        await arrivals.submit(submission("wrong"))
