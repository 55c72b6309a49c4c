"""Processes that compile do so one after the other."""

from __future__ import annotations

from pathlib import Path

import pytest
from filelock import FileLock, Timeout

from engine import compiling
from engine.audio import analysis


def test_nobody_else_compiles_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "kept"))
    lock = tmp_path / "kept" / "compiling.lock"
    tried = []

    def estimate(_sound: object) -> None:
        with pytest.raises(Timeout):
            FileLock(lock).acquire(timeout=0)
        tried.append(lock)

    monkeypatch.setattr(analysis, "estimate_tempo", estimate)
    monkeypatch.setattr(analysis, "estimate_key", estimate)
    analysis.get_ready()
    assert len(tried) == 2
    with FileLock(lock, timeout=0):
        pass


def test_where_nothing_can_be_kept_it_compiles_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file" / "kept"))
    with compiling.alone():
        pass
