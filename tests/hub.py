"""A stand-in for the model hub on loopback: self-made repositories over HTTP, and its bad days.

It answers as the hub does: revisions by the API, files by ``resolve`` with ETag and commit, large
files by a redirect to another host that serves ranges. What was asked is kept in ``calls``.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

LARGE = 10_000
"""Bytes from which a file is stored as a large one, with a SHA-256."""
BLOCK = 2**16
_REPO = r"(?P<repo>[^/]+(/[^/]+)?)"


@dataclass(slots=True)
class Call:
    """One request, and what came of it."""

    method: str
    path: str
    start: int = 0
    """First byte that was asked for."""
    status: int = 0
    sent: int = 0
    """Bytes of a file that went out."""
    signed_in: bool = False
    """With somebody's token."""


@dataclass(slots=True)
class Trouble:
    """What happens to the next matching requests, instead of or in the middle of their answer."""

    pattern: str
    times: int = 1
    status: int = 0
    """Answer with this."""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut_after: int | None = None
    """Break the connection after so many bytes of the body."""
    hold_after: int | None = None
    """Send so many bytes of the body, then nothing until ``Hub.go_on``."""
    spoil: bool = False
    """Send other bytes than those that were promised."""
    no_ranges: bool = False
    body: bytes = b""


class Hub:
    """
    >>> with Hub() as hub:
    ...     hub.put("facebook/musicgen-small", {"state_dict.bin": b"..."})
    ...     hub.trouble("/cdn/", cut_after=70_000)
    ...     hub.endpoint        # give this to the client, or put it into HF_ENDPOINT
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.held = threading.Event()
        """Set when a body stopped at its ``hold_after``."""
        self._go_on = threading.Event()
        self._troubles: deque[Trouble] = deque()
        self._repos: dict[str, tuple[str, dict[str, bytes]]] = {}
        self._blobs: dict[str, bytes] = {}
        hub = self

        class Handler(_Handler):
            def __init__(self, *args: Any) -> None:
                self.hub = hub
                super().__init__(*args)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._port = self._server.server_address[1]
        self.endpoint = f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._go_on.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def put(self, repo: str, files: Mapping[str, bytes]) -> str:
        """Make this the newest revision of a repository; returns its commit."""
        content = "".join(f"{name} {sha256(data)}\n" for name, data in sorted(files.items()))
        commit = hashlib.sha1(content.encode(), usedforsecurity=False).hexdigest()
        self._repos[repo] = (commit, dict(files))
        self._blobs.update({sha256(data): data for data in files.values()})
        return commit

    def trouble(self, pattern: str, **what: Any) -> None:
        """Let the next requests whose "METHOD path" matches fail in some way."""
        self._troubles.append(Trouble(pattern, **what))

    def go_on(self) -> None:
        """Send the rest of the bodies that are held."""
        self._go_on.set()

    def bodies(self) -> list[Call]:
        """The requests for bytes of large files."""
        return [call for call in self.calls if call.path.startswith("/cdn/")]

    def large(self) -> list[bytes]:
        """The large files of all repositories."""
        held = (data for _, files in self._repos.values() for data in files.values())
        return [data for data in held if len(data) >= LARGE]

    def sent(self) -> int:
        """Bytes of large files that went out."""
        return sum(call.sent for call in self.bodies())


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    hub: Hub

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        url = urlsplit(self.path)
        asked = re.match(r"bytes=(\d+)-", self.headers.get("Range", ""))
        call = Call(self.command, unquote(url.path), int(asked[1]) if asked else 0)
        call.signed_in = "Authorization" in self.headers
        self.hub.calls.append(call)
        trouble = self._next_trouble(f"{call.method} {call.path}")
        routes: tuple[tuple[str, Callable[..., None]], ...] = (
            (rf"/api/models/{_REPO}(/revision/(?P<revision>[^/]+))?", self._describe),
            (rf"/{_REPO}/resolve/(?P<revision>[^/]+)/(?P<name>.+)", self._resolve),
            (r"/cdn/(?P<digest>[0-9a-f]{64})", self._blob),
        )
        if trouble.status:
            self._say(call, trouble.status, trouble.body, dict(trouble.headers))
            return
        for pattern, route in routes:
            if found := re.fullmatch(pattern, call.path):
                route(call, trouble, **found.groupdict())
                return
        self._say(call, 404)

    def _next_trouble(self, asked: str) -> Trouble:
        for trouble in self.hub._troubles:
            if trouble.times and re.search(trouble.pattern, asked):
                trouble.times -= 1
                return trouble
        return Trouble("")

    def _revision(
        self, call: Call, repo: str, revision: str | None
    ) -> tuple[str, dict[str, bytes]] | None:
        """A repository's commit and files; when there is none, that is the answer."""
        if repo not in self.hub._repos:
            # As the hub says it to those whom it does not know: it may be private.
            self._say(call, 401, headers={"X-Error-Code": "RepoNotFound"})
            return None
        commit, files = self.hub._repos[repo]
        if revision not in (None, "main", commit):
            self._say(call, 404, headers={"X-Error-Code": "RevisionNotFound"})
            return None
        return commit, files

    def _describe(self, call: Call, trouble: Trouble, repo: str, revision: str | None) -> None:
        if not (found := self._revision(call, repo, revision)):
            return
        commit, files = found
        siblings = [_sibling(name, data) for name, data in files.items()]
        answer = {"id": repo, "sha": commit, "siblings": siblings, "tags": []}
        body = trouble.body or json.dumps(answer).encode()
        self._say(call, 200, body, {"Content-Type": "application/json"})

    def _resolve(self, call: Call, trouble: Trouble, repo: str, revision: str, name: str) -> None:
        if not (found := self._revision(call, repo, revision)):
            return
        commit, files = found
        headers = {"X-Repo-Commit": commit}
        if name not in files:
            self._say(call, 404, headers=headers | {"X-Error-Code": "EntryNotFound"})
        elif len(files[name]) < LARGE:
            data, headers["ETag"] = files[name], f'"{git_sha1(files[name])}"'
            if call.method == "GET" and "gzip" in self.headers.get("Accept-Encoding", ""):
                data, headers["Content-Encoding"] = gzip.compress(data), "gzip"  # as the hub does
            self._send_file(call, trouble, data, headers)
        else:
            digest = sha256(files[name])
            headers |= {
                "X-Linked-ETag": f'"{digest}"',
                "X-Linked-Size": str(len(files[name])),
                # Another origin, as the hub's storage is: no sign-in must be sent there.
                "Location": f"http://localhost:{self.hub._port}/cdn/{digest}?signed=1",
            }
            self._say(call, 302, headers=headers)

    def _blob(self, call: Call, trouble: Trouble, digest: str) -> None:
        self._send_file(call, trouble, self.hub._blobs[digest], {"ETag": f'"{digest}"'})

    def _send_file(
        self, call: Call, trouble: Trouble, data: bytes, headers: dict[str, str]
    ) -> None:
        start = 0 if trouble.no_ranges else call.start
        if start and start >= len(data):
            self._say(call, 416, headers={"Content-Range": f"bytes */{len(data)}"})
            return
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        call.status = 206 if start else 200
        self._begin(call.status, len(data) - start, headers)
        if call.method == "HEAD":
            return
        body = bytes(len(data)) if trouble.spoil else data
        try:
            self._send_body(call, trouble, body[start:])
        except OSError:  # the client went away, as it does when it is cancelled or killed
            self.close_connection = True

    def _send_body(self, call: Call, trouble: Trouble, body: bytes) -> None:
        stop = trouble.cut_after if trouble.cut_after is not None else trouble.hold_after
        first = len(body) if stop is None else stop
        for at, end in ((0, first), (first, len(body))):
            for begin in range(at, end, BLOCK):
                block = body[begin : min(begin + BLOCK, end)]
                call.sent += len(block)  # first: who has read the last block may look at once
                self.wfile.write(block)
            if trouble.cut_after is not None:
                self.close_connection = True
                return
            if trouble.hold_after is not None and at == 0:
                self.hub.held.set()
                self.hub._go_on.wait(30)

    def _say(
        self, call: Call, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> None:
        call.status = status
        self._begin(status, len(body), headers or {})
        if call.method != "HEAD":
            self.wfile.write(body)

    def _begin(self, status: int, length: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(length), **headers}.items():
            self.send_header(name, value)
        self.end_headers()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def git_sha1(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _sibling(name: str, data: bytes) -> dict[str, Any]:
    sibling: dict[str, Any] = {"rfilename": name, "size": len(data), "blobId": git_sha1(data)}
    if len(data) >= LARGE:
        sibling["lfs"] = {"sha256": sha256(data), "size": len(data), "pointerSize": 134}
    return sibling
