"""What reaches the server and is no HTTP request, or one that few clients send."""

from __future__ import annotations

import json
import socket
from http.client import HTTPResponse

import pytest

from tests.engine.server.running import TestServer


@pytest.mark.logs("Invalid HTTP request")
@pytest.mark.parametrize(
    "said",
    [
        b"hello\r\n\r\n",
        b"GET /api/v1/jobs HTTP/1.1\r\nHost x\r\n\r\n",
        b"GET /api/v1/jobs HTTP/1.1\r\nHost: x\r\nX-A: \x00\r\n\r\n",
        b"GET /api/v1/jobs HTTP/1.1\r\n\r\n",
        b"GET /api/v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
    ids=["no request", "no colon", "nul", "no host", "no length", "tls"],
)
def test_what_is_no_request_is_a_problem_too(server: TestServer, said: bytes) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(said)
        answer = HTTPResponse(connection)
        answer.begin()
        text = answer.read()
    assert answer.status == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = json.loads(text)
    assert problem["status"] == 400 and problem["detail"]
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize(
    ("target", "host", "status"),
    [
        ("http://{here}/api/v1/jobs?limit=1", "{here}", 200),
        ("HTTP://{here}/api/v1/jobs", "music.example", 200),
        ("http://music.example/api/v1/jobs", "{here}", 401),
        ("http:///api/v1/jobs", "{here}", 401),
        ("http://{here}", "{here}", 307),
        ("ftp://{here}/api/v1/jobs", "{here}", 404),
        ("*", "{here}", 404),
    ],
)
def test_an_absolute_target_is_understood_and_its_host_is_the_one_that_counts(
    server: TestServer, target: str, host: str, status: int
) -> None:
    here = server.url.removeprefix("http://")
    head = f"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n".format(here=here)
    name, port = here.split(":")
    with socket.create_connection((name, int(port)), timeout=30) as connection:
        connection.sendall(head.encode())
        answer = HTTPResponse(connection)
        answer.begin()
    assert answer.status == status


def test_no_answer_waits_for_the_one_who_asks(server: TestServer) -> None:
    """Head and body leave at once: by Nagle's rule the body would wait until the head was heard,
    which may take its 40 ms."""

    def at_once() -> list[int]:
        assert server._running is not None
        return [
            each.transport.get_extra_info("socket").getsockopt(
                socket.IPPROTO_TCP, socket.TCP_NODELAY
            )
            for each in server._running.server_state.connections
        ]

    with server.client() as here:
        here.get("/health/live")
        kept = server.in_loop(at_once)
    assert kept and all(kept)
