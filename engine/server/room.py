"""Whether there is room for what a caller would store: on the disk, and in what is the caller's."""

from __future__ import annotations

from engine.errors import DiskFull
from engine.jobs import ANY_AMOUNT, Quota
from engine.server.callers import Caller
from engine.server.service import Service

__all__ = ["check_room", "quota_of"]


def quota_of(service: Service, caller: Caller) -> Quota:
    """What a caller may have; the person at this computer has all that there is."""
    settings = service.settings
    if not caller.named:
        return ANY_AMOUNT
    return Quota(settings.quota_queued_jobs, settings.quota_stored_bytes)


def check_room(service: Service, caller: Caller) -> None:
    """Before audio of a caller's comes in that is no take of the queue. Raises DiskFull and
    TooMany; who stores it then may find less."""
    free = service.takes.free_bytes()
    if free is not None and free < service.settings.free_space_floor:
        raise DiskFull("The disk is nearly full.", detail=f"{free:,} bytes free")
    service.engine.database.room_for_more()
    service.uploads.check(caller.owner, quota_of(service, caller))
