"""What goes wrong between studio and server, as errors with plain words.

No message and no detail holds a token, a signed link or a body that was sent.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime

import httpx

from engine.errors import (
    ServerAway,
    ServerBusy,
    ServerClosed,
    ServerError,
    ServerRefused,
    ServerStrange,
)
from engine.jobs import utc_now

__all__ = ["fault_of_answer", "fault_of_transport", "strange"]

LONGEST_WAIT = 3600.0
"""Seconds; a server that asks for more is asked again then."""
_FULL = "Storage quota exceeded"
"""How a server begins that has no more room for this user's takes."""
_SAID = 500
"""Characters of a server's own words that are kept for the details."""


def strange(detail: str) -> ServerStrange:
    """What came is no answer of such a server."""
    return ServerStrange(
        "server_strange",
        "What answers at this address does not behave like a DGX Music server.",
        detail=detail,
    )


def fault_of_transport(error: httpx.HTTPError | httpx.InvalidURL | TimeoutError) -> ServerError:
    """No answer came, or it broke off."""
    name = type(error).__name__
    tls = next((cause for cause in _causes(error) if isinstance(cause, ssl.SSLError)), None)
    if tls is not None and isinstance(error, httpx.ConnectError):
        return ServerClosed(
            "server_tls",
            "The connection to the server is not safe, so nothing was sent.",
            hint="Check the address and this computer's date, or ask who runs the server for its "
            "certificate.",
            detail=getattr(tls, "verify_message", "") or tls.reason or name,
        )
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return ServerAway("server_timeout", "The server does not answer in time.", detail=name)
    if isinstance(error, httpx.ConnectError):
        return ServerAway("server_unreachable", "The server can't be reached.", detail=name)
    if isinstance(error, httpx.NetworkError | httpx.ProxyError):
        return ServerAway("server_unreachable", "The connection to the server broke.", detail=name)
    if isinstance(error, httpx.RemoteProtocolError):
        # Mostly an answer that was cut off: it may be whole the next time.
        return ServerAway("server_unreachable", "The connection to the server broke.", detail=name)
    return strange(name)


def fault_of_answer(status: int, headers: Mapping[str, str], body: bytes) -> ServerError:
    """An answer that is not what was asked for."""
    said = _said(body)
    wait = _retry_after(headers)
    match status:
        case 401:
            return ServerClosed(
                "server_login",
                "The server does not know this token.",
                hint="Enter a new one, or ask who runs the server.",
                detail=said,
            )
        case 403:
            return ServerClosed(
                "server_forbidden",
                "The server does not allow this.",
                hint="Ask who runs it.",
                detail=said,
            )
        case 404:
            return _refused(
                status, "server_not_found", "The server does not have this any more.", said
            )
        case 409:
            return _refused(
                status, "server_conflict", "On the server this is past the point.", said
            )
        case 413:
            return _refused(status, "server_too_large", "This is too large for the server.", said)
        case 422:
            return _refused(
                status, "server_invalid", "The server does not accept these settings.", said
            )
        case 429:
            busy = _no_room(said) if _FULL in said else _pause(said)
            busy.retry_after = 5.0 if wait is None else wait
            return busy
        case 408 | 425 | 502 | 503 | 504:
            away = ServerAway("server_unavailable", "The server can't work just now.", detail=said)
            away.retry_after = wait
            return away
        case _ if status >= 500:
            return _refused(status, "server_broken", "The server has trouble of its own.", said)
        case _ if 300 <= status < 400:
            return strange(f"HTTP {status}: it sends us to another address, which is not followed")
        case _ if status >= 400:
            return _refused(status, "server_refused", "The server does not take this.", said)
    return strange(f"HTTP {status}")


def _pause(said: str) -> ServerBusy:
    return ServerBusy("server_busy", "The server asks for a pause.", detail=said)


def _no_room(said: str) -> ServerBusy:
    return ServerBusy(
        "server_full",
        "Your takes fill the room that you have on the server.",
        hint="Make new ones here, or ask who runs the server for more room.",
        detail=said,
    )


def _refused(status: int, code: str, message: str, said: str) -> ServerRefused:
    hint = {
        "server_not_found": "Retry to have it made anew.",
        "server_conflict": "Retry to have it made anew.",
        "server_too_large": "Use a shorter piece of audio.",
        "server_invalid": "Change them, or choose another model.",
        "server_broken": "Retry, or tell who runs it.",
        "server_refused": "Ask who runs it.",
    }[code]
    error = ServerRefused(code, message, hint=hint, detail=said or f"HTTP {status}")
    error.status = status
    return error


def _said(body: bytes) -> str:
    """The server's own words for the details: a problem's, or nothing."""
    try:
        data = json.loads(body)
        words = [str(data.get("detail") or data.get("title") or "")]
        words += [f"{each['field']}: {each['message']}" for each in data.get("errors") or ()]
    except (ValueError, AttributeError, KeyError, TypeError, RecursionError):
        return ""
    text = " ".join(word for word in words if word)
    return "".join(c if c.isprintable() else " " for c in text)[:_SAID]


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, from either form of the header."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        seconds = float(text) if text.isascii() and text.isdigit() else _until(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return min(LONGEST_WAIT, max(1.0, seconds))


def _until(date: str) -> float:
    return (parsedate_to_datetime(date) - utc_now()).total_seconds()


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__
