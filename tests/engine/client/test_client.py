"""The client of a server: plain words for each trouble, and no trust in what comes."""

from __future__ import annotations

import logging
import ssl
from pathlib import Path

import httpx
import pytest

from engine.client.client import NoStream, ServerClient
from engine.errors import (
    InvalidRequest,
    ServerAway,
    ServerBusy,
    ServerClosed,
    ServerError,
    ServerRefused,
    ServerStrange,
)
from engine.wire import Generate
from tests.certificates import self_signed
from tests.engine.client.answering import JOB, TOKEN, answer, answering, client_of


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (401, ServerClosed, "server_login"),
        (403, ServerClosed, "server_forbidden"),
        (404, ServerRefused, "server_not_found"),
        (409, ServerRefused, "server_conflict"),
        (413, ServerRefused, "server_too_large"),
        (418, ServerRefused, "server_refused"),
        (422, ServerRefused, "server_invalid"),
        (429, ServerBusy, "server_busy"),
        (500, ServerRefused, "server_broken"),
        (503, ServerAway, "server_unavailable"),
        (302, ServerStrange, "server_strange"),
    ],
)
async def test_each_status_has_words_of_its_own(
    status: int, kind: type[ServerError], code: str
) -> None:
    problem = b'{"title": "T", "detail": "What the server says."}'
    headers = {"Retry-After": "42", "Location": "http://evil.example/"}
    async with answering(answer(problem, f"{status} No", **headers)) as there:
        client = client_of(there.url)
        with pytest.raises(kind) as caught:
            await client.job("gen_1")
        await client.close()
    assert caught.value.code == code
    assert caught.value.message.endswith(".")
    assert TOKEN not in repr(caught.value) + caught.value.detail
    if status != 302:
        assert "What the server says." in caught.value.detail
    if isinstance(caught.value, ServerBusy | ServerAway):
        assert caught.value.retry_after == 42


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (httpx.ConnectError("refused"), "server_unreachable"),
        (httpx.ReadError("reset"), "server_unreachable"),
        (httpx.RemoteProtocolError("cut"), "server_unreachable"),
        (httpx.ConnectTimeout("slow"), "server_timeout"),
        (httpx.ReadTimeout("slow"), "server_timeout"),
        (httpx.UnsupportedProtocol("rubbish"), "server_strange"),
    ],
)
async def test_no_answer_has_words_of_its_own(error: httpx.HTTPError, code: str) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise error

    client = client_of("http://localhost", transport=httpx.MockTransport(fail))
    with pytest.raises(ServerError) as caught:
        await client.health()
    await client.close()
    assert caught.value.code == code


