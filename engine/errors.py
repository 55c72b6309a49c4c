"""Every error the engine raises on purpose.

    MusicError                  has a code, a message for the musician and what to do about it
     ├─ InvalidRequest          the request itself is wrong; names each field; never retried
     ├─ NotFound                no such job or take
     ├─ Conflict                the job is past the point where this is possible
     ├─ KeyReused               the same idempotency key with another request
     ├─ NotAllowed              not for this caller
     │   └─ NotLoggedIn         who is calling could not be told
     ├─ TooMany                 a limit on how much one caller may ask for
     ├─ Unavailable             not now; says when to come back
     ├─ GenerationError         the generator refused or failed on this request; not retried
     │   └─ ModelUnavailable    the model is not installed or not known
     │       └─ ModelDamaged    its files are incomplete, hostile or contradict themselves
     ├─ Retriable               may work when tried again
     │   ├─ OutOfMemory         retried with a smaller batch
     │   ├─ HostDied            the host process ended in the middle of the job
     │   └─ HostHung            the host was silent past its deadline and was ended
     ├─ StorageError            the disk or the database
     │   ├─ DiskFull            no room for the take; the queue pauses until there is
     │   │   └─ DiskStillFull   the room that is left belongs to what has begun
     │   ├─ FolderNotWritable
     │   ├─ StorageAway         the bucket does not answer now; what waits for it waits on
     │   │   └─ StorageClosed   it does not let us in, or is not there: a person must act
     │   ├─ StoreLocked         another program holds the database
     │   └─ StoreDamaged        the database was kept aside and started afresh
     ├─ DownloadError           a model could not be fetched; what has arrived is kept
     │   ├─ LicenceNotSeen      its licence must be shown first
     │   ├─ HubUnreachable      no network, or the hub does not answer
     │   ├─ HubBusy             it asks to come back later
     │   ├─ HubRefused          there is no such model, or not for this user
     │   └─ DownloadDamaged     what arrived is not what the hub promised
     ├─ ServerError             something between this studio and a server
     │   ├─ ServerAway          no answer, or not now; what waits for the server waits on
     │   ├─ ServerBusy          it asks to come back later, and says when
     │   ├─ ServerClosed        it does not let us in, or may not be trusted: a person must act
     │   ├─ ServerRefused       it does not take this one request
     │   └─ ServerStrange       what came is no answer of such a server
     └─ AudioError              a file that is no audio, is too long, or cannot be decoded

The window shows ``message`` and ``hint``; ``detail`` is for the fold beneath. Texts here are
English; the window looks translations up by ``code``.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "AudioError",
    "Conflict",
    "DiskFull",
    "DiskStillFull",
    "DownloadDamaged",
    "DownloadError",
    "FolderNotWritable",
    "GenerationError",
    "HostDied",
    "HostHung",
    "HubBusy",
    "HubRefused",
    "HubUnreachable",
    "InvalidRequest",
    "KeyReused",
    "LicenceNotSeen",
    "ModelDamaged",
    "ModelUnavailable",
    "MusicError",
    "NotAllowed",
    "NotFound",
    "NotLoggedIn",
    "OutOfMemory",
    "Problem",
    "Retriable",
    "ServerAway",
    "ServerBusy",
    "ServerClosed",
    "ServerError",
    "ServerRefused",
    "ServerStrange",
    "StorageAway",
    "StorageClosed",
    "StorageError",
    "StoreDamaged",
    "StoreLocked",
    "TooMany",
    "Unavailable",
]


class MusicError(Exception):
    """Base of all deliberate errors: what happened (``message``), what to do (``hint``)."""

    code = "error"
    default_hint = ""

    def __init__(self, message: str, *, hint: str | None = None, detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = self.default_hint if hint is None else hint
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one field of a request, in plain words."""

    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


class InvalidRequest(MusicError):
    code = "invalid_request"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(map(str, problems)), hint="Change the field and try again.")
        self.problems = problems


