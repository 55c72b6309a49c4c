"""The storage that the settings ask for."""

from __future__ import annotations

from pathlib import Path

from engine.storage.address import BucketAddress
from engine.storage.base import Storage
from engine.storage.disk import DiskStorage

__all__ = ["open_storage"]


def open_storage(
    address: str, endpoint: str, *, root: Path, cache: Path, floor: int = 0
) -> Storage:
    """The folder ``root``, or the bucket at ``address`` when there is one; whoever opens it
    closes it. ``endpoint``: of the S3 server, where boto3 is not to find it by itself; ``floor``:
    bytes of the disk that what lies in the ``cache`` leaves free.

    Raises StorageClosed for settings that lead nowhere.
    """
    if not address:
        return DiskStorage(root)
    # Only here: boto3 is heavy, and most servers have no bucket.
    from engine.storage.bucket import BucketStorage
    from engine.storage.session import Clients

    return BucketStorage(
        BucketAddress.parse(address),
        Clients.open(endpoint or None),
        cache=cache,
        before=root,
        floor=floor,
    )
