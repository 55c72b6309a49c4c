"""How takes of jobs are kept in a storage: under which names, and what a killed server leaves."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.jobs import Job, Status, Step, Take
from engine.request import Request
from engine.storage.base import Storage
from engine.storage.disk import DiskStorage
from engine.storage.takes import StoredTakes

STEM = "music/2024-09-01T00-45-30-123Z_Calm_piano"
FIRST, SECOND = "1f0e9d8c7b6a5948", "2f0e9d8c7b6a5948"
JOB = Job(
    id="gen_1",
    request=Request(prompt="calm piano").seeded(),
    name="Calm piano",
    status=Status.PROCESSING,
    step=Step.SAVING,
    created_at=datetime(2024, 9, 1, 0, 45, 30, 123_000, UTC),
)


@pytest.fixture
def takes(storage: Storage, tmp_path: Path) -> StoredTakes:
    return StoredTakes(storage, tmp_path / "root")


def made(takes: StoredTakes, attempt: str) -> Take:
    audio = takes.outgoing(JOB.id, attempt, "wav")
    midi = audio.with_suffix(".mid")
    audio.parent.mkdir(parents=True, exist_ok=True)
    audio.write_bytes(attempt.encode())
    midi.write_bytes(b"notes")
    digest = hashlib.sha256(attempt.encode()).hexdigest()
    return Take(audio, 1.0, 44_100, 2, digest, midi_path=midi)


async def keys(storage: Storage) -> set[str]:
    return {each.key async for each in storage.list("music")}


async def test_an_attempt_is_named_only_where_another_could_be_written_over(
    storage: Storage, takes: StoredTakes
) -> None:
    """A job with a row has a moment of its own; what has none yet could meet another's."""
    for attempt in (FIRST, SECOND):
        kept = await takes.keep(JOB, made(takes, attempt))
        place = await storage.fetch(storage.key_of(kept.path))
        assert place.read_bytes() == attempt.encode()
    await takes.keep(JOB, made(takes, "3" * 16), known="gen_0")
    ends = [f"_{FIRST[:12]}", f"_{SECOND[:12]}"] if storage.shared else [""]
    stems = [STEM + end for end in (*ends, "_" + "3" * 12)]
    assert await keys(storage) == {stem + kind for stem in stems for kind in (".wav", ".mid")}


async def test_at_start_a_folder_is_cleared_of_half_files(
    storage: Storage, takes: StoredTakes, tmp_path: Path
) -> None:
    """Nobody else writes there. Into a bucket others may: only what is old goes."""
    await takes.keep(JOB, made(takes, FIRST))
    there = await keys(storage)
    halves = [tmp_path / "root" / name for name in ("music/.a.wav.part", "uploads/.upl_1.part")]
    for half in halves:
        half.parent.mkdir(parents=True, exist_ok=True)
        half.write_bytes(b"half")
    (takes.folder / ".gen_2-0.wav.part").write_bytes(b"half")
    assert await takes.sweep() == (3 if isinstance(storage, DiskStorage) else 1)
    assert [half.exists() for half in halves] == 2 * [storage.shared]
    assert await keys(storage) == there


async def test_a_write_under_way_is_not_swept_from_disk(tmp_path: Path) -> None:
    """Not even when what is linked has lain around for long. A bucket's writes: test_gateway.py."""
    storage = DiskStorage(tmp_path / "root")
    began = datetime.now(UTC)
    old, part = tmp_path / "old.wav", tmp_path / "root" / "music" / ".a.wav.part"
    old.write_bytes(b"whole")
    os.utime(old, (0, 0))
    part.parent.mkdir(parents=True)
    part.hardlink_to(old)
    assert await storage.sweep(began - timedelta(seconds=1)) == 0
    assert await storage.sweep(began + timedelta(minutes=1)) == 1


async def test_a_job_that_was_cancelled_while_it_was_kept_leaves_nothing_behind(
    storage: Storage, takes: StoredTakes
) -> None:
    """The server was killed before it could remove it; in a bucket the sweep of orphans does."""
    await takes.keep(JOB, made(takes, FIRST))
    await takes.clear(JOB)
    assert len(await keys(storage)) == (2 if storage.shared else 0)
