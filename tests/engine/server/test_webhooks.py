"""Webhooks: signed and repeated where they are wanted; nowhere else, whatever a URL says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import queue
import ssl
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx
import pytest

from engine.errors import InvalidRequest, StorageError
from engine.server import callbacks, webhooks
from engine.server.callbacks import Refused, check_url, public_address
from engine.server.webhooks import signature
from engine.store.calls import Call, Calls
from tests.certificates import self_signed
from tests.engine.server.running import TestServer, body, settings_in, until_ended

HOST = "studio.example"
SECRET = "what both sides know"  # noqa: S105


class Listener:
    """An HTTPS server that says what it is told to say, and keeps what it hears."""

    def __init__(self, folder: Path) -> None:
        self.heard: queue.Queue[tuple[dict[str, str], str]] = queue.Queue()
        self.answers: list[tuple[int, dict[str, str]]] = []
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                text = self.rfile.read(int(self.headers["content-length"])).decode()
                status, headers = listener.answers.pop(0) if listener.answers else (204, {})
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                listener.heard.put(({k.lower(): v for k, v in self.headers.items()}, text))

            def log_message(self, *_: object) -> None:
                pass

        self.certificate = certificate = self_signed(folder, HOST)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_port
        self.trust = ssl.create_default_context(cafile=certificate)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture(scope="module")
def listener(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listener]:
    listening = Listener(tmp_path_factory.mktemp("listener"))
    yield listening
    listening.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, listener: Listener) -> Iterator[TestServer]:
    settings = settings_in(
        tmp_path_factory.mktemp("webhooks"),
        webhooks=True,
        webhook_secret=SECRET,
        webhook_wait=0.05,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(callbacks, "PORTS", (listener.port,))
        with TestServer(
            settings, address_of=lambda host: "127.0.0.1", trust=listener.trust
        ) as running:
            yield running


def url_at(listener: Listener) -> str:
    return f"https://{HOST}:{listener.port}/hook?for=me"


def test_the_end_of_a_job_is_told_signed(here: httpx.Client, listener: Listener) -> None:
    callback = {"callback_url": url_at(listener)}
    job_id = here.post("/generate", json=body(**callback)).json()["job_id"]
    headers, text = listener.heard.get(timeout=60)
    told = json.loads(text)
    assert (told["job_id"], told["status"]) == (job_id, "completed")
    assert headers["host"] == f"{HOST}:{listener.port}"
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{text}".encode()
    right = base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{right}"

    failed = here.post("/generate", json=body("impossible", **callback)).json()["job_id"]
    assert json.loads(listener.heard.get(timeout=60)[1])["job_id"] == failed
    here.post(f"/jobs/{failed}/retry")
    assert json.loads(listener.heard.get(timeout=60)[1])["status"] == "failed", "each end"


def test_receivers_libraries_find_it_signed() -> None:
    """The example of those who wrote Standard Webhooks."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105
    right = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    body = '{"test": 2432232314}'
    assert signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body) == right


def test_it_is_tried_again_and_never_led_elsewhere(here: httpx.Client, listener: Listener) -> None:
    listener.answers = [(500, {}), (302, {"Location": "https://127.0.0.1/admin"}), (204, {})]
    here.post("/generate", json=body(callback_url=url_at(listener)))
    heard = [listener.heard.get(timeout=60) for _ in range(3)]
    assert len({headers["webhook-id"] for headers, _ in heard}) == 1
    assert len({text for _, text in heard}) == 1
    assert listener.heard.empty()


@pytest.mark.logs("can't be written down")
def test_what_can_not_be_written_down_now_is_told_later(
    here: httpx.Client, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    add, tries = Calls.add, []

    def away_once(calls: Calls, call: Call, *how: Any) -> bool:
        tries.append(call)
        if len(tries) == 1:
            raise StorageError("It is away.")
        return add(calls, call, *how)

    monkeypatch.setattr(Calls, "add", away_once)
    monkeypatch.setattr(webhooks, "INSIST_SECONDS", 0.01)
    job_id = here.post("/generate", json=body(callback_url=url_at(listener))).json()["job_id"]
    assert json.loads(listener.heard.get(timeout=60)[1])["job_id"] == job_id
    assert listener.heard.empty()


def test_what_is_owed_outlives_the_server(
    tmp_path_factory: pytest.TempPathFactory, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callbacks, "PORTS", (listener.port,))
    settings = settings_in(tmp_path_factory.mktemp("owed"), webhooks=True, webhook_wait=60.0)

    def nowhere(_: str) -> str:
        raise OSError("no network")

    with TestServer(settings, address_of=nowhere) as server, server.client() as client:
        callback = body(callback_url=url_at(listener))
        job_id = client.post("/generate", json=callback).json()["job_id"]
        until_ended(client, job_id)
    with TestServer(settings, address_of=lambda _: "127.0.0.1", trust=listener.trust):
        assert json.loads(listener.heard.get(timeout=60)[1])["job_id"] == job_id
    with TestServer(settings, address_of=lambda _: "127.0.0.1", trust=listener.trust) as again:
        assert again.in_loop(lambda: listener.heard.empty()), "once is enough"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="others ask their system")
