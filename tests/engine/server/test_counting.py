"""Limits that several servers hold together, in a real Redis; and alone while it is away."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from engine.server.counting import PAUSE, Counts, Limit
from tests.engine.server.running import TestServer, body, settings_in
from tests.redis_server import Redis

SUBMIT = Limit(3, namespace="submit")


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    redis = Redis(tmp_path_factory.mktemp("redis"))
    redis.start()
    yield redis
    redis.stop()


@pytest.fixture
async def pair(running: Redis) -> AsyncIterator[tuple[Counts, Counts, Clock]]:
    clock = Clock()
    one, other = Counts(running.url, clock), Counts(running.url, clock)
    yield one, other, clock
    await one.close()
    await other.close()


async def test_two_count_as_one(pair: tuple[Counts, Counts, Clock]) -> None:
    one, other, _ = pair
    assert [await one.hit(SUBMIT, "alice"), await other.hit(SUBMIT, "alice")] == [True] * 2
    assert await other.test(SUBMIT, "alice") and (await one.left(SUBMIT, "alice"))[0] == 1
    assert await one.hit(SUBMIT, "alice")
    assert not await other.hit(SUBMIT, "alice") and not await other.test(SUBMIT, "alice")
    remaining, seconds = await other.left(SUBMIT, "alice")
    assert remaining == 0 and 1 <= seconds <= 60
    assert await other.hit(SUBMIT, "bob"), "each for himself"
    assert await other.hit(Limit(3, namespace="login"), "alice"), "each limit for itself"


async def test_in_memory_each_counts_alone() -> None:
    one, other = Counts(), Counts()
    assert [await one.hit(SUBMIT, "alice") for _ in range(4)] == [True] * 3 + [False]
    assert await other.hit(SUBMIT, "alice")
    await one.close()


@pytest.mark.logs("Redis does not answer")
async def test_without_redis_there_is_still_a_limit(
    running: Redis, pair: tuple[Counts, Counts, Clock]
) -> None:
    one, _, clock = pair
    assert await one.hit(SUBMIT, "carol")
    running.stop()
    try:
        assert [await one.hit(SUBMIT, "carol") for _ in range(4)] == [True] * 3 + [False]
    finally:
        running.start()
    assert not await one.hit(SUBMIT, "carol"), "it is not asked at once"
    clock.now += PAUSE
    assert await one.hit(SUBMIT, "carol"), "a Redis that came back, and forgot"
    assert (await one.left(SUBMIT, "carol"))[0] == 2


def test_two_servers_hold_one_limit(running: Redis, tmp_path: Path) -> None:
    same = {
        "rate_limit_storage": running.url,
        "rate_limit_exempt_loopback": False,
        "rate_limit_per_minute": 3,
        "require_login": True,
    }
    with (
        TestServer(settings_in(tmp_path / "one", **same)) as one,
        TestServer(settings_in(tmp_path / "other", **same)) as other,
        one.client(one.token("dora")) as here,
        other.client(other.token("dora")) as there,
    ):
        answers = [client.post("/generate", json=body()) for client in (here, there, here, there)]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 429]
    assert answers[1].headers["ratelimit"].startswith('"submit";r=1;')
    assert answers[3].json()["error"] == "Rate limit exceeded"


def test_the_place_is_no_secret_s_leak(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, rate_limit_storage="redis://:password@h:1/0")
    assert "password" not in repr(settings)
    with pytest.raises(ValidationError) as refused:
        settings_in(tmp_path, rate_limit_storage="memcached://:password@h")
    assert "must begin with redis://" in str(refused.value)
    assert "password" not in str(refused.value)
