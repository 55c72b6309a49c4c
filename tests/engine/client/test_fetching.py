"""Fetching: on from where it broke off, and nothing but what its hash promises."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import ServerAway, ServerStrange
from tests.engine.client.answering import answer, answering, client_of

AUDIO = bytes(range(256)) * 400
SHA = hashlib.sha256(AUDIO).hexdigest()
LINK = "http://elsewhere.example/api/v1/media/music/a.wav?expires=1&signature=s"


def files_in(folder: Path) -> list[tuple[Path, int]]:
    """Each with its size."""
    return [(path, path.stat().st_size) for path in folder.rglob("*") if path.is_file()]


def whole(body: bytes = AUDIO, sha: str = SHA, **more: str) -> bytes:
    return answer(body, length=len(AUDIO), ETag=f'"{sha}"', **more)


def ranged(head: str) -> bytes:
    """What a true server gives: the rest of the file, as it was asked for."""
    begin = int(head.lower().split("range: bytes=")[1].split("-")[0])
    assert f'if-range: "{SHA}"' in head.lower()
    size = len(AUDIO)
    more = {"ETag": f'"{SHA}"', "Content-Range": f"bytes {begin}-{size - 1}/{size}"}
    return answer(AUDIO[begin:], "206 Partial Content", **more)


async def test_a_download_goes_on_where_it_broke_off(tmp_path: Path) -> None:
    async with answering(whole(AUDIO[:70_000]), ranged) as there:
        client = client_of(there.url)
        with pytest.raises(ServerAway):
            await client.fetch(LINK, tmp_path, "gen_1")
        assert [size for _, size in files_in(tmp_path)] == [70_000]
        path = await client.fetch(LINK, tmp_path, "gen_1")
        await client.close()
    assert path.read_bytes() == AUDIO
    assert "range: bytes=70000-" in there.asked[1].lower()
    assert all("authorization" not in head.lower() for head in there.asked), "the link is enough"
    assert all("GET /api/v1/media/music/a.wav?expires=1&signature=s" in h for h in there.asked)


async def test_a_download_that_had_all_is_not_fetched_again(tmp_path: Path) -> None:
    """The studio ended just before it was taken in: nothing is left to send."""
    here = tmp_path / f"gen_1.{SHA}"
    here.write_bytes(AUDIO)
    async with answering(answer(status="416 Range Not Satisfiable")) as there:
        client = client_of(there.url)
        assert await client.fetch(LINK, tmp_path, "gen_1") == here
        here.write_bytes(AUDIO[:-1] + b"!!")
        with pytest.raises(ServerStrange):
            await client.fetch(LINK, tmp_path, "gen_1")
        await client.close()
    assert files_in(tmp_path) == []


async def test_what_was_begun_of_another_file_is_not_continued(tmp_path: Path) -> None:
    (tmp_path / f"gen_1.{'0' * 64}").write_bytes(b"of another file")
    async with answering(whole()) as there:
        client = client_of(there.url)
        path = await client.fetch(LINK, tmp_path, "gen_1")
        await client.close()
    assert path.read_bytes() == AUDIO
    assert files_in(tmp_path) == [(path, len(AUDIO))]


def _other_range(head: str) -> bytes:
    more = {"ETag": f'"{SHA}"', "Content-Range": f"bytes 5-{len(AUDIO) - 1}/{len(AUDIO)}"}
    return answer(AUDIO[5:], "206 Partial Content", **more)


@pytest.mark.parametrize(
    "said",
    [
        whole(AUDIO[:-1] + b"!"),
        whole(sha="../../../../etc/passwd"),
        answer(AUDIO, ETag=f'W/"{SHA}"'),
        answer(AUDIO),
        answer(AUDIO, length=None, ETag=f'"{SHA}"'),
        answer(AUDIO, length=2**40, ETag=f'"{SHA}"'),
        whole(Content_Encoding="gzip"),
        _other_range,
        answer(status="302 Found", Location="http://evil.example/a.wav"),
        answer(status="416 Range Not Satisfiable"),
    ],
)
async def test_audio_that_is_not_what_it_promises_is_refused(
    said: bytes | Callable[[str], bytes], tmp_path: Path
) -> None:
    async with answering(said) as there:
        client = client_of(there.url)
        with pytest.raises(ServerStrange):
            await client.fetch(LINK, tmp_path / "fetching", "gen_1")
        await client.close()
    assert not any(size for _, size in files_in(tmp_path))


@pytest.mark.parametrize(
    "link",
    [
        "http://evil.example/a.wav",
        "/api/v1/media/../../tokens",
        "/api/v1/media/a b?x",
        "http://[x/api/v1/media/a",
    ],
)
async def test_a_link_to_elsewhere_is_refused(link: str, tmp_path: Path) -> None:
    client = client_of("http://localhost")
    with pytest.raises(ServerStrange):
        await client.fetch(link, tmp_path, "gen_1")
    await client.close()