async def test_a_certificate_that_is_not_trusted_gets_nothing(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    async with answering(answer(JOB), tls=context) as there:
        client = client_of(there.url)
        with pytest.raises(ServerClosed) as caught:
            await client.job("gen_1")
        await client.close()
    assert caught.value.code == "server_tls"
    assert there.asked == []


async def test_a_redirect_does_not_carry_the_token_away() -> None:
    async with answering(answer(JOB)) as evil:
        away = answer(status="307 Temporary Redirect", Location=f"{evil.url}/api/v1/jobs/gen_1")
        async with answering(away) as there:
            client = client_of(there.url)
            with pytest.raises(ServerStrange):
                await client.job("gen_1")
            with pytest.raises(ServerStrange):
                await client.submit(Generate(prompt="p", duration=2), key="k")
            await client.close()
    assert evil.asked == []


@pytest.mark.parametrize(
    "rubbish",
    [
        b"",
        b"not json",
        b"[" * 100_000,
        b'{"job_id": "gen_1"}',
        JOB.replace(b"gen_1", b"../../admin"),
        JOB.replace(b"gen_1", b"gen_1?x=1"),
        JOB.replace(b"processing", b"dancing"),
        b"{" + b" " * 3_000_000,
    ],
)
async def test_rubbish_is_refused(rubbish: bytes) -> None:
    async with answering(answer(rubbish)) as there:
        client = client_of(there.url)
        with pytest.raises(ServerStrange):
            await client.job("gen_1")
        await client.close()


async def test_a_packed_answer_is_not_unpacked() -> None:
    """A few bytes that stand for gigabytes: none was asked for."""
    async with answering(answer(b"\x1f\x8b" + b"\0" * 100, Content_Encoding="gzip")) as there:
        client = client_of(there.url)
        with pytest.raises(ServerStrange):
            await client.job("gen_1")
        await client.close()
        assert "accept-encoding: identity" in there.asked[0].lower()


@pytest.mark.parametrize("endless", [b"x" * 400_000, b"data: " + b"x" * 400_000, b":\n" * 9])
async def test_an_endless_event_is_refused_and_comments_are_not(endless: bytes) -> None:
    stream = answer(endless, length=None, Content_Type="text/event-stream")
    async with answering(stream) as there:
        client = client_of(there.url)
        try:
            async for _ in client.events("gen_1"):
                raise AssertionError("that was no event")
            assert endless.startswith(b":")
        except ServerStrange:
            assert not endless.startswith(b":")
        await client.close()


async def test_events_are_followed_from_the_last_one() -> None:
    said = b"retry: 2000\r\n\r\n: hi\n\nid: 7\ndata: " + JOB + b"\n\nid: 8\ndata:" + JOB + b"\r\r"
    stream = answer(said + b"id: 9\ndata: cut", length=None, Content_Type="text/event-stream")
    async with answering(stream) as there:
        client = client_of(there.url)
        heard = [(key, job.progress) async for key, job in client.events("gen_1", "6")]
        await client.close()
    assert heard == [("7", 0.5), ("8", 0.5)]
    assert "last-event-id: 6" in there.asked[0].lower()


@pytest.mark.parametrize("said", [answer(status="404 Not Found"), answer(b"<html>")])
async def test_where_there_are_no_events_that_is_said(said: bytes) -> None:
    async with answering(said) as there:
        client = client_of(there.url)
        with pytest.raises(NoStream):
            await anext(client.events("gen_1"))
        await client.close()


async def test_an_answer_that_breaks_off_is_no_answer() -> None:
    async with answering(answer(b"{", length=100)) as there:
        client = client_of(there.url)
        with pytest.raises(ServerAway):
            await client.job("gen_1")
        await client.close()


@pytest.mark.parametrize("token", ["two words", "line\r\nX-Evil: 1", "ümlaut", "x" * 5000])
def test_what_can_not_be_a_token_is_refused_without_being_named(token: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        ServerClient("http://localhost", token)
    assert token[:6] not in str(caught.value)


@pytest.mark.parametrize(
    "address", ["", "ftp://x", "http://", "http://a:b@c", "http://x:99999", "a b"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidRequest):
        ServerClient(address)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("dgx01:8000/", "https://dgx01:8000"),
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        (" http://10.0.0.5:8000/api/v1/docs ", "http://10.0.0.5:8000"),
        ("https://example.org/music", "https://example.org/music"),
        ("[::1]:8000", "http://[::1]:8000"),
    ],
)
async def test_addresses_are_understood_as_typed(typed: str, meant: str) -> None:
    client = ServerClient(typed)
    assert client.address == meant
    await client.close()


async def test_the_token_is_in_no_log_at_any_level(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with answering(answer(JOB), answer(status="401 No"), b"rubbish") as there:
        client = client_of(there.url)
        await client.job("gen_1")
        for _ in range(2):
            with pytest.raises(ServerError):
                await client.job("gen_1")
        await client.close()
    assert f"Bearer {TOKEN}" in there.asked[0], "it was shown where it belongs"
    said = "\n".join(f"{r.getMessage()} {r.args} {r.exc_text}" for r in caplog.records)
    assert TOKEN not in said
    assert TOKEN not in repr(client) + repr(client._connection._http)
