"""Changes on their way to followers: numbered, remembered, and told to who wants them."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import StorageError
from engine.jobs import Change, Job, Status, Step, utc_now
from engine.request import Request
from engine.server.broadcast import (
    AT_ONCE,
    PATIENCE,
    WRITTEN_AT_ONCE,
    Broadcast,
    Follower,
    Told,
)


def job(job_id: str = "gen_1", owner: str = "me", step: Step = Step.QUEUED) -> Job:
    return Job(job_id, Request(prompt="x"), "x", Status.PENDING, step, utc_now(), owner=owner)


async def test_who_does_not_keep_up_is_let_go_and_others_go_on() -> None:
    broadcast = Broadcast(heartbeat=60)
    slow, quick = Follower("me", None), Follower("me", None)
    with broadcast.following(slow), broadcast.following(quick):
        for _ in range(PATIENCE + 10):
            broadcast.tell([Change(job())])
            assert await anext(quick)
        rounds = [news async for news in slow]
    heard = [told for news in rounds for told in news]
    assert slow.behind and not quick.behind
    assert len(heard) == PATIENCE and max(map(len, rounds)) == AT_ONCE
    missed = broadcast.since(heard[-1].id, slow.wants)
    assert missed is not None and len(missed) == 10
    broadcast.close()


async def test_who_breaks_off_in_the_midst_of_the_beginning_hears_it_all_again() -> None:
    broadcast, wants = Broadcast(heartbeat=60), Follower("me", None).wants
    broadcast.tell([Change(job())])
    told = broadcast.beginning([job("gen_1"), job("gen_2"), job("gen_3")])
    assert [each.job.id for each in told] == ["gen_1", "gen_2", "gen_3"]
    assert [broadcast.since(each.id, wants) for each in told] == [None, None, []]
    assert broadcast.beginning([]) == []
    broadcast.close()


async def test_a_heartbeat_waits_behind_no_change() -> None:
    broadcast = Broadcast(heartbeat=0.001)
    follower = Follower("me", None)
    with broadcast.following(follower):
        assert await anext(follower) == []
        broadcast.tell([Change(job())])
        while not (news := await anext(follower)):
            pass
        assert [told.job.id for told in news] == ["gen_1"]
    assert broadcast.followers == 0
    broadcast.close()


async def test_only_who_wants_a_job_hears_of_it() -> None:
    broadcast = Broadcast(heartbeat=60)
    followers = [Follower("me", None), Follower("me", "gen_1"), Follower("me", "gen_2")]
    followers.append(Follower("other", None))
    with ExitStack() as following:
        for follower in followers:
            following.enter_context(broadcast.following(follower))
        assert broadcast.followers == 4
        broadcast.tell([Change(job())])
        broadcast.close()
        heard = [[told.job.id async for news in each for told in news] for each in followers]
    assert heard == [["gen_1"], ["gen_1"], [], []]


@given(st.lists(st.sampled_from(["tell", "turn", "stuck", "free", "beat"]), max_size=40))
async def test_news_go_straight_or_the_streams_own_way_but_in_their_order(acts: list[str]) -> None:
    broadcast = Broadcast(heartbeat=60)
    follower = Follower("me", None)
    heard: list[str] = []
    free, told = True, 0

    def straight(news: list[Told]) -> bool:
        if free:
            heard.extend(each.id for each in news)
        return free

    async def rounds() -> None:
        async for news in follower:
            heard.extend(each.id for each in news)
            await asyncio.sleep(0)  # as a write that has to wait

    with broadcast.following(follower):
        follower.straight = straight
        going = asyncio.create_task(rounds())
        for act in acts:
            match act:
                case "tell":
                    broadcast.tell([Change(job())])
                    told += 1
                case "turn":
                    await asyncio.sleep(0)
                case "beat":
                    follower.beat()
                case _:
                    free = act == "free"
        broadcast.close()
        async with asyncio.timeout(60):
            await going  # what waits is still told
    assert [each.partition("-")[2] for each in heard] == [str(n + 1) for n in range(told)]


async def test_heartbeats_of_many_leave_turns_to_others() -> None:
    """Written all at once, those of thousands would hold the server up for a part of a second."""
    broadcast = Broadcast(heartbeat=0.001)
    followers = [Follower("me", None) for _ in range(3 * WRITTEN_AT_ONCE)]
    beats = 0

    def straight(news: list[Told]) -> bool:
        nonlocal beats
        beats += not news
        return True

    async def rounds(follower: Follower) -> None:
        async for _ in follower:
            pass

    with ExitStack() as following:
        going = []
        for follower in followers:
            following.enter_context(broadcast.following(follower))
            follower.straight = straight
            going.append(asyncio.create_task(rounds(follower)))
        most = 0
        async with asyncio.timeout(60):
            while beats < len(followers):
                before = beats
                await asyncio.sleep(0)
                most = max(most, beats - before)
        broadcast.close()
        await asyncio.gather(*going)
    assert 0 < most <= WRITTEN_AT_ONCE


@pytest.mark.parametrize("error", [StorageError("It is away."), ValueError("a mistake")])
async def test_what_can_not_be_written_to_one_holds_up_no_other(error: Exception) -> None:
    broadcast = Broadcast(heartbeat=0.001)
    broken, other = Follower("me", None), Follower("other", None)
    heard: list[str] = []
    beats = asyncio.Event()

    def breaks(_: list[Told]) -> bool:
        raise error

    def straight(news: list[Told]) -> bool:
        heard.extend(each.job.id for each in news)
        if heard and not news:
            beats.set()
        return True

    async def rounds(follower: Follower) -> list[str]:
        return [each.job.id async for news in follower for each in news]

    with broadcast.following(broken), broadcast.following(other):
        broken.straight, other.straight = breaks, straight
        going = [asyncio.create_task(rounds(each)) for each in (broken, other)]
        await asyncio.sleep(0)
        broadcast.tell([Change(job("gen_1", "me")), Change(job("gen_2", "other"))])
        async with asyncio.timeout(60):
            await beats.wait()
            broadcast.close()
            assert await asyncio.gather(*going) == [["gen_1"], []], "its own task says it"
    assert heard == ["gen_2"]


def test_what_is_forgotten_is_known_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.server.broadcast.REMEMBERED", 3)
    broadcast = Broadcast(heartbeat=60)
    broadcast.tell([Change(job())])
    first = broadcast.last_id
    broadcast.tell([Change(job(owner="other")), Change(job()), Change(job())])
    wants = Follower("me", None).wants
    known = broadcast.since(first, wants)
    assert known is not None and len(known) == 2
    broadcast.tell([Change(job())])
    assert broadcast.since(first, wants) is None
    assert broadcast.since(first.split("-")[0] + "-99", wants) is None
