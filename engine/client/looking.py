"""Looking at the same thing again and again: what has not changed is not sent again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from engine.audio.atomic import replacing
from engine.client.connection import Connection
from engine.client.faults import strange
from engine.client.reading import read_job, safe_id
from engine.wire import JobView

__all__ = ["JobLook", "PreviewLook"]

LONGEST_PREVIEW = 512 * 2**20
"""Bytes: more than ten minutes in the finest sound that there is."""
_NOT_CHANGED = 304
_NOTHING_YET = 409


class JobLook:
    """One job's snapshots, for where there is no stream of events."""

    def __init__(self, connection: Connection, job_id: str) -> None:
        """Raises ServerStrange."""
        self._connection = connection
        self._path = f"/jobs/{safe_id(job_id)}"
        self._etag = ""
        self._seen: JobView | None = None

    async def now(self) -> JobView:
        """Raises ServerError."""
        answer = await self._connection.ask(
            "GET", self._path, headers=_unless(self._etag), also=_also(self._etag)
        )
        if answer.status != _NOT_CHANGED or self._seen is None:
            self._seen, self._etag = read_job(answer.body), answer.etag
        return self._seen


class PreviewLook:
    """What has grown of one job, in a file here."""

    def __init__(self, connection: Connection, job_id: str, path: Path) -> None:
        """Raises ServerStrange."""
        self._connection = connection
        self._route = f"/jobs/{safe_id(job_id)}/preview"
        self._path = path
        self._etag = ""

    async def fetch(self, on_bytes: Callable[[], None] = lambda: None) -> bool:
        """Whether the file is another one now; not when nothing new can be heard. Raises
        ServerError, and StorageError when it can't be written."""
        async with self._connection.stream(
            "GET", self._route, headers=_unless(self._etag) | {"Accept": "audio/wav"}
        ) as response:
            await self._connection.check(response, (_NOTHING_YET, *_also(self._etag)))
            if response.status_code != 200:
                return False
            size = 0
            with replacing(self._path) as part, part.open("wb") as file:
                async for chunk in response.aiter_raw():
                    if not size and not chunk.startswith(b"RIFF"[: len(chunk)]):
                        raise strange("a preview that is no audio")
                    size += len(chunk)
                    if size > LONGEST_PREVIEW:
                        raise strange("a preview that does not end")
                    file.write(chunk)
                    on_bytes()
        self._etag = response.headers.get("etag", "")
        return True


def _unless(etag: str) -> dict[str, str]:
    return {"If-None-Match": etag} if etag else {}


def _also(etag: str) -> tuple[int, ...]:
    """Only who asked by an ETag may hear that nothing changed."""
    return (_NOT_CHANGED,) if etag else ()
