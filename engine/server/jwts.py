"""JSON Web Tokens, checked against a shared secret, a public key, or a provider's key set."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import jwt

from engine.errors import InvalidRequest, Problem, Unavailable
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

    def __init__(self, settings: ServerSettings) -> None:
        """Raises InvalidRequest for settings that are not safe."""
        self._audience = settings.jwt_audience
        self._issuer = settings.jwt_issuer
        self._keys: jwt.PyJWKClient | None = None
        self._key = ""
        if settings.jwt_jwks_url is not None:
            parts = urlsplit(settings.jwt_jwks_url)
            if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
                raise InvalidRequest((Problem("jwt_jwks_url", "must begin with https://"),))
            self._keys = jwt.PyJWKClient(settings.jwt_jwks_url, timeout=5, lifespan=300)
            self._algorithms = _PUBLIC
        elif settings.jwt_key is not None:
            self._key = settings.jwt_key.get_secret_value()
            public = "-----BEGIN" in self._key
            self._algorithms = _PUBLIC if public else _SHARED
            if not public and len(self._key.encode()) < SHORTEST_SECRET:
                message = f"is too short: at least {SHORTEST_SECRET} characters"
                raise InvalidRequest((Problem("jwt_key", message),))

    def check(self, text: str) -> Subject | None:
        """Whom it names; None when it is not valid here. May wait for the network. Raises
        Unavailable when the key set can't be had."""
        try:
            claims = jwt.decode(
                text,
                self._key_for(text),
                algorithms=self._algorithms,
                audience=self._audience,
                issuer=self._issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "sub"], "verify_aud": self._audience is not None},
            )
        except jwt.PyJWKClientConnectionError as error:
            log.warning("the key set can't be had: %s", error)
            raise Unavailable("Logins can't be checked just now.", retry_after=10) from error
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            log.info("a JWT was refused: %s", type(error).__name__)
            return None
        return _subject(claims)

    def _key_for(self, text: str) -> Any:
        return self._keys.get_signing_key_from_jwt(text).key if self._keys else self._key


def _subject(claims: dict[str, Any]) -> Subject | None:
    subject = claims["sub"]
    if not isinstance(subject, str) or not subject:
        return None
    scopes = str(claims.get("scope", "")).split()
    return Subject(f"{claims.get('iss', '')}|{subject}", admin="admin" in scopes)
