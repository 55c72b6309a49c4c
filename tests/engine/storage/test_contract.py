"""What holds for every storage."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from engine.errors import NotFound
from engine.jobs import utc_now
from engine.storage.base import Storage
from engine.storage.disk import DiskStorage
from tests.engine.storage.conftest import Sample

KEY = "music/2024-09-01T00-45-30-123Z_calm_piano.wav"


async def keys(storage: Storage, prefix: str) -> set[str]:
    return {stored.key async for stored in storage.list(prefix)}


async def put(storage: Storage, sample: Sample, key: str = KEY) -> None:
    await storage.put(sample.path, key, sha256=sample.sha256, job="gen_0")


async def test_what_is_put_is_there_whole_until_it_is_removed(
    storage: Storage, sample: Sample
) -> None:
    assert await keys(storage, "music") == set()
    await put(storage, sample)
    await put(storage, sample)  # a repeat is no other file
    await put(storage, sample, "uploads/upl_1")
    stored = await storage.look(KEY)
    assert (stored.key, stored.size) == (KEY, len(sample.data))
    assert abs(utc_now() - stored.modified) < timedelta(minutes=1)
    assert sample.path.exists(), "the caller's file is the caller's"
    sample.path.unlink()
    assert (await storage.fetch(KEY)).read_bytes() == sample.data
    assert await keys(storage, "music") == {KEY}
    assert await keys(storage, "uploads") == {"uploads/upl_1"}
    for _ in range(2):
        await storage.remove(KEY)
    assert await keys(storage, "music") == set()
    assert storage.at_hand(KEY) is None
    for ask in (storage.look, storage.fetch):
        with pytest.raises(NotFound):
            await ask(KEY)


async def test_any_part_is_read(storage: Storage, sample: Sample) -> None:
    await put(storage, sample)
    size = len(sample.data)
    async with storage.open(await storage.look(KEY)) as reader:
        assert await reader.read(10) == sample.data[:10]
        assert await reader.read(10) == sample.data[10:20], "it goes on from where it was"
        for start, length in ((size - 5, 100), (0, storage.block), (2**20 - 1, 2**20 + 2)):
            await reader.seek(start)
            assert await reader.read(length) == sample.data[start : start + length]
        await reader.seek(size)
        assert await reader.read(10) == b""


async def test_a_file_that_is_wanted_by_many_at_once_comes_whole(
    storage: Storage, sample: Sample
) -> None:
    await put(storage, sample)
    files = await asyncio.gather(*(storage.fetch(KEY) for _ in range(8)))
    assert len(set(files)) == 1 and files[0].read_bytes() == sample.data
    assert storage.at_hand(KEY) == files[0]


@pytest.mark.parametrize("key", ["../x", "music/../../x", "/etc/passwd", "music//x", "", "a\\b"])
async def test_no_key_leads_elsewhere(storage: Storage, sample: Sample, key: str) -> None:
    with pytest.raises(NotFound):
        storage.places(key)
    for ask in (storage.look, storage.fetch, storage.remove):
        with pytest.raises(NotFound):
            await ask(key)
    with pytest.raises(NotFound):
        await put(storage, sample, key)


async def test_rows_name_files_in_the_way_of_either_kind(storage: Storage) -> None:
    for place in storage.places(KEY):
        assert storage.key_of(place) == KEY
    on_disk = isinstance(storage, DiskStorage)
    assert storage.places(KEY)[0].is_absolute() == on_disk, "a bucket's rows hold on any computer"
    with pytest.raises(NotFound):
        storage.key_of(Path("/somewhere/else.wav"))
