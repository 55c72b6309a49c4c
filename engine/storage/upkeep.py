"""What a bucket needs beside its takes: proof that it works, and that leftovers go."""

from __future__ import annotations

from datetime import datetime
from secrets import token_hex
from typing import Any

from engine.errors import StorageError
from engine.storage.address import BucketAddress
from engine.storage.base import CHECKPOINTS, MUSIC, PREVIEWS, UPLOADS

__all__ = ["prove", "sweep"]

PROBES = f"{UPLOADS}/probe-"
"""Keys of what is put there to see whether that works; the sweep removes what has stayed."""


def prove(client: Any, address: BucketAddress) -> None:
    """Write something, read it and delete it. Raises StorageError when what comes back differs, and
    what boto3 does. Waits, so not on a loop."""
    named = {"Bucket": address.bucket, "Key": address.name(PROBES + token_hex(8))}
    data = token_hex(8).encode()
    client.put_object(**named, Body=data)
    try:
        with client.get_object(**named)["Body"] as body:
            if body.read() != data:
                raise StorageError("The bucket does not hold what was sent to it.")
    finally:
        client.delete_object(**named)


def sweep(client: Any, address: BucketAddress, before: datetime) -> int:
    """Remove what was begun before this moment and never ended: uploads in parts, and probes;
    returns how many. Waits, so not on a loop."""
    bucket = address.bucket
    pages = client.get_paginator("list_multipart_uploads")
    stale = [
        upload
        for prefix in (MUSIC, UPLOADS, CHECKPOINTS, PREVIEWS)  # others may use the bucket, too
        for page in pages.paginate(Bucket=bucket, Prefix=address.name(prefix) + "/")
        for upload in page.get("Uploads", ())
        if upload["Initiated"] < before
    ]
    for upload in stale:
        client.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
    probes = [
        each["Key"]
        for page in client.get_paginator("list_objects_v2").paginate(
            Bucket=bucket, Prefix=address.name(PROBES)
        )
        for each in page.get("Contents", ())
        if each["LastModified"] < before
    ]
    for name in probes:
        client.delete_object(Bucket=bucket, Key=name)
    return len(stale) + len(probes)
