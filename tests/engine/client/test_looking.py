"""Looking again and again at a server: little is sent, and nothing is believed unseen."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from engine.audio.atomic import part_of
from engine.client import looking
from engine.client.client import ServerClient
from engine.errors import ServerRefused, ServerStrange
from engine.log_context import marked
from engine.tracing import Trace
from tests.engine.client.answering import Answering, answer, answering
from tests.engine.client.test_client import JOB, client_of

NOT_CHANGED = answer(b"", "304 Not Modified", ETag='"1"')
WAV = b"RIFF" + bytes(100)
Client = Callable[[Answering], ServerClient]


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    made: list[ServerClient] = []

    def make(there: Answering) -> ServerClient:
        made.append(client_of(there.url))
        return made[-1]

    yield make
    for each in made:
        await each.close()


async def test_what_has_not_changed_is_not_sent_again(client: Client) -> None:
    later = JOB.replace(b'"progress":0.5', b'"progress":0.75')
    async with answering(
        answer(JOB, ETag='"1"'), NOT_CHANGED, answer(later, ETag='"2"'), answer(JOB)
    ) as there:
        look = client(there).looking_at("gen_1")
        assert [(await look.now()).progress for _ in range(4)] == [0.5, 0.5, 0.75, 0.5]
    asked = [re.findall(r"if-none-match: (.*)\r", head.lower()) for head in there.asked]
    assert asked == [[], ['"1"'], ['"1"'], ['"2"']]


async def test_nobody_is_told_that_nothing_changed_who_did_not_ask(client: Client) -> None:
    async with answering(NOT_CHANGED) as there:
        with pytest.raises(ServerStrange):
            await client(there).job("gen_1")
        with pytest.raises(ServerStrange):
            await client(there).stats()


async def test_what_has_grown_comes_into_a_file(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "previews" / "gen_1.wav"
    async with answering(
        answer(b"{}", "409 Conflict"),
        answer(WAV, ETag='"1"', Content_Type="audio/wav"),
        NOT_CHANGED,
        answer(WAV * 2, ETag='"2"', Content_Type="audio/wav"),
    ) as there:
        look = client(there).listening_to("gen_1", path)
        assert [await look.fetch(), path.exists()] == [False, False]
        assert [await look.fetch(), path.read_bytes()] == [True, WAV]
        assert [await look.fetch(), path.read_bytes()] == [False, WAV]
        assert [await look.fetch(), path.read_bytes()] == [True, WAV * 2]


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (answer(b"<html>"), ServerStrange),
        (answer(WAV * 20, length=None), ServerStrange),
        (answer(b"{}", "404 Not Found"), ServerRefused),
        (answer(b"", "302 Found", Location="http://evil.example/"), ServerStrange),
    ],
    ids=["no audio", "endless", "gone", "elsewhere"],
)
async def test_a_strange_preview_leaves_the_last_one(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: bytes, error: type
) -> None:
    monkeypatch.setattr(looking, "LONGEST_PREVIEW", 1000)
    path = tmp_path / "gen_1.wav"
    async with answering(answer(WAV, ETag='"1"'), said) as there:
        look = client(there).listening_to("gen_1", path)
        assert await look.fetch()
        with pytest.raises(error):
            await look.fetch()
    assert path.read_bytes() == WAV
    assert not part_of(path).exists()


async def test_an_odd_id_reaches_no_path(client: Client, tmp_path: Path) -> None:
    async with answering(answer(JOB)) as there:
        for odd in ("gen_1/../../x", "upl_1", ""):
            with pytest.raises(ServerStrange):
                client(there).looking_at(odd)
            with pytest.raises(ServerStrange):
                client(there).listening_to(odd, tmp_path / "x.wav")
            with pytest.raises(ServerStrange):
                await client(there).stop_here(odd)
    assert not there.asked


async def test_requests_are_pieces_of_the_trace_that_they_belong_to(client: Client) -> None:
    trace = Trace.begun()
    async with answering(answer(JOB)) as there:
        with marked("", trace):
            await client(there).job("gen_1")
            await client(there).cancel("gen_1")
        await client(there).job("gen_1")
    sent = [
        Trace.read(found)
        for head in there.asked
        for found in re.findall(r"traceparent: (.*)\r", head)
    ]
    first, second, third = sent
    assert first and second and third
    assert first.trace_id == second.trace_id == trace.trace_id != third.trace_id
    assert len({trace.span_id, first.span_id, second.span_id}) == 3
