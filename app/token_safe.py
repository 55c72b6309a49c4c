"""Tokens of servers, in the operating system's keyring; in no file and no log.

Where there is no keyring they are kept for this session alone, and asked for in the next.
"""

from __future__ import annotations

import logging
import threading

__all__ = ["TokenSafe"]

log = logging.getLogger(__name__)

SERVICE = "dgx-music-studio"


class TokenSafe:
    """May block, as a keyring may ask for its password: not for the window's thread."""

    def __init__(self) -> None:
        self._session: dict[str, str] = {}
        self._lock = threading.Lock()

    def get(self, server_id: str) -> str:
        """The token; empty when none is known."""
        with self._lock:
            if server_id not in self._session:
                self._session[server_id] = self._read(server_id)
            return self._session[server_id]

    def put(self, server_id: str, token: str) -> bool:
        """Keep it; False when only for this session."""
        with self._lock:
            self._session[server_id] = token
        return self._write(server_id, token)

    def forget(self, server_id: str) -> None:
        with self._lock:
            self._session.pop(server_id, None)
        self._write(server_id, "")

    def _read(self, server_id: str) -> str:
        import keyring  # here: it looks for all the keyrings that there might be
        from keyring.errors import KeyringError

        try:
            return keyring.get_password(SERVICE, server_id) or ""
        except KeyringError as error:
            log.info("no token from the keyring: %s", type(error).__name__)
            return ""

    def _write(self, server_id: str, token: str) -> bool:
        import keyring
        from keyring.errors import KeyringError, PasswordDeleteError

        try:
            if token:
                keyring.set_password(SERVICE, server_id, token)
            else:
                keyring.delete_password(SERVICE, server_id)
        except PasswordDeleteError:
            return True  # there was none
        except KeyringError as error:
            log.info("the keyring keeps no token: %s", type(error).__name__)
            return False
        return True
