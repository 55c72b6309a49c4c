"""Who is calling: a token, a JWT, or the person at this computer."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer
from starlette.requests import HTTPConnection

from engine.errors import NotLoggedIn, TooMany
from engine.log_context import verbose
from engine.server.counting import Counts, Limit, network_of
from engine.server.jwts import JwtChecker
from engine.server.settings import ServerSettings, is_loopback
from engine.store.tokens import Tokens

__all__ = ["AnyCaller", "Caller", "Gate", "NamedCaller", "identify"]

log = logging.getLogger(__name__)

_PROXIED = ("forwarded", "x-forwarded-for", "x-real-ip")


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who may use the server."""

    owner: str
    """Owns what it makes: ``token:…``, ``jwt:…`` or ``local``."""
    admin: bool = False
    nearby: bool = False
    """On this computer."""
    named: bool = True
    """Has shown a token or a JWT."""


LOCAL_PERSON = Caller("local", admin=True, nearby=True, named=False)


class Gate:
    """Tells callers by what they show."""

    def __init__(
        self, settings: ServerSettings, tokens: Tokens, jwts: JwtChecker | None, counts: Counts
    ) -> None:
        self._settings = settings
        self._tokens = tokens
        self._jwts = jwts
        self._counts = counts
        self._requests = Limit(settings.address_requests_per_minute, namespace="address")
        self._failures = Limit(settings.login_failures_per_minute, namespace="login")

    async def identify(self, connection: HTTPConnection) -> Caller:
        """Raises NotLoggedIn, TooMany for an address that asks or fails too often, or Unavailable
        when the identity provider does not answer."""
        address = _address(connection)
        network = network_of(address)
        await self._count(address, network)
        shown = connection.headers.get("authorization")
        if shown is None:
            if self._may_go_unnamed(connection):
                return LOCAL_PERSON
            raise NotLoggedIn("This server asks for a login.")
        if not await self._counts.test(self._failures, network):
            raise TooMany("Too many failed logins.", retry_after=60)
        scheme, _, credential = shown.partition(" ")
        caller = None
        if scheme.lower() == "bearer" and credential.strip():
            caller = await self._known(credential.strip(), nearby=_is_nearby(connection))
        if caller is None:
            await self._counts.hit(self._failures, network)
            raise NotLoggedIn("This login is not valid, or not any more.")
        return caller

    async def _count(self, address: str, network: str) -> None:
        """Before anything is looked up for who is not known yet."""
        settings = self._settings
        if not settings.rate_limit_enabled:
            return
        if settings.rate_limit_exempt_loopback and is_loopback(address):
            return
        if not await self._counts.hit(self._requests, network):
            _, seconds = await self._counts.left(self._requests, network)
            raise TooMany("Rate limit exceeded.", retry_after=seconds)

    async def _known(self, credential: str, *, nearby: bool) -> Caller | None:
        token = self._tokens.check(credential)
        if token is not None:
            return Caller(f"token:{token.name}", admin=token.admin, nearby=nearby)
        if self._jwts is None or credential.count(".") != 2:
            return None
        who = await self._jwts.check(credential)
        return Caller(f"jwt:{who.subject}", admin=who.admin, nearby=nearby) if who else None

    def _may_go_unnamed(self, connection: HTTPConnection) -> bool:
        """Only the person at this computer: not who comes through a proxy on it, nor a web page
        in its browser that was led here."""
        if self._settings.require_login or not self._settings.on_loopback:
            return False
        if not _is_nearby(connection):
            return False
        origin = connection.headers.get("origin")
        return _is_here(f"//{connection.headers.get('host', '')}") and (
            origin is None or _is_here(origin)
        )


def _is_nearby(connection: HTTPConnection) -> bool:
    """Whether it comes from this computer itself, and not through a proxy that stands on it."""
    passed_on = any(name in connection.headers for name in _PROXIED)
    return is_loopback(_address(connection)) and not passed_on


def _is_here(url: str) -> bool:
    """Whether the address names this computer: by rebinding, a name with a dot could be any."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return is_loopback(host) or (host.isidentifier() and host != "null")


def _address(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else ""


async def identify(connection: HTTPConnection) -> Caller:
    gate: Gate = connection.app.state.service.gate
    caller = await gate.identify(connection)
    if caller.admin and connection.headers.get("x-debug", "").lower() == "true":
        verbose.set(True)
    log.debug("the caller is %s, %s", caller.owner, "nearby" if caller.nearby else "elsewhere")
    return caller


_bearer = HTTPBearer(auto_error=False, description="A token or a JWT.")


async def _any_caller(request: Request, _: Annotated[object, Security(_bearer)]) -> Caller:
    return await identify(request)


async def _named_caller(caller: Annotated[Caller, Depends(_any_caller)]) -> Caller:
    if not caller.named:
        raise NotLoggedIn("This needs a login, on this computer too.")
    return caller


AnyCaller = Annotated[Caller, Depends(_any_caller)]
NamedCaller = Annotated[Caller, Depends(_named_caller)]
