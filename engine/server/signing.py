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

STEP_SECONDS = 60
"""Links made within one step are the same, so that answers to polling do not change each time."""


class MediaLinks:
    """Makes and checks links; a signature holds for one key and one moment of expiry."""

    def __init__(self, secret: str, seconds: int) -> None:
        self._signer = Signer(secret, salt="dgx-music media")
        self._seconds = seconds

    def make(self, base_url: str, key: str) -> AudioLink:
        """``base_url``: scheme and host by which the caller reached the server."""
        step = min(STEP_SECONDS, self._seconds)
        expires = (int(time.time()) // step + 1) * step + self._seconds
        url = f"{base_url.rstrip('/')}{API}/media/{quote(key)}"
        return AudioLink(
            url=f"{url}?expires={expires}&signature={self._signature(key, expires)}",
            expires_at=datetime.fromtimestamp(expires, UTC),
        )

    def check(self, key: str, expires: int, signature: str) -> None:
        """Raises NotAllowed."""
        # As text, in constant time: decoded, several spellings would be the same signature.
        right = self._signature(key, expires)
        if not hmac.compare_digest(right.encode(), signature.encode(errors="replace")):
            raise NotAllowed("This link is not valid.", hint="Ask for a new one.")
        if expires < time.time():
            raise NotAllowed("This link has expired.", hint="Ask for a new one.")

    def _signature(self, key: str, expires: int) -> str:
        return self._signer.get_signature(f"{expires}:{key}").decode()


def kept_secret(path: Path) -> str:
    """The secret in this file, drawn the first time; readable by this user alone."""
    if not path.exists():
        with replacing(path) as part:
            part.touch(0o600)
            part.write_text(secrets.token_urlsafe(48), "ascii")
    return path.read_text("ascii").strip()
