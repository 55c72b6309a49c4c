"""Reference audio: what is taken, what is refused and when, and that nothing stays of the rest."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
import soundfile as sf

from engine.errors import AudioError
from engine.server.weighing import weigh
from tests.engine.server.running import (
    BOTH,
    TestServer,
    body,
    made,
    settings_in,
    tone,
)

LIMIT = 400_000
over_both = pytest.mark.parametrize("storage", BOTH, indirect=True, scope="module")


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, storage: dict[str, str]
) -> Iterator[TestServer]:
    folder = tmp_path_factory.mktemp("uploads")
    few = {"upload_bytes": LIMIT, "upload_seconds": 60, "upload_patience": 2}
    with TestServer(settings_in(folder, **few, **storage)) as running:
        yield running


def left(server: TestServer) -> list[str]:
    """Of uploads that did not become any."""
    stored = {key.rpartition("/")[2] for key in server.keys("uploads")}
    known = server.in_loop(lambda: server.service.uploads.known(stored))
    return [*server.on_the_way(), *(stored - known)]


@over_both
@pytest.mark.parametrize("format", ["WAV", "FLAC", "OGG", "MP3"])
def test_a_form_and_a_plain_body_are_taken(here: httpx.Client, format: str) -> None:
    sound = tone(2, format)
    form = here.post("/uploads", files={"file": ("../../Über riff.wav", sound)})
    assert form.status_code == 201, form.text
    upload = form.json()
    assert upload["upload_id"].startswith("upl_")
    assert form.headers["location"] == f"/api/v1/uploads/{upload['upload_id']}"
    assert upload["name"] == "Über riff.wav" and upload["format"] == format.lower()
    assert upload["sha256"] == hashlib.sha256(sound).hexdigest()
    assert upload["size_bytes"] == len(sound)
    assert upload["duration_seconds"] == pytest.approx(2, abs=0.1)
    assert here.get(f"/uploads/{upload['upload_id']}").json() == upload
    plain = here.post("/uploads?name=riff", content=sound)
    assert plain.status_code == 201 and plain.json()["name"] == "riff"
    assert here.delete(f"/uploads/{upload['upload_id']}").status_code == 204
    assert here.get(f"/uploads/{upload['upload_id']}").status_code == 404


@over_both
def test_an_upload_is_gone_on_from(server: TestServer, here: httpx.Client) -> None:
    upload = here.post("/uploads", files={"file": ("riff.wav", tone(2))}).json()["upload_id"]
    first = made(here)["job_id"]
    for source in (upload, first):
        # It fails if it is given no file.
        job = made(here, prompt="continues", continue_from=source)
        sound = httpx.get(job["audio_url"], trust_env=False).content
        assert source.encode() in sound, "the file says what it was made from"
        assert str(server.settings.takes_folder).encode() not in sound, "and not where that lay"


@pytest.mark.parametrize(
    ("sound", "status"),
    [
        (b"", 422),
        (b"<html>" * 10, 415),
        (b"MZ" + bytes(1000), 415),
        (b"RIFF\xff\xff\xff\x7fWAVE" + bytes(500), 422),
        (tone(2, "FLAC")[:300], 422),
        (tone(70, "OGG"), 422),
        (tone(30), 413),
    ],
    ids=["empty", "html", "program", "broken wav", "cut flac", "too long", "too large"],
)
def test_what_is_no_good_is_refused_and_gone(
    server: TestServer, here: httpx.Client, sound: bytes, status: int
) -> None:
    plain = here.post("/uploads", content=sound)
    form = here.post("/uploads", files={"file": ("a.wav", sound)})
    for answer in (plain, form):
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
    assert not left(server)


@over_both
def test_an_upload_that_never_ends_is_cut_off(server: TestServer, here: httpx.Client) -> None:
    """No length told, and audio all the way: it is counted as it comes."""
    sent = 0

    def stream() -> Iterator[bytes]:
        nonlocal sent
        yield tone(1)
        while sent < 100 * LIMIT:
            sent += 16_384
            yield bytes(16_384)

    answer = here.post("/uploads", content=stream())
    assert answer.status_code == 413
    assert sent < 100 * LIMIT
    assert not left(server)


def test_a_slow_upload_is_given_up(server: TestServer) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        head = f"POST /api/v1/uploads HTTP/1.1\r\nHost: {host}\r\nContent-Length: 90000\r\n\r\n"
        connection.sendall(head.encode() + tone(1)[:4000])
        assert connection.recv(200).startswith(b"HTTP/1.1 408 ")
    assert not left(server)


def test_a_form_without_a_file(here: httpx.Client) -> None:
    assert here.post("/uploads", data={"name": "x"}).status_code in (415, 422)
    boundaries = ("; boundary=x", "", "; boundary=", f"; boundary={'x' * 1000}", "; boundary")
    for boundary in boundaries:
        kind = {"Content-Type": f"multipart/form-data{boundary}"}
        answer = here.post("/uploads", content=b"rubbish", headers=kind)
        assert answer.status_code == 422, boundary


@pytest.mark.parametrize("lost", [1_000, 40])
def test_a_form_that_ends_within_its_file_is_refused(
    server: TestServer, here: httpx.Client, lost: int
) -> None:
    """As after a proxy that lost its end. Of the second the music is all there, but who knows."""
    form = httpx.Request("POST", server.url, files={"file": ("riff.wav", tone(2))})
    kind = {"Content-Type": form.headers["content-type"]}
    answer = here.post("/uploads", content=form.read()[:-lost], headers=kind)
    assert answer.status_code == 422 and not left(server)
    assert answer.json()["errors"][0]["field"] == "file"


async def test_hours_in_a_small_file_are_seen_before_they_are_decoded(tmp_path: Path) -> None:
    """Six hours of silence; then the same with a header that does not tell how long it is."""
    path = tmp_path / "silence.flac"
    with sf.SoundFile(path, "w", 8_000, 1, format="FLAC") as file:
        for _ in range(6 * 60):
            file.write(np.zeros(60 * 8_000, np.int16))
    assert path.stat().st_size < 4_000_000
    with pytest.raises(AudioError, match="longer than 600"):
        await weigh(path, 600)
    data = bytearray(path.read_bytes())
    data[21] &= 0xF0
    data[22:26] = bytes(4)
    path.write_bytes(bytes(data))
    with pytest.raises(AudioError):
        await weigh(path, 600)


def test_anothers_upload_is_unknown(alice: httpx.Client, bob: httpx.Client) -> None:
    upload = alice.post("/uploads", content=tone(1)).json()["upload_id"]
    unknown = bob.get("/uploads/upl_0").json()
    assert bob.get(f"/uploads/{upload}").json() | {"request_id": ""} == unknown | {"request_id": ""}
    answer = bob.post("/generate", json=body(melody=upload))
    assert answer.json()["errors"][0]["message"] == f"there is no {upload}"
