"""Signed media links: whoever holds one may hear that one file until it expires."""

from __future__ import annotations

import hmac
import secrets
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from itsdangerous import Signer

from engine.audio.atomic import replacing
from engine.errors import NotAllowed
from engine.wire import API, AudioLink

__all__ = ["MediaLinks", "kept_secret"]

STEPS = 60
"""In the life of a link: those that polling shows are the same within one."""


class MediaLinks:
    """Makes and checks links; a signature holds for one key and one moment of expiry.

    ``base_url``: scheme and host by which the caller reached the server.
    """

    def __init__(self, secret: str, seconds: int) -> None:
        self._signer = Signer(secret, salt="dgx-music media")
        self._seconds = seconds

    def make(self, base_url: str, key: str) -> AudioLink:
        """With its whole life before it."""
        expires = int(time.time()) + self._seconds
        return AudioLink(
            url=self._url(base_url, key, expires), expires_at=datetime.fromtimestamp(expires, UTC)
        )

    def steady(self, base_url: str, key: str) -> str:
        """The URL of one that was made a little earlier, so that answers to polling do not change
        each time."""
        step = max(1, self._seconds // STEPS)
        return self._url(base_url, key, int(time.time()) // step * step + self._seconds)

    def check(self, key: str, expires: str, signature: str) -> None:
        """Both as they stand in the link. Raises NotAllowed."""
        # As text, in constant time: decoded, several spellings would be the same signature.
        right = self._signature(key, expires)
        same = hmac.compare_digest(right.encode(), signature.encode(errors="replace"))
        if not same or not expires.isdecimal():
            raise NotAllowed("This link is not valid.", hint="Ask for a new one.")
        if int(expires) < time.time():
            raise NotAllowed("This link has expired.", hint="Ask for a new one.")

    def _url(self, base_url: str, key: str, expires: int) -> str:
        url = f"{base_url.rstrip('/')}{API}/media/{quote(key)}"
        return f"{url}?expires={expires}&signature={self._signature(key, str(expires))}"

    def _signature(self, key: str, expires: str) -> str:
        return self._signer.get_signature(f"{expires}:{key}").decode()


def kept_secret(path: Path) -> str:
    """The secret in this file, drawn the first time; readable by this user alone."""
    if not path.exists():
        with replacing(path) as part:
            part.touch(0o600)
            part.write_text(secrets.token_urlsafe(48), "ascii")
    return path.read_text("ascii").strip()