class NotFound(MusicError):
    code = "not_found"


class Conflict(MusicError):
    code = "conflict"


class KeyReused(MusicError):
    code = "key_reused"
    default_hint = "Use a new key for each request."


class NotAllowed(MusicError):
    code = "not_allowed"


class NotLoggedIn(NotAllowed):
    code = "not_logged_in"
    default_hint = "Send a token: Authorization: Bearer …"


class TooMany(MusicError):
    """``retry_after``: seconds until it is worth trying again."""

    code = "too_many"

    def __init__(self, message: str, *, retry_after: float, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class Unavailable(MusicError):
    """``retry_after``: seconds until it is worth trying again."""

    code = "unavailable"

    def __init__(self, message: str, *, retry_after: float = 5.0, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class GenerationError(MusicError):
    code = "generation_failed"


class ModelUnavailable(GenerationError):
    code = "model_unavailable"
    default_hint = "Choose another model."


class ModelDamaged(ModelUnavailable):
    code = "model_damaged"


class Retriable(MusicError):
    code = "retriable"


class OutOfMemory(Retriable):
    code = "out_of_memory"
    default_hint = "Try a shorter length, a smaller model, or one take at a time."


class HostDied(Retriable):
    code = "host_died"
    default_hint = "Retry. If it happens again, try a shorter length or another model."


class HostHung(Retriable):
    code = "host_hung"
    default_hint = "Retry. If it happens again, try a shorter length or another model."


class StorageError(MusicError):
    """``retry_after``: seconds until it is worth trying again."""

    code = "storage"
    retry_after = 5.0


class DiskFull(StorageError):
    """``retry_after``: seconds until it is worth looking again."""

    code = "disk_full"
    retry_after = 60.0
    default_hint = "Free some space, then retry."


class DiskStillFull(DiskFull):
    """Who found it full has told."""

    default_hint = "Free some space; the queue then goes on by itself."


class FolderNotWritable(StorageError):
    code = "folder_not_writable"
    default_hint = "Choose another folder, or change its permissions."


class StorageAway(StorageError):
    """``retry_after``: seconds until it is worth trying again."""

    code = "storage_away"
    default_hint = "Try again in a moment."
    retry_after = 10.0


class StorageClosed(StorageAway):
    """Only a person can open it; who waits is told to come back all the same."""

    code = "storage_closed"
    retry_after = 60.0


class StoreLocked(StorageError):
    code = "store_locked"
    default_hint = "Close the other window of this program, then start again."


class StoreDamaged(StorageError):
    code = "store_damaged"


class DownloadError(MusicError):
    code = "download"


class LicenceNotSeen(DownloadError):
    code = "licence_not_seen"


class HubUnreachable(DownloadError):
    code = "hub_unreachable"


class HubBusy(DownloadError):
    code = "hub_busy"


class HubRefused(DownloadError):
    code = "hub_refused"


class DownloadDamaged(DownloadError):
    code = "download_damaged"


class ServerError(MusicError):
    """``code`` tells the kinds of trouble apart: ``server_timeout``, ``server_login`` …"""

    code = "server"

    def __init__(
        self, code: str, message: str, *, hint: str | None = None, detail: str = ""
    ) -> None:
        super().__init__(message, hint=hint, detail=detail)
        self.code = code


class ServerAway(ServerError):
    """``retry_after``: seconds that the server asked for; None when it did not say."""

    default_hint = "Your takes wait, and go on by themselves when it is back."
    retry_after: float | None = None


class ServerBusy(ServerError):
    """``retry_after``: seconds until it is worth trying again."""

    default_hint = "Your takes wait, and go on by themselves."
    retry_after: float = 5.0


class ServerClosed(ServerError):
    pass


class ServerRefused(ServerError):
    """``status``: of the HTTP answer."""

    status = 400


class ServerStrange(ServerError):
    default_hint = "Check the address, or ask who runs the server."


class AudioError(MusicError):
    code = "audio"
    default_hint = "Try another file."
