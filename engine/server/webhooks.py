"""Webhooks: a signed POST to a job's ``callback_url`` when it has ended.

Off unless the server's settings allow it: it lets callers make this computer send requests. So
they go over https only, to an address that is looked up once, checked and then kept to, without
redirects, and little of the answer is read. Signed after Standard Webhooks. What is owed is on
disk until it is delivered or given up, so a restart forgets nothing.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import logging
import ssl
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

import httpx
import truststore
from tenacity import (
    AsyncRetrying,
    RetryError,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential_jitter,
    wait_fixed,
)

from engine.errors import StorageError
from engine.jobs import Change, Job, utc_now
from engine.log_context import marked
from engine.server.callbacks import Refused, public_address
from engine.store.calls import Call, Calls
from engine.store.shared import SharedJobs

__all__ = ["REMEMBERED", "Webhooks", "signature"]

log = logging.getLogger(__name__)

ATTEMPTS = 6
LONGEST_WAIT = 300.0
"""Seconds between two attempts."""
INSIST_SECONDS = 1.0
"""Between two tries to write the store."""
TIMEOUT = 5.0
LARGEST_ANSWER = 64 * 1024
AT_ONCE = 8
LOOK_BACK = timedelta(days=1)
REMEMBERED = 2 * LOOK_BACK
"""For how long a call that was done is known, so that whoever looks back does not owe it again."""
STANDARD = "whsec_"
"""How secrets of Standard Webhooks begin."""


class _Failed(Exception):
    """The other side did not take it; it may next time."""


class Webhooks:
    """Hears of jobs' ends, and tells them to who asked for it."""

    def __init__(
        self,
        calls: Calls,
        jobs: SharedJobs,
        secret: str,
        body_of: Callable[[Job], str],
        *,
        first_wait: float,
        lease: float = 0.0,
        address_of: Callable[[str], str] | None = None,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        """``body_of`` writes the job as JSON. ``lease``: seconds after which another server may
        send what this one does not say any more that it sends; 0: there is no other. ``address_of``
        and ``trust`` stand in for the public internet in tests: which address a host has, and
        whose certificates count."""
        self._calls = calls
        self._jobs = jobs
        self._secret = secret
        self._body_of = body_of
        self._first_wait = first_wait
        self._address_of = address_of or public_address
        # One client: setting TLS up takes tens of milliseconds.
        self._client = httpx.AsyncClient(
            verify=trust or truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            timeout=TIMEOUT,
            follow_redirects=False,
            trust_env=False,
        )
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._me = token_hex(8)
        self._lease = lease
        self._tasks: set[asyncio.Task[None]] = set()
        self._sending: dict[str, asyncio.Task[None]] = {}
        """By call."""

    def start(self) -> None:
        """Go on with what a former run owed."""
        for call in self._calls.take(self._me, self._lease):
            self._send_soon(call)
        for job in self._jobs.to_be_told(utc_now() - LOOK_BACK):
            self._owe(job)  # it ended, and then everything did before its call was written down
        if self._lease:
            self._spawn(self._share())

    def changed(self, changes: Sequence[Change]) -> None:
        """A listener of the dispatcher's feed."""
        for change in changes:
            if not change.removed:
                try:
                    self._owe(change.job)
                except StorageError as error:
                    log.warning("a webhook can't be written down now: %s", error.message)
                    self._spawn(_insist(partial(self._owe, change.job)))

    async def close(self) -> None:
        """What is not delivered stays owed, and is free for others."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(StorageError):  # then it is free when the lease ends
            self._calls.keep(self._me, 0.0)
        await self._client.aclose()

    def _owe(self, job: Job) -> None:
        """One call for each end of a job: one that is retried ends again."""
        if job.callback_url is None or job.finished_at is None or not job.status.final:
            return
        call_id = f"msg_{job.id}_{round(job.finished_at.timestamp() * 1000)}"
        call = Call(call_id, job.id, job.callback_url, self._body_of(job))
        if self._calls.add(call, self._me, self._lease):
            self._send_soon(call)

    def _send_soon(self, call: Call) -> None:
        task = self._sending[call.id] = self._spawn(self._deliver(call))
        task.add_done_callback(lambda _: self._sending.pop(call.id, None))

    async def _share(self) -> None:
        """Say what this server sends, and take over what others have left."""
        while True:
            await asyncio.sleep(self._lease / 3)
            try:
                mine = self._calls.keep(self._me, self._lease)
                left = self._calls.take(self._me, self._lease)
            except StorageError as error:
                log.info("webhooks are not shared out now: %s", error.message)
                continue
            for call_id in self._sending.keys() - mine:
                self._sending[call_id].cancel()  # another server has taken it
            for call in left:
                self._send_soon(call)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _deliver(self, call: Call) -> None:
        with marked(None):
            try:
                async for attempt in AsyncRetrying(
                    retry=retry_if_exception_type(_Failed),
                    stop=stop_after_attempt(ATTEMPTS),
                    wait=wait_exponential_jitter(multiplier=self._first_wait, max=LONGEST_WAIT),
                ):
                    with attempt:
                        async with self._at_once:
                            await self._send(call)
            except RetryError:
                log.warning("webhook %s was not taken after %d attempts", call.id, ATTEMPTS)
            except Refused as error:
                log.warning("webhook %s is not sent: %s", call.id, error)
            except Exception:
                log.exception("webhook %s could not be sent", call.id)  # nor could it next time
            await _insist(partial(self._calls.done, call.id))

    async def _send(self, call: Call) -> None:
        parts = urlsplit(call.url)
        host = parts.hostname or ""
        try:
            address = await asyncio.to_thread(self._address_of, host)
        except OSError as error:
            raise _Failed from error
        # To the address that was checked, whatever the name stands for a moment later.
        shown = f"[{address}]" if ":" in address else address
        url = parts._replace(netloc=f"{shown}:{parts.port or 443}", fragment="").geturl()
        stamp = str(int(time.time()))
        headers = {
            "host": parts.netloc.rpartition("@")[2],
            "content-type": "application/json",
            "user-agent": "dgx-music-studio",
            "webhook-id": call.id,
            "webhook-timestamp": stamp,
            "webhook-signature": signature(self._secret, call.id, stamp, call.body),
        }
        try:
            async with (
                asyncio.timeout(2 * TIMEOUT),
                self._client.stream(
                    "POST",
                    url,
                    content=call.body.encode(),
                    headers=headers,
                    extensions={"sni_hostname": host},
                ) as answer,
            ):
                read = 0
                async for chunk in answer.aiter_raw():
                    read += len(chunk)
                    if read > LARGEST_ANSWER:
                        break
        except (httpx.HTTPError, TimeoutError) as error:
            raise _Failed from error
        if answer.status_code >= 400 or answer.is_redirect:
            raise _Failed


async def _insist(verb: Callable[[], None]) -> None:
    """Do this with the store, however long it takes until it can be written."""
    async for attempt in AsyncRetrying(
        retry=retry_if_exception_type(StorageError), wait=wait_fixed(INSIST_SECONDS)
    ):
        with attempt:
            verb()


def signature(secret: str, call_id: str, stamp: str, body: str) -> str:
    """After Standard Webhooks: ``v1,`` and HMAC-SHA256 of id, time and body."""
    signed = f"{call_id}.{stamp}.{body}".encode()
    digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _key(secret: str) -> bytes:
    """As receivers' libraries know secrets, ``whsec_`` and base64; any other text is the key as it
    is."""
    if not secret.startswith(STANDARD):
        return secret.encode()
    return base64.b64decode(secret.removeprefix(STANDARD))
