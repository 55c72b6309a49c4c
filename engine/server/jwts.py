"""JSON Web Tokens, checked against a shared secret, a public key, or a provider's key set."""

from __future__ import annotations

import logging
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import jwt

from engine.errors import InvalidRequest, Problem
from engine.server.keyset import KeySet
from engine.server.settings import ServerSettings, is_loopback

__all__ = ["JwtChecker", "Subject"]

log = logging.getLogger(__name__)

LEEWAY = 10.0
"""Seconds by which clocks may differ."""
_SHARED = ["HS256"]
_PUBLIC = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
SHORTEST_SECRET = 32
"""Bytes of a shared secret; a shorter one can be guessed from one token."""


@dataclass(frozen=True, slots=True)
class Subject:
    subject: str
    admin: bool


class JwtChecker:
    """Which algorithms count is decided by the kind of key, never by the token."""

    def __init__(self, settings: ServerSettings, trust: ssl.SSLContext | None = None) -> None:
        """Raises InvalidRequest for settings that are not safe. ``trust``: whose certificates, in
        place of the computer's own."""
        self._audience = settings.jwt_audience
        self._issuer = settings.jwt_issuer
        self._keys: KeySet | None = None
        self._key = ""
        if settings.jwt_jwks_url is not None:
            parts = urlsplit(settings.jwt_jwks_url)
            if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
                raise InvalidRequest((Problem("jwt_jwks_url", "must begin with https://"),))
            self._keys = KeySet(settings.jwt_jwks_url, trust)
            self._algorithms = _PUBLIC
        elif settings.jwt_key is not None:
            self._key = settings.jwt_key.get_secret_value()
            public = "-----BEGIN" in self._key
            self._algorithms = _PUBLIC if public else _SHARED
            if not public and len(self._key.encode()) < SHORTEST_SECRET:
                message = f"is too short: at least {SHORTEST_SECRET} characters"
                raise InvalidRequest((Problem("jwt_key", message),))

    async def check(self, text: str) -> Subject | None:
        """Whom it names; None when it is not valid here. Raises Unavailable when the key set
        can't be had."""
        try:
            key = await self._key_for(text)
            if key is None:
                log.info("a JWT was refused: its key is not known")
                return None
            claims = jwt.decode(
                text,
                key,
                algorithms=self._algorithms,
                audience=self._audience,
                issuer=self._issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "sub"], "verify_aud": self._audience is not None},
            )
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            log.info("a JWT was refused: %s", type(error).__name__)
            return None
        return _subject(claims)

    async def close(self) -> None:
        if self._keys is not None:
            await self._keys.close()

    async def _key_for(self, text: str) -> Any:
        if self._keys is None:
            return self._key
        header = jwt.get_unverified_header(text)
        kid = header.get("kid")
        # Only who could be signed for at all may cause a fetch.
        if not isinstance(kid, str) or header.get("alg") not in self._algorithms:
            return None
        found = await self._keys.key(kid)
        return found.key if found is not None else None


def _subject(claims: dict[str, Any]) -> Subject | None:
    subject = claims["sub"]
    if not isinstance(subject, str) or not subject:
        return None
    scopes = str(claims.get("scope", "")).split()
    return Subject(f"{claims.get('iss', '')}|{subject}", admin="admin" in scopes)
