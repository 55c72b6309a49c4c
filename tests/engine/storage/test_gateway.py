"""A strict S3 server: what it refuses is told in plain words, and nothing broken stays there."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from engine.errors import StorageAway, StorageClosed
from engine.jobs import utc_now
from engine.storage.base import Storage
from engine.storage.opening import open_storage
from tests.buckets import PREFIX, Bucket, S3Server, known_to_boto
from tests.engine.storage.conftest import Sample, sample_of
from tests.proxy import Fate, Proxy, Trouble

KEY = "music/a.wav"


@pytest.fixture
def bucket(rgw: S3Server) -> Iterator[Bucket]:
    with known_to_boto(rgw):
        yield rgw.bucket()


@asynccontextmanager
async def storage_at(bucket: Bucket, folder: Path, endpoint: str = "") -> AsyncIterator[Storage]:
    address, usual = bucket.settings().values()
    storage = open_storage(address, endpoint or usual, root=folder / "root", cache=folder / "cache")
    try:
        yield storage
    finally:
        await storage.close()


@pytest.mark.parametrize(
    ("known", "words"),
    [({"secret": "another secret"}, "secret"), ({"key": "NOBODYNOBODYNOBODY00"}, "does not know")],
)
async def test_wrong_credentials_are_told(
    bucket: Bucket, tmp_path: Path, known: dict[str, str], words: str
) -> None:
    with known_to_boto(replace(bucket.server, **known)):
        async with storage_at(bucket, tmp_path) as storage:
            with pytest.raises(StorageClosed) as caught:
                await storage.prove()
    assert words in caught.value.message
    assert bucket.server.secret not in repr(caught.value.__dict__)


async def test_a_bucket_that_may_only_be_read_is_told(bucket: Bucket, tmp_path: Path) -> None:
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket.name}/*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    bucket.client.put_bucket_policy(Bucket=bucket.name, Policy=policy)
    async with storage_at(bucket, tmp_path) as storage:
        with pytest.raises(StorageClosed, match="may not be used") as caught:
            await storage.prove()
    assert "write" in caught.value.hint


async def test_what_changes_on_its_way_is_refused(
    bucket: Bucket, sample: Sample, tmp_path: Path
) -> None:
    data = b"MARK" + sample.data
    sample.path.write_bytes(data)
    spoilt = replace(sample, data=data)
    async with (
        Proxy(bucket.server.url) as proxy,
        storage_at(bucket, tmp_path, proxy.url) as storage,
    ):
        proxy.spoil = lambda sent: sent.replace(b"MARK", b"MURK")
        with pytest.raises(StorageAway, match="damaged"):
            await storage.put(spoilt.path, KEY, sha256=spoilt.sha256)
    assert bucket.keys() == set()


async def test_an_upload_in_parts_that_breaks_is_aborted(bucket: Bucket, tmp_path: Path) -> None:
    long = sample_of(tmp_path / "long.wav", 40 * 2**20)

    def fate() -> Fate:
        return Fate(Trouble.CUT, after=8 * 2**20)

    async with (
        Proxy(bucket.server.url, fate) as proxy,
        storage_at(bucket, tmp_path, proxy.url) as storage,
    ):
        with pytest.raises(StorageAway):
            await storage.put(long.path, KEY, sha256=long.sha256)
        assert proxy.struck[Trouble.CUT] > 1, "it was tried again"
    assert (bucket.keys(), bucket.unfinished()) == (set(), 0)


async def test_the_sweep_ends_old_uploads_and_no_others(bucket: Bucket, tmp_path: Path) -> None:
    for name in (f"{PREFIX}/{KEY}", "elsewhere/a.wav"):
        bucket.client.create_multipart_upload(Bucket=bucket.name, Key=name)
    bucket.write("uploads/probe-of-who-died", b"x")
    bucket.write("uploads/upl_1", b"x")
    async with storage_at(bucket, tmp_path) as storage:
        assert await storage.sweep(utc_now() - timedelta(hours=1)) == 0
        assert (bucket.unfinished(), len(bucket.keys())) == (2, 2)
        assert await storage.sweep(utc_now() + timedelta(hours=1)) == 2
        assert (bucket.unfinished(), bucket.keys()) == (1, {"uploads/upl_1"})
