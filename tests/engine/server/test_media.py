"""Audio over HTTP: signed links, ranges, other formats, joining."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import numpy as np
import pytest
import soundfile as sf

from engine.server.signing import MediaLinks
from tests.engine.server.running import BOTH, TestServer, body, made, storage_settings, until_step

KEY = "music/2024-09-01T00-45-30-123Z_calm_piano.wav"


@pytest.fixture(scope="module", params=[*BOTH, "rgw"])
def storage(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    yield from storage_settings(request)


@pytest.fixture(scope="module")
def take(server: TestServer) -> Iterator[dict[str, str]]:
    with server.client() as client:
        yield made(client, name="Night: drive\u2028"[:12])


@pytest.fixture
def link(here: httpx.Client, take: dict[str, str]) -> str:
    answer = here.get(f"/jobs/{take['job_id']}/audio/url")
    assert answer.status_code == 200 and list(answer.json()) == ["url", "expires_at"]
    assert answer.json()["expires_at"].endswith("Z")
    return str(answer.json()["url"])


@pytest.fixture
def whole(link: str) -> bytes:
    return get(link).content


def get(url: str, method: str = "GET", **headers: str) -> httpx.Response:
    """As a player would: without a login."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.request(method, url, headers=named, trust_env=False)


def test_a_link_needs_no_login_and_gives_the_file(link: str, whole: bytes) -> None:
    answer = get(link)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "audio/wav"
    assert int(answer.headers["content-length"]) == len(whole)
    assert answer.headers["etag"] == f'"{hashlib.sha256(whole).hexdigest()}"'
    head = get(link, "HEAD", range="bytes=0-9")
    assert head.status_code == 200 and head.content == b""
    assert head.headers["content-length"] == str(len(whole))
    samples, _ = sf.read(io.BytesIO(whole))
    assert np.abs(samples).max() > 0.1


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-9", 0, 10), ("bytes=100-", 100, None), ("bytes=-7", -7, None),
     ("bytes=5-99999999", 5, None), ("BYTES = 3-3", 3, 4), ("bytes=999999999-,4-5", 4, 6),
     ("bytes=,6-8,", 6, 9), (f"bytes=7-{'9' * 5000}", 7, None), (f"bytes={'0' * 5000}-1", 0, 2)],
)  # fmt: skip
def test_a_range_is_that_part(
    link: str, whole: bytes, asked: str, start: int, end: int | None
) -> None:
    answer = get(link, range=asked)
    part = whole[start:end]
    assert answer.status_code == 206
    assert answer.content == part and answer.headers["content-length"] == str(len(part))
    first = start % len(whole)
    expected = f"bytes {first}-{first + len(part) - 1}/{len(whole)}"
    assert answer.headers["content-range"] == expected


@pytest.mark.parametrize("asked", ["lines=0-9", "bytes=x-y", "bytes=9-3", "bytes", "bytes=--4"])
def test_what_is_no_range_is_ignored(link: str, whole: bytes, asked: str) -> None:
    answer = get(link, range=asked)
    assert (answer.status_code, answer.content) == (200, whole)


def test_several_ranges_come_as_parts(link: str, whole: bytes) -> None:
    answer = get(link, range="bytes=0-3,10-13")
    assert answer.status_code == 206
    assert answer.headers["content-type"].startswith("multipart/byteranges; boundary=")
    assert whole[0:4] in answer.content and whole[10:14] in answer.content
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_a_range_outside_is_refused_with_the_size(link: str, whole: bytes) -> None:
    for first in (len(whole), "9" * 5000):
        answer = get(link, range=f"bytes={first}-")
        assert answer.status_code == 416
        assert answer.headers["content-range"] == f"bytes */{len(whole)}"
        assert answer.headers["content-type"] == "application/problem+json"


def test_conditions_are_heard(link: str, whole: bytes) -> None:
    etag = get(link).headers["etag"]
    assert get(link, if_none_match=f'"other", {etag}').status_code == 304
    assert get(link, if_none_match='"other"').status_code == 200
    assert get(link, range="bytes=0-9", if_range=etag).status_code == 206
    for part in ("bytes=0-9", f"bytes={len(whole)}-"):  # the second: it has become shorter
        changed = get(link, range=part, if_range='"other"')
        assert (changed.status_code, changed.content) == (200, whole)
    several = httpx.get(
        link, headers=[("If-None-Match", '"other"'), ("If-None-Match", etag)], trust_env=False
    )
    assert several.status_code == 304


def test_a_link_that_was_tampered_with_is_refused(
    server: TestServer, here: httpx.Client, link: str
) -> None:
    parts = urlsplit(link)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    other = urlsplit(made(here)["audio_url"])
    swapped = parse_qs(other.query)["signature"][0]
    last = query["signature"][-1]
    neighbour = chr(ord(last) + 1) if last != "z" else "y"  # may be the same bytes, decoded
    for name, value in (
        ("signature", swapped),
        ("signature", query["signature"][:-1] + neighbour),
        ("signature", ""),
        ("signature", "é"),
        ("signature", None),
        ("expires", str(int(query["expires"]) + 3600)),
        ("expires", "never"),
        ("expires", None),
    ):
        changed = {key: each for key, each in (query | {name: value}).items() if each is not None}
        answer = httpx.get(link.split("?")[0], params=changed, trust_env=False)
        assert answer.status_code == 403, (name, value)
        assert answer.headers["content-type"] == "application/problem+json"
    for path in ("music/../media.key", "music/%2e%2e/%2e%2e/data/studio.db", "/etc/passwd"):
        url = f"{server.url}/api/v1/media/{path}"
        assert httpx.get(url, params=query, trust_env=False).status_code in (403, 404)