def test_certificates_are_the_computers_own(
    tmp_path_factory: pytest.TempPathFactory, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a house's own authority counts, as it does for key sets and for the studio."""
    monkeypatch.setattr(callbacks, "PORTS", (listener.port,))
    monkeypatch.setenv("SSL_CERT_FILE", str(listener.certificate))
    settings = settings_in(tmp_path_factory.mktemp("house"), webhooks=True, webhook_wait=0.05)
    with TestServer(settings, address_of=lambda _: "127.0.0.1") as server:
        with server.client() as client:
            callback = body(callback_url=url_at(listener))
            job_id = client.post("/generate", json=callback).json()["job_id"]
        assert json.loads(listener.heard.get(timeout=10)[1])["job_id"] == job_id


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        pytest.param(None, "is no name", marks=pytest.mark.logs("is not sent")),
        pytest.param(RuntimeError("the test"), "", marks=pytest.mark.logs("could not be sent")),
    ],
)
def test_what_can_never_be_sent_is_owed_no_more(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    trouble: Exception | None,
    words: str,
) -> None:
    """Names that can't be looked up are refused, but rows of former versions may hold one."""

    def address_of(_: str) -> str:
        if trouble is not None:
            raise trouble
        return public_address("a..b")

    ended, done = queue.Queue[str](), Calls.done

    def told(calls: Calls, call_id: str) -> None:
        done(calls, call_id)
        ended.put(call_id)

    monkeypatch.setattr(Calls, "done", told)
    settings = settings_in(tmp_path_factory.mktemp("never"), webhooks=True)
    with TestServer(settings, address_of=address_of) as server, server.client() as client:
        answer = client.post("/generate", json=body(callback_url=f"https://{HOST}/"))
        assert answer.json()["job_id"] in ended.get(timeout=60)
    assert words in caplog.text


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "ftp://example.org/",
        "//example.org/",
        "https://",
        "https://user:secret@example.org/",
        "https://example.org:22/",
        "https://example.org:notaport/",
        "https://exa mple.org/",
        "https://example.org/\r\nX: y",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://a..b/",
        f"https://{'x' * 64}.example.org/",
    ],
)
def test_urls_that_are_not_called(url: str) -> None:
    with pytest.raises(InvalidRequest):
        check_url(url)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.100.0.1",
        "0.0.0.0",  # noqa: S104
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
    ],
)
def test_addresses_inside_are_refused_by_whatever_name(address: str) -> None:
    with pytest.raises(Refused):
        public_address("innocent.example", lambda host, port: [address])
    with pytest.raises(Refused):  # one public address does not make up for it
        public_address("innocent.example", lambda host, port: ["93.184.215.14", address])


def test_a_name_is_looked_up_once() -> None:
    """So it can't lead elsewhere after it was checked; the call goes to this address."""
    asked = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["93.184.215.14"] if len(asked) == 1 else ["127.0.0.1"]

    assert ip_address(public_address("rebinding.example", resolve)).is_global
    assert asked == ["rebinding.example"]


@pytest.mark.logs("is not sent")
def test_a_refused_address_is_never_connected_to(
    tmp_path_factory: pytest.TempPathFactory, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callbacks, "PORTS", (listener.port,))
    monkeypatch.setattr(callbacks, "_resolve", lambda host, port: ["127.0.0.1"])
    settings = settings_in(tmp_path_factory.mktemp("refused"), webhooks=True)
    with TestServer(settings, trust=listener.trust) as server, server.client() as client:
        callback = body(callback_url=url_at(listener))
        until_ended(client, client.post("/generate", json=callback).json()["job_id"])
        until_ended(client, client.post("/generate", json=body()).json()["job_id"])
    assert listener.heard.empty()
