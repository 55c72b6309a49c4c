"""News: told to all processes while they hear, and looked for while they do not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from engine.cluster import news as module
from engine.cluster.aside import Aside
from engine.cluster.news import CHANNEL, Kind, News, Note, words_of
from engine.errors import StorageError
from engine.jobs import new_id
from engine.store.postgresql import channel
from engine.store.postgresql.channel import Channel
from engine.store.postgresql.opening import open_postgresql
from tests.engine.cluster.conftest import Open
from tests.pgbouncer import running_pgbouncer
from tests.postgres import Postgres
from tests.proxy import Fate, Proxy, Trouble

PATIENCE = 60.0


class Ear:
    """Keeps what it hears, and wakes who waits for it."""

    def __init__(self, news: News) -> None:
        self.heard: list[Note] = []
        self._more = asyncio.Event()
        news.listen(self._hear)

    def _hear(self, note: Note) -> None:
        self.heard.append(note)
        self._more.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():
                self._more.clear()
                await self._more.wait()

    def ids(self, kind: Kind) -> list[str]:
        return [each for note in self.heard if note.kind is kind for each in note.ids]

    def looks(self) -> int:
        return sum(note.kind is Kind.LOOK for note in self.heard)


def news_over(open_it: Open, url: SecretStr, aside: Aside, poll_seconds: float = 3600.0) -> News:
    return News(Channel(open_it(), url, CHANNEL), aside, poll_seconds=poll_seconds)


async def test_what_one_process_tells_all_hear_in_parts_that_fit(
    open_it: Open, url: SecretStr, aside: Aside
) -> None:
    one, other = news_over(open_it, url, aside), news_over(open_it, url, aside)
    here, there = Ear(one), Ear(other)
    many = [new_id() for _ in range(1_000)]
    async with one, other:
        await here.until(lambda: one.hears)
        await there.until(lambda: other.hears)
        one.tell(Kind.CANCEL, many)
        one.tell(Kind.PAUSE)
        one.tell(Kind.CANCEL, many[:1])
        for ear in (here, there):
            await ear.until(lambda ear=ear: Note(Kind.PAUSE) in ear.heard)  # type: ignore[misc]
            assert ear.ids(Kind.CANCEL) == many, "each once, in their order"


async def test_the_last_words_are_said(open_it: Open, url: SecretStr, aside: Aside) -> None:
    one, other = news_over(open_it, url, aside), news_over(open_it, url, aside)
    there = Ear(other)
    async with other:
        await there.until(lambda: other.hears)
        async with one:
            one.tell(Kind.CANCEL, ["gen_1"])
        await there.until(lambda: there.ids(Kind.CANCEL) == ["gen_1"])


async def test_after_a_lost_connection_it_looks_and_hears_again(
    open_it: Open, url: SecretStr, aside: Aside, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 3600.0)
    monkeypatch.setattr(channel, "FIRST_WAIT", 0.01)
    one = news_over(open_it, url, aside)
    ear = Ear(one)
    async with one:
        await ear.until(lambda: one.hears)
        looks = ear.looks()
        name = url.get_secret_value().rpartition("/")[2]
        postgres.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "  # noqa: S608
            f"WHERE query LIKE 'LISTEN%' AND datname = '{name}'"
        )
        await ear.until(lambda: ear.looks() >= looks + 2)  # when it was lost, and when it is back
        assert one.hears
        one.tell(Kind.JOBS)
        await ear.until(lambda: Note(Kind.JOBS) in ear.heard)


async def test_a_connection_that_swallows_all_is_given_up(
    open_it: Open, url: SecretStr, aside: Aside, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing comes, as if nobody said anything."""
    monkeypatch.setattr(module, "LOOK_SECONDS", 3600.0)
    for name, seconds in (("SILENT_SECONDS", 0.2), ("PROOF_SECONDS", 0.5), ("FIRST_WAIT", 0.01)):
        monkeypatch.setattr(channel, name, seconds)
    fates = iter([Fate(Trouble.HOLE, after=3_000)])
    async with Proxy(f"http://127.0.0.1:{postgres.port}", lambda: next(fates, Fate())) as proxy:
        through = url.get_secret_value().replace(f":{postgres.port}/", f":{proxy.port}/")
        one = News(Channel(open_it(), SecretStr(through), CHANNEL), aside, poll_seconds=3600.0)
        ear = Ear(one)
        async with one:
            await ear.until(lambda: one.hears)
            async with asyncio.timeout(PATIENCE):
                while not proxy.struck[Trouble.HOLE]:
                    one.tell(Kind.CANCEL, [new_id() for _ in range(100)])
                    await asyncio.sleep(0.05)
            looks = ear.looks()
            await ear.until(lambda: ear.looks() >= looks + 2 and one.hears)
            one.tell(Kind.PAUSE)
            await ear.until(lambda: Note(Kind.PAUSE) in ear.heard)


class DeafWire:
    """As behind a pooler: all is said well, and nothing is heard."""

    async def hear(self, *_: object) -> None:
        await asyncio.Event().wait()

    def say(self, words: Sequence[str]) -> None:
        raise StorageError("Nobody is there.")


@pytest.mark.parametrize("listens", [True, False])
async def test_who_hears_nothing_looks_again_and_again(aside: Aside, listens: bool) -> None:
    news = News(DeafWire(), aside, poll_seconds=0.01, listens=listens)
    ear = Ear(news)
    async with news:
        news.tell(Kind.JOBS)  # is nobody's loss
        await ear.until(lambda: ear.looks() > 3)
    assert set(ear.heard) == {Note(Kind.LOOK)}


@given(st.sampled_from(Kind), st.lists(st.text(max_size=30)))
def test_news_arrive_as_they_were(kind: Kind, ids: list[str]) -> None:
    words = list(words_of(kind, ids))
    assert all(len(word.encode()) < 8_000 for word in words)
    notes = [module._note(word) for word in words]
    assert all(note and note.kind is kind for note in notes)
    assert [each for note in notes if note for each in note.ids] == ids


@pytest.mark.parametrize("word", ["", "proof 17", "[]", "{}", '["later version"]', '["jobs", 1]'])
def test_what_is_no_news_is_passed_over(word: str) -> None:
    assert module._note(word) is None


async def test_behind_a_pooler_nothing_is_heard_and_that_is_noticed(
    postgres: Postgres, url: SecretStr, aside: Aside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "PROOF_SECONDS", 0.3)
    monkeypatch.setattr(channel, "DEAF_SECONDS", 0.01)
    with running_pgbouncer(postgres) as bouncer:
        if bouncer is None:
            pytest.skip("PgBouncer is not installed")
        through = bouncer.url(url)
        database = open_postgresql(through, sole=False, pooled=True)
        news = News(Channel(database, through, CHANNEL), aside, poll_seconds=0.01)
        ear = Ear(news)
        async with news:
            for _ in range(20):  # on one of the few lent connections LISTEN has its effect
                news.tell(Kind.JOBS)
                looks = ear.looks()
                await ear.until(lambda looks=looks: ear.looks() > looks + 2)  # type: ignore[misc]
            assert not news.hears
        database.close()