def test_no_signature_opens_what_is_no_take(server: TestServer) -> None:
    """Even one that the server itself would make."""
    for key in ("../data/media.key", "music/../../data/studio.db", "data", "music/none.wav"):
        url = server.service.links.make(server.url, key).url
        assert httpx.get(url, trust_env=False).status_code == 404, key


@pytest.mark.parametrize("life", [1, 60, 3600])
def test_a_link_lives_as_long_as_is_said(monkeypatch: pytest.MonkeyPatch, life: int) -> None:
    links = MediaLinks("secret", life)
    now = 1_700_000_030.0
    monkeypatch.setattr(time, "time", lambda: now)
    made = links.make("http://x", KEY)
    assert made.expires_at.timestamp() == now + life
    query = parse_qs(urlsplit(made.url).query)
    links.check(KEY, query["expires"][0], query["signature"][0])
    now += life + 1
    with pytest.raises(Exception, match="expired"):
        links.check(KEY, query["expires"][0], query["signature"][0])


def test_the_link_that_polling_shows_stays_the_same_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    links = MediaLinks("secret", 3600)
    now = 1_700_000_040.0  # a whole minute
    monkeypatch.setattr(time, "time", lambda: now)
    first = links.steady("http://x", KEY)
    now += 59
    assert links.steady("http://x", KEY) == first
    now += 1
    assert links.steady("http://x", KEY) != first
    now += 3540
    query = parse_qs(urlsplit(first).query)
    links.check(KEY, query["expires"][0], query["signature"][0])
    now += 1
    with pytest.raises(Exception, match="expired"):
        links.check(KEY, query["expires"][0], query["signature"][0])


def test_there_is_no_audio_before_the_end(here: httpx.Client) -> None:
    job_id = here.post("/generate", json=body("steps=3000 ms=5")).json()["job_id"]
    until_step(here, job_id, "generating")
    assert here.get(f"/jobs/{job_id}/audio/url").status_code == 409
    assert here.get(f"/jobs/{job_id}/audio").status_code == 409
    here.post(f"/jobs/{job_id}/cancel")


@pytest.mark.parametrize(
    ("format", "kind"),
    [("flac", "audio/flac"), ("mp3", "audio/mpeg"), ("ogg", "audio/ogg"), ("opus", "audio/ogg"),
     ("m4a", "audio/mp4")],
)  # fmt: skip
def test_a_take_in_another_format(
    here: httpx.Client, take: dict[str, str], format: str, kind: str
) -> None:
    path = f"/jobs/{take['job_id']}/audio"
    answer = here.get(path, params={"format": format})
    assert answer.status_code == 200 and answer.headers["content-type"] == kind
    assert here.get(path, params={"format": format}).content == answer.content
    part = here.get(path, params={"format": format}, headers={"Range": "bytes=4-7"})
    assert part.content == answer.content[4:8]
    if format != "m4a":  # libsndfile has no AAC; FFmpeg wrote it, so it is no judge
        samples, rate = sf.read(io.BytesIO(answer.content))
        assert len(samples) / rate == pytest.approx(1.0, abs=0.1)
        assert np.abs(samples).max() > 0.1
    assert here.get(path, params={"format": "exe"}).status_code == 422


def test_takes_are_joined_into_one(here: httpx.Client) -> None:
    jobs = [made(here, prompt=f"hz={hz}", duration=2) for hz in (200, 800)]
    ids = [job["job_id"] for job in jobs]
    before = here.get("/queue/stats").json()["average_processing_time_seconds"]
    answer = here.post(
        "/stitch", json={"job_ids": ids, "crossfade_seconds": 0.5, "output_format": "flac"}
    )
    assert answer.status_code == 201, answer.text
    whole = answer.json()
    assert whole["status"] == "completed" and whole["job_id"] not in ids
    assert answer.headers["location"] == f"/api/v1/jobs/{whole['job_id']}"
    assert here.get(f"/jobs/{whole['job_id']}").json()["audio_url"]
    assert whole["created_at"] == whole["started_at"] <= whole["finished_at"]
    after = here.get("/queue/stats").json()["average_processing_time_seconds"]
    assert after == before, "no model has worked at it"
    samples, rate = sf.read(io.BytesIO(get(whole["audio_url"]).content))
    assert len(samples) == 3.5 * rate
    assert pitch(samples[: rate // 2], rate) == pytest.approx(200, rel=0.05)
    assert pitch(samples[-rate // 2 :], rate) == pytest.approx(800, rel=0.05)
    middle = np.sqrt(np.mean(samples[int(1.6 * rate) : int(1.9 * rate)] ** 2))
    assert middle == pytest.approx(0.3 / np.sqrt(2), rel=0.15), "even power through the fade"
    refused = here.post("/stitch", json={"job_ids": ids, "crossfade_seconds": 1.5})
    assert refused.status_code == 422
    unknown = here.post("/stitch", json={"job_ids": [ids[0], "gen_0"]})
    assert unknown.json()["errors"][0]["field"] == "job_ids.1"


def pitch(samples: np.ndarray, rate: int) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(samples))) * rate / len(samples))
