"""A take in another format is made by one at a time, whatever became of the one before."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf

from engine.errors import DiskFull, StorageError
from engine.jobs import Take
from engine.server.transcode import Format, Transcoder

TAKE = Take(Path("music/a.wav"), 1.0, 8_000, 1, "0" * 64)


class Away:
    """A storage that takes its time to say that it is away."""

    def __init__(self) -> None:
        self.asked = 0
        self.gates = [asyncio.Event() for _ in range(3)]

    def key_of(self, place: Path) -> str:
        return str(place)

    async def fetch(self, key: str) -> Path:
        gate = self.gates[self.asked]
        self.asked += 1
        await gate.wait()
        raise StorageError(f"{key} is away.")


class There:
    """A storage that has one file, here."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def key_of(self, place: Path) -> str:
        return str(place)

    async def fetch(self, key: str) -> Path:
        return self._file


async def test_who_asks_for_formats_does_not_fill_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "a.wav"
    sf.write(source, np.zeros(8_000), 8_000)
    storage: Any = There(source)
    usage, free = type(shutil.disk_usage(tmp_path)), 1_000_000
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(0, 0, free))
    cache = tmp_path / "cache" / "transcoded"
    transcoder = Transcoder(cache, storage, asyncio.Semaphore(9), floor=990_000)
    with pytest.raises(DiskFull):
        await transcoder.file(TAKE, Format.WAV)
    assert not cache.exists()
    free = 1_100_000
    made = await transcoder.file(TAKE, Format.WAV)
    free = 0
    assert await transcoder.file(TAKE, Format.WAV) == made, "what is there needs no room"


async def test_who_waits_for_one_who_could_not_make_it_is_followed_by_the_next(
    tmp_path: Path,
) -> None:
    storage: Any = Away()
    transcoder = Transcoder(tmp_path, storage, asyncio.Semaphore(9))
    first, second = (asyncio.create_task(transcoder.file(TAKE, Format.FLAC)) for _ in range(2))
    await asyncio.sleep(0)
    storage.gates[0].set()
    with pytest.raises(StorageError):
        await first
    third = asyncio.create_task(transcoder.file(TAKE, Format.FLAC))
    for _ in range(5):
        await asyncio.sleep(0)
    assert storage.asked == 2, "the second; the third waits for it"
    for gate in storage.gates:
        gate.set()
    for late in (second, third):
        with pytest.raises(StorageError):
            await late
