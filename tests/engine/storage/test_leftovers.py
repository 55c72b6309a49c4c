"""Copies in the cache go after a day, and sooner where takes need their room; half ones at the
start alone."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from engine.storage.leftovers import FETCHED, TRANSCODED, Leftovers

HOUR = 3600.0


@pytest.mark.parametrize(("free", "gone"), [(1000, {"a day"}), (999, {"two hours", "a day"})])
def test_copies_go_sooner_from_a_disk_that_is_nearly_full(
    free: int, gone: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type(shutil.disk_usage(tmp_path))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(0, 0, free))
    ages = {"now": 0.0, "two hours": 2 * HOUR, "a day": 25 * HOUR}
    for folder in (tmp_path / TRANSCODED, tmp_path / FETCHED / "music"):
        folder.mkdir(parents=True)
        for name, age in ages.items():
            copy = folder / name
            copy.write_bytes(b"sound")
            os.utime(copy, (time.time() - age,) * 2)
    leftovers = Leftovers(tmp_path, tmp_path / "outgoing", floor=1000)
    assert leftovers.sweep(()) == 2 * len(gone)
    left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert left == ages.keys() - gone


def test_at_the_start_no_copy_stays_half_made(tmp_path: Path) -> None:
    """Later each half belongs to who writes it, and stays, whatever the clock says."""
    folders = tmp_path / TRANSCODED, tmp_path / FETCHED / "music"
    halves = [folder / ".a.wav.part" for folder in folders]
    for half in halves:
        half.parent.mkdir(parents=True)
        half.write_bytes(b"half")
        os.utime(half, (0, 0))
    leftovers = Leftovers(tmp_path, tmp_path / "outgoing")
    assert leftovers.sweep(()) == 0 and all(half.exists() for half in halves)
    leftovers.of_the_last_run()
    assert not any(half.exists() for half in halves)
