"""What goes wrong between this computer and the hub, in a musician's words."""

from __future__ import annotations

import ssl

import httpx2
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, OfflineModeIsEnabled

from engine.errors import DownloadError, HubBusy, HubRefused, HubUnreachable

__all__ = ["in_plain_words"]


def in_plain_words(error: Exception, repo: str) -> DownloadError:
    """The error to raise for what huggingface_hub or the network raised about ``repo``."""
    detail = f"{type(error).__name__}: {error}"
    if isinstance(error, HfHubHTTPError):
        return _of_status(error, repo, detail)
    if isinstance(error, OfflineModeIsEnabled):
        return HubUnreachable(
            "Downloads are switched off on this computer.",
            hint="Start the program without HF_HUB_OFFLINE.",
            detail=detail,
        )
    if _chain_has(error, ssl.SSLError):
        return HubUnreachable(
            "The connection to the model hub is not safe, so nothing was downloaded.",
            hint="Check this computer's date and time, and whether a proxy stands in between.",
            detail=detail,
        )
    if isinstance(error, httpx2.ProxyError):
        return HubUnreachable(
            "The proxy between this computer and the model hub refuses.",
            hint="Check the proxy in the system's settings or in HTTPS_PROXY.",
            detail=detail,
        )
    if isinstance(error, TimeoutError | httpx2.TimeoutException):
        message = "The model hub does not answer."
    elif isinstance(error, httpx2.ConnectError):
        message = "The model hub can't be reached."
    else:
        message = "The connection to the model hub broke."
    return HubUnreachable(
        message,
        hint="Check the network, then try again: the download goes on where it was.",
        detail=detail,
    )


def _of_status(error: HfHubHTTPError, repo: str, detail: str) -> DownloadError:
    status = error.response.status_code
    if isinstance(error, GatedRepoError) or status == 403:
        return HubRefused(
            f"“{repo}” is only for those whom its publisher lets in.",
            hint="Ask for access on the model's page, then sign in: hf auth login",
            detail=detail,
        )
    if error.response.headers.get("x-error-message", "").startswith("Invalid credentials"):
        return HubRefused(
            "The model hub does not know the sign-in that is kept on this computer.",
            hint="Sign in again: hf auth login. Or out: hf auth logout.",
            detail=detail,
        )
    if status in (401, 404):
        return HubRefused(
            f"There is no model “{repo}” on the hub, or it is private.",
            hint="Check the name. For a private one, sign in first: hf auth login",
            detail=detail,
        )
    if status == 429:
        wait = error.response.headers.get("retry-after", "")
        when = f"in {wait} seconds" if wait.isdecimal() else "in some minutes"
        return HubBusy(
            "The model hub has had too many requests from here.",
            hint=f"Try again {when}: the download goes on where it was.",
            detail=detail,
        )
    if status >= 500:
        return HubBusy(
            "The model hub has trouble of its own.",
            hint="Try again later: the download goes on where it was.",
            detail=detail,
        )
    return HubRefused(f"The model hub refused to give “{repo}”.", hint="", detail=detail)


def _chain_has(error: BaseException, kind: type[BaseException]) -> bool:
    at: BaseException | None = error
    while at is not None and not isinstance(at, kind):
        at = at.__cause__ or at.__context__
    return at is not None
