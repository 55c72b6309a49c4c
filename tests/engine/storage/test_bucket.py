"""What a bucket adds: files in parts, a copy that is checked, and plain words for its troubles."""

from __future__ import annotations

import asyncio
import queue
import shutil
import socket
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

import pytest

from engine.errors import DiskFull, Retriable, StorageAway, StorageClosed, StorageError
from engine.storage.address import BucketAddress
from engine.storage.base import Storage
from engine.storage.bucket import IN_PARTS, BucketStorage
from engine.storage.opening import open_storage
from tests.buckets import PREFIX, Bucket
from tests.engine.storage.conftest import Sample, sample_of
from tests.proxy import Fate, Proxy, Trouble

KEY = "music/a.wav"


@pytest.fixture
async def storage(bucket: Bucket, tmp_path: Path) -> AsyncIterator[Storage]:
    address, endpoint = bucket.settings().values()
    opened = open_storage(address, endpoint, root=tmp_path / "root", cache=tmp_path / "cache")
    yield opened
    await opened.close()


async def test_a_long_file_goes_up_in_parts_and_is_read_with_little_memory(
    storage: Storage, bucket: Bucket, tmp_path: Path
) -> None:
    long = sample_of(tmp_path / "long.wav", 40 * 2**20 + 1)
    tracemalloc.start()
    try:
        await storage.put(long.path, KEY, sha256=long.sha256)
        size, at = 0, tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        async with storage.open(await storage.look(KEY)) as reader:
            while block := await reader.read(storage.block):
                assert long.data.startswith(block, size)
                size += len(block)
        peak = tracemalloc.get_traced_memory()[1] - at
    finally:
        tracemalloc.stop()
    assert size == len(long.data)
    assert peak < 6 * storage.block, "some blocks, however long the file is"
    parted = bucket.client.head_object(Bucket=bucket.name, Key=f"{PREFIX}/{KEY}")["ETag"]
    assert parted.strip('"').endswith("-3") and bucket.unfinished() == 0


async def test_what_was_damaged_on_the_way_is_not_used(
    storage: Storage, bucket: Bucket, sample: Sample, tmp_path: Path
) -> None:
    with pytest.raises(Retriable, match="damaged"):
        await storage.put(sample.path, KEY, sha256="0" * 64)
    assert bucket.keys() == set()
    bucket.write(KEY, sample.data[:-1], sha256=sample.sha256)
    with pytest.raises(StorageError, match="another file"):
        await storage.fetch(KEY)
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


async def test_an_answer_that_breaks_off_among_its_headers_is_none(
    bucket: Bucket, sample: Sample, tmp_path: Path
) -> None:
    bucket.write(KEY, sample.data)
    async with Proxy(bucket.server.url, lambda: Fate(Trouble.TRUNCATE, after=60)) as proxy:
        address, endpoint = bucket.settings(proxy.url).values()
        opened = open_storage(address, endpoint, root=tmp_path / "root", cache=tmp_path / "cache")
        with pytest.raises(StorageAway, match="broke off"):
            await opened.look(KEY)
        await opened.close()


