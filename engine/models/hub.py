"""The hub, as far as downloads need it: what a repository holds, and the bytes of its files.

huggingface_hub says where things are, who asks, and what an answer means. Its own downloads begin
from nothing after each interruption (since 1.0 a part never outlives its process), so the bytes
are read here: a file of 6 GB must survive an evening of bad Wi-Fi.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx2
import huggingface_hub
from huggingface_hub.errors import OfflineModeIsEnabled
from huggingface_hub.hf_api import ModelInfo, RepoSibling
from huggingface_hub.utils import build_hf_headers, hf_raise_for_status
from pydantic import ValidationError

from engine.errors import DownloadDamaged, HubRefused
from engine.models.catalogue import Source
from engine.models.hub_errors import in_plain_words
from engine.models.manifest import HubFile, Manifest

__all__ = ["BROKEN", "Hub"]

CONNECT = 5.0
"""Seconds until no network is taken for no network."""
SILENCE = 20.0
"""Seconds without a byte until a connection is taken for broken."""
ANSWER = 15.0
"""Seconds for a whole answer that is no file."""

BROKEN = (httpx2.TimeoutException, httpx2.NetworkError, httpx2.RemoteProtocolError)
"""Ways in which a connection breaks, raised as they are by ``body``: it may go on where it was."""


class Hub:
    """
    >>> async with Hub() as hub:
    ...     manifest = await hub.manifest(Source("facebook/musicgen-small", ("state_dict.bin",)))
    """

    def __init__(self, endpoint: str | None = None) -> None:
        """``endpoint`` is the hub's address; None: huggingface_hub's own, or ``HF_ENDPOINT``."""
        self._endpoint = (endpoint or huggingface_hub.constants.ENDPOINT).rstrip("/")

    async def __aenter__(self) -> Self:
        self._client = huggingface_hub.get_async_session()
        self._client.timeout = httpx2.Timeout(SILENCE, connect=CONNECT)
        headers = build_hf_headers(library_name="dgx-music-studio")
        # The bytes as they are: compressed ones could not go on from the middle.
        self._client.headers.update(headers | {"accept-encoding": "identity"})
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    async def manifest(self, source: Source) -> Manifest:
        """What the newest revision has of ``source``. Raises HubUnreachable, HubBusy, HubRefused,
        DownloadDamaged."""
        url = f"{self._endpoint}/api/models/{source.repo}/revision/main"
        try:
            async with asyncio.timeout(ANSWER):
                response = await self._client.get(url, params={"blobs": True})
            hf_raise_for_status(response)
            answer = ModelInfo(**response.json())
        except (httpx2.HTTPError, OfflineModeIsEnabled, TimeoutError) as error:
            raise in_plain_words(error, source.repo) from error
        except (ValueError, KeyError, TypeError) as error:
            raise _no_hub(source.repo, error) from error
        return _manifest(source, answer)

    @asynccontextmanager
    async def body(
        self, manifest: Manifest, file: HubFile, start: int
    ) -> AsyncIterator[tuple[int, AsyncIterator[bytes]]]:
        """The file's bytes from ``start`` on, and where they really start: a hub without ranges
        sends everything.

        Raises one of BROKEN, HubBusy, HubRefused.
        """
        name = quote(file.path)
        url = f"{self._endpoint}/{manifest.repo}/resolve/{manifest.revision}/{name}"
        headers = {"range": f"bytes={start}-"} if start else {}
        try:
            async with self._client.stream("GET", url, headers=headers) as response:
                if response.is_error:
                    await response.aread()
                hf_raise_for_status(response)
                partial = response.status_code == httpx2.codes.PARTIAL_CONTENT
                yield start if partial else 0, response.aiter_raw()
        except BROKEN:
            raise
        except (httpx2.HTTPError, OfflineModeIsEnabled) as error:
            raise in_plain_words(error, manifest.repo) from error


def _manifest(source: Source, answer: ModelInfo) -> Manifest:
    held = {sibling.rfilename: sibling for sibling in answer.siblings or ()}
    missing = [name for name in source.required if name not in held]
    if missing:
        raise HubRefused(
            f"“{source.repo}” on the hub is no model that this program can use.",
            hint=f"It has no {' and no '.join(missing)}.",
        )
    wanted = [name for name in (*source.required, *source.optional) if name in held]
    try:
        files = tuple(_file(held[name]) for name in wanted)
        return Manifest(repo=source.repo, revision=answer.sha or "", files=files)
    except ValidationError as error:
        raise _no_hub(source.repo, error) from error


def _file(sibling: RepoSibling) -> HubFile:
    fields: dict[str, Any] = {"path": sibling.rfilename, "size": sibling.size}
    if sibling.lfs is not None:
        return HubFile(**fields, digest=f"sha256-{sibling.lfs.sha256}")
    return HubFile(**fields, digest=f"git-{sibling.blob_id}")


def _no_hub(repo: str, error: Exception) -> DownloadDamaged:
    return DownloadDamaged(
        f"The answer about “{repo}” makes no sense: something else than the hub gave it.",
        hint="A network that asks for a sign-in does this. Open a web page, then try again.",
        detail=f"{type(error).__name__}: {error}",
    )
