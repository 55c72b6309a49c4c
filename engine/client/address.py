"""A server's address and a token as people type them, checked before anything is sent there."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from engine.errors import InvalidRequest, Problem

__all__ = ["checked_token", "is_near", "normal_address"]

_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")
_HOST = re.compile(r"[A-Za-z0-9.\-_]+|[0-9A-Fa-f:.]+")


def normal_address(text: str) -> str:
    """The one spelling of an address: scheme, host, port, and the path before ``/api/v1``.

    Without a scheme it is https, but http for this computer itself. Raises InvalidRequest.

    >>> normal_address("dgx01.example.org:8000/"), normal_address("localhost:8000")
    ('https://dgx01.example.org:8000', 'http://localhost:8000')
    """
    text = text.strip()
    if "://" not in text:
        text = f"{'http' if is_near(_split(f'//{text}').hostname or '') else 'https'}://{text}"
    parts = _split(text)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https"):
        raise _wrong("must begin with https:// or http://")
    if not _HOST.fullmatch(host):
        raise _wrong("names no server")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise _wrong("must be the server's name and port alone")
    shown = f"[{host}]" if ":" in host else host
    port = f":{parts.port}" if parts.port is not None else ""
    path = re.sub(r"/api/v\d+(/.*)?$", "", parts.path).rstrip("/")
    return f"{parts.scheme}://{shown}{port}{path}"


def is_near(host: str) -> bool:
    """Whether this is the computer itself, so that nobody can listen in between."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def checked_token(token: str) -> str:
    """Raises InvalidRequest for what can't be one; its text is in no message."""
    token = token.strip()
    if token and not _TOKEN.fullmatch(token):
        raise InvalidRequest((Problem("token", "must be one word of plain characters"),))
    return token


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise _wrong("names no server") from None
    return parts


def _wrong(message: str) -> InvalidRequest:
    return InvalidRequest((Problem("address", message),))