async def test_a_download_that_always_breaks_off_is_told_as_trouble_of_the_bucket(
    bucket: Bucket, sample: Sample, tmp_path: Path
) -> None:
    """Anything else would be taken for a fault of the job that wants the file."""
    bucket.write(KEY, sample.data)
    fate = Fate(Trouble.TRUNCATE, after=len(sample.data) // 2)
    async with Proxy(bucket.server.url, lambda: fate) as proxy:
        address, endpoint = bucket.settings(proxy.url).values()
        opened = open_storage(address, endpoint, root=tmp_path / "root", cache=tmp_path / "cache")
        with pytest.raises(StorageAway, match="broke"):
            await opened.fetch(KEY)
        await opened.close()
        assert proxy.struck[Trouble.TRUNCATE] > 1


async def test_what_is_fetched_leaves_the_room_that_takes_need(
    bucket: Bucket, sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.write(KEY, sample.data)
    cache, (address, endpoint) = tmp_path / "cache", bucket.settings().values()
    opened = open_storage(address, endpoint, root=tmp_path / "root", cache=cache, floor=1000)
    usage, free = type(shutil.disk_usage(tmp_path)), 999 + len(sample.data)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(0, 0, free))
    try:
        with pytest.raises(DiskFull):
            await opened.fetch(KEY)
        assert not cache.exists()
        free += 1
        assert (await opened.fetch(KEY)).read_bytes() == sample.data
    finally:
        await opened.close()


async def test_it_is_fetched_by_one_at_a_time_also_after_one_who_could_not(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two would write into the same file."""
    begun, go_on = queue.Queue[None](), threading.Semaphore(0)
    at_once, most = 0, 0

    def away(key: str, path: Path) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        begun.put(None)
        assert go_on.acquire(timeout=60)
        at_once -= 1
        raise StorageError("It is away.")

    monkeypatch.setattr(storage, "_fetch", away)
    first, second = (asyncio.create_task(storage.fetch(KEY)) for _ in range(2))
    await asyncio.to_thread(begun.get)
    go_on.release()
    with pytest.raises(StorageError):
        await first
    third = asyncio.create_task(storage.fetch(KEY))
    await asyncio.to_thread(begun.get)  # the second's turn
    await asyncio.to_thread(storage.at_hand, KEY)  # a while in which the third could begin
    go_on.release(2)
    for late in (second, third):
        with pytest.raises(StorageError):
            await late
    assert most == 1


async def test_what_somebody_else_put_there_comes_too(
    storage: Storage, bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copied by hand, in one piece or in parts, it has no digest of ours."""
    short, long = (sample_of(tmp_path / f"{mb}.wav", mb * 2**20) for mb in (1, 20))
    name = f"{PREFIX}/music/long.wav"
    bucket.write(KEY, short.data)
    bucket.client.upload_file(str(long.path), bucket.name, name, Config=IN_PARTS)
    parted = bucket.client.head_object(Bucket=bucket.name, Key=name)["ETag"]
    assert parted.strip('"').endswith("-2")
    assert (await storage.fetch(KEY)).read_bytes() == short.data
    assert (await storage.fetch("music/long.wav")).read_bytes() == long.data
    assert (await storage.look(KEY)).size == len(short.data)

    assert isinstance(storage, BucketStorage)
    download = storage._clients.patient.download_fileobj

    def spoilt(bucket: str, key: str, file: BinaryIO, **more: object) -> None:
        download(bucket, key, file, **more)
        if key == name:
            file.truncate(file.tell() - 1)
        else:
            file.seek(0)
            file.write(bytes([short.data[0] ^ 1]))

    monkeypatch.setattr(storage._clients.patient, "download_fileobj", spoilt)
    for key in (KEY, "music/long.wav"):
        (tmp_path / "cache" / key).unlink()
        with pytest.raises(StorageError, match="another file"):
            await storage.fetch(key)


def test_the_end_of_the_program_waits_for_no_bucket(bucket: Bucket, tmp_path: Path) -> None:
    """One that takes a connection and says nothing more has half a minute by boto3's own clock."""
    script = f"""
import asyncio, sys
from pathlib import Path
from engine.storage.opening import open_storage

async def main():
    here = Path({str(tmp_path)!r})
    storage = open_storage({bucket.address!r}, sys.argv[1], root=here, cache=here / "cache")
    work = [asyncio.create_task(each) for each in (storage.fetch({KEY!r}), storage.look({KEY!r}))]
    await asyncio.to_thread(sys.stdin.readline)
    for each in work:
        each.cancel()
    await asyncio.gather(*work, return_exceptions=True)
    await storage.close()
    print("closed", flush=True)

asyncio.run(main())
"""
    with (
        socket.create_server(("127.0.0.1", 0)) as hole,
        subprocess.Popen(
            [sys.executable, "-c", script, f"http://127.0.0.1:{hole.getsockname()[1]}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as program,
    ):
        try:
            with hole.accept()[0], hole.accept()[0]:
                assert program.stdin is not None and program.stdout is not None
                print(file=program.stdin, flush=True)
                assert program.stdout.readline() == "closed\n"
                assert program.wait(10) == 0
        finally:
            program.kill()


async def test_a_long_list_is_read_to_its_end(storage: Storage, bucket: Bucket) -> None:
    for number in range(1003):
        bucket.write(f"uploads/upl_{number}", b"x")
    assert len([each async for each in storage.list("uploads")]) == 1003


async def test_a_bucket_is_proved_without_a_trace(storage: Storage, bucket: Bucket) -> None:
    await storage.prove()
    assert bucket.keys() == set()


async def test_no_bucket_and_no_server_are_told_in_plain_words(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(address: str, endpoint: str) -> StorageError:
        storage = open_storage(address, endpoint, root=tmp_path, cache=tmp_path)
        try:
            with pytest.raises(StorageError) as caught:
                await storage.prove()
        finally:
            await storage.close()
        return caught.value

    none = await refused("s3://no-such-bucket", bucket.server.url)
    assert isinstance(none, StorageClosed)
    assert none.message == f"There is no bucket no-such-bucket at {bucket.server.url}."
    gone = await refused(bucket.address, "http://127.0.0.1:9")
    assert isinstance(gone, StorageAway) and "can't be reached" in gone.message
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    nobody = await refused(bucket.address, bucket.server.url)
    assert isinstance(nobody, StorageClosed) and "AWS_ACCESS_KEY_ID" in nobody.hint


@pytest.mark.parametrize(
    "address",
    ["s3://b", "http://bucket/x", "s3://", "s3://Bucket/x", "s3://bucket/../x", "s3://bucket/a b",
     "s3://bucket/x?y"],
)  # fmt: skip
def test_what_is_no_address_of_a_bucket(address: str) -> None:
    with pytest.raises(ValueError, match="s3://BUCKET"):
        BucketAddress.parse(address)


def test_addresses() -> None:
    assert BucketAddress.parse("s3://bucket") == BucketAddress("bucket", "")
    assert BucketAddress.parse("s3://bucket/a/b/") == BucketAddress("bucket", "a/b/")
    assert BucketAddress("bucket", "a/b/").key("a/b/music/x.wav") == "music/x.wav"
