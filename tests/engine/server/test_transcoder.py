"""A take in another format is made by one at a time, whatever became of the one before."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from engine.errors import StorageError
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
