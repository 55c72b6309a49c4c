"""Names that play tricks, bodies that do not come or do not end, secrets that must not show."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.engine.server.running import TestServer, body, journal_in, jwt_for, made, settings_in


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestServer]:
    settings = settings_in(tmp_path_factory.mktemp("hard"), body_bytes=100_000)
    with TestServer(settings) as running:
        yield running


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestServer]:
    """Asked by nobody whose body may be late on a busy machine."""
    settings = settings_in(tmp_path_factory.mktemp("impatient"), body_patience=0.1)
    with TestServer(settings) as running:
        yield running


@pytest.mark.parametrize(
    "name",
    [
        "../../../../etc/passwd",
        "..",
        ".",
        "/etc/passwd",
        "..\\..\\windows",
        "CON",
        "a/../../b",
        "%2e%2e%2fkey",
        "~root",
        "-rf",
        "$(touch x)`id`;&|",
        '"><script>',
        "x" * 200,
        "🎹" * 60,
        "e\u0301\u202egnp.exe",
    ],
)
def test_no_name_leaves_its_folder(server: TestServer, here: httpx.Client, name: str) -> None:
    before = files_outside(server)
    url = made(here, name=name)["audio_url"]
    key = httpx.URL(url).path.removeprefix("/api/v1/media/")
    assert re.fullmatch(r"music/[^/\\]{1,250}\.wav", key) and ".." not in key
    root = server.settings.takes_folder.resolve()
    assert (root / key).resolve().parent == root / "music" and (root / key).is_file()
    assert files_outside(server) == before
    assert httpx.get(url, trust_env=False).status_code == 200


def files_outside(server: TestServer) -> set[Path]:
    """Whatever lies around the storage, and around the server's folder."""
    storage = server.settings.takes_folder
    around = {*storage.parent.glob("*"), *storage.parent.parent.glob("*")}
    return (around | {*Path("/etc").glob("*passwd*")}) - {storage}


@pytest.mark.parametrize(
    "name", ['a"; filename="evil.exe', "a\u2028b", "Über 🎹", "a\\", "a;b=c", "a%0d%0aX-Evil: 1"]
)
def test_no_name_adds_a_header(here: httpx.Client, name: str) -> None:
    answer = httpx.get(made(here, name=name)["audio_url"], trust_env=False)
    assert answer.status_code == 200 and "x-evil" not in answer.headers
    [disposition] = answer.headers.get_list("content-disposition")
    assert disposition.isascii() and 'evil.exe"' not in disposition.replace('\\"', "")
    assert disposition.startswith("inline; filename")
    assert answer.headers["content-type"] == "audio/wav"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/generate", "/generate/batch", "/stitch"])
def test_a_body_that_does_not_come_is_given_up(impatient: TestServer, path: str) -> None:
    answer = said_to(impatient, path, "Content-Length: 5000", b'{"prompt": "')
    assert answer.startswith(b"HTTP/1.1 408 ") and b"application/problem+json" in answer


def test_a_body_that_does_not_end_is_cut_off(server: TestServer) -> None:
    """It tells no length, and goes on until the server has had enough."""
    chunk = b"4000\r\n" + b" " * 0x4000 + b"\r\n"
    answer = said_to(server, "/generate", "Transfer-Encoding: chunked", chunk * 10)
    assert answer.startswith(b"HTTP/1.1 413 ") and b"application/problem+json" in answer


@pytest.mark.parametrize(
    ("path", "length"),
    [("/generate", 100_001), ("/jobs/gen_0/keep", 10**12), ("/uploads", 64 * 2**20 + 1)],
)
def test_a_body_that_says_how_large_it_is_is_not_even_asked_for(
    server: TestServer, path: str, length: int
) -> None:
    method = "PUT" if path.endswith("keep") else "POST"
    header = f"Expect: 100-continue\r\nContent-Length: {length}"
    answer = said_to(server, path, header, b"", method)
    assert answer.startswith(b"HTTP/1.1 413 ") and b"application/problem+json" in answer


def said_to(
    server: TestServer, path: str, header: str, content: bytes, method: str = "POST"
) -> bytes:
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        head = (
            f"{method} /api/v1{path} HTTP/1.1\r\nHost: {host}:{port}\r\n"
            f"Content-Type: application/json\r\n{header}\r\n\r\n"
        )
        connection.sendall(head.encode() + content)
        return connection.recv(2000)


def test_no_answer_and_no_log_gives_a_secret_away(
    server: TestServer, tokens: dict[str, str], tmp_path: Path
) -> None:
    """Of good and bad logins, wherever they are put, and of what fails after them."""
    secrets = [tokens["alice"], jwt_for("dora"), "dgxm_0123_not-a-token-that-is-known", "a.bcdef.g"]
    told = []
    with journal_in(tmp_path) as path, server.client() as client:
        for secret in secrets:
            for headers in (
                {"Authorization": f"Bearer {secret}"},
                {"Authorization": f"Basic {secret}"},
                {"Authorization": secret, "X-Request-ID": f"{secret};"},
                {"Cookie": f"token={secret}", "X-Debug": "true"},
            ):
                told += [
                    client.get(f"/jobs?cursor={secret}", headers=headers),
                    client.get(f"/jobs/{secret}", headers=headers),
                    client.post("/generate", json=body(model=secret), headers=headers),
                    client.get(f"/media/music/x?expires=1&signature={secret}", headers=headers),
                ]
        told.append(client.get("/metrics"))
        told.append(client.get("/health/detailed"))
    texts = [answer.text + json.dumps(dict(answer.headers)) for answer in told]
    texts.append(path.read_text("utf-8"))
    for secret in secrets:
        assert not [text for text in texts if secret in text]
    stored = server.sql("SELECT * FROM tokens")
    assert tokens["alice"].split("_", 2)[2] not in str(stored)
