"""Where webhooks may go: over https, to public addresses, and nowhere inside."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from engine.errors import InvalidRequest, Problem

__all__ = ["Refused", "check_url", "public_address"]

PORTS = (443, 8443)

Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a host; raises OSError."""
_CGNAT = ipaddress.ip_network("100.64.0.0/10")


class Refused(Exception):
    """This address is none that is called."""


def check_url(url: str) -> None:
    """Whether it can be called at all; where it leads is looked at when it is. Raises
    InvalidRequest."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _unfit("is no URL") from None
    if parts.scheme != "https" or not parts.hostname:
        raise _unfit("must begin with https://")
    if parts.username is not None or parts.password is not None:
        raise _unfit("must not hold a login")
    if port not in (None, *PORTS):
        raise _unfit(f"must use one of the ports {', '.join(map(str, PORTS))}")
    if not url.isascii() or not url.isprintable() or " " in url:
        raise _unfit("must be written in plain characters")
    try:
        _check_host(parts.hostname)
    except Refused as error:
        raise _unfit(str(error)) from error


def public_address(host: str, resolve: Resolve | None = None) -> str:
    """The address of a host, if all that it has are public. Raises Refused, OSError."""
    _check_host(host)
    found = (resolve or _resolve)(host, 443)
    if not found:
        raise OSError(f"{host} has no address")
    for address in found:
        _check_address(address)
    return found[0]


def _resolve(host: str, port: int) -> list[str]:
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _check_host(host: str) -> None:
    """Raises Refused for an address inside, and for what is no name of a host either."""
    try:
        _check_address(host)
    except ValueError:
        try:
            host.encode("idna")  # as looking it up does
        except UnicodeError:
            raise Refused("leads to a host whose name is no name") from None


def _check_address(text: str) -> None:
    """Raises Refused for an address inside; ValueError for what is none."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        # Addresses of the old kind in the clothes of the new one.
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is not None:
            _check_address(str(inner))
        if address in ipaddress.ip_network("64:ff9b::/96"):
            _check_address(str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)))
    if not address.is_global or address.is_multicast or address in _CGNAT:
        raise Refused("leads to an address that is not public")


def _unfit(message: str) -> InvalidRequest:
    return InvalidRequest((Problem("callback_url", message),))
