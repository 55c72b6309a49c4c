"""Processes that compile do so one after the other."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock, Timeout

from engine import compiling
from engine.audio import analysis

ROOT = Path(compiling.__file__).parents[1]


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


OUTER = """
from pathlib import Path
from numba import njit
from engine import compiling
from inner import inner

@njit(cache=True)
def outer():
    return inner()

compiling.forget_older(Path(outer.stats.cache_path), Path(__file__).parent)
print(outer(), sum(outer.stats.cache_hits.values()))
"""
INNER = """
from numba import njit

@njit(cache=True)
def inner():
    return {answer}
"""


def test_a_changed_part_of_what_was_compiled_is_noticed(tmp_path: Path) -> None:
    parts = tmp_path / "parts"
    parts.mkdir()
    (parts / "outer.py").write_text(OUTER)
    places = {"NUMBA_CACHE_DIR": str(tmp_path / "kept"), "PYTHONPATH": str(ROOT)}

    def run() -> str:
        command = [sys.executable, str(parts / "outer.py")]
        environment = {**os.environ, **places}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    (parts / "inner.py").write_text(INNER.format(answer=1))
    assert [run(), run()] == ["1 0", "1 1"], "kept from one start to the next"
    (parts / "inner.py").write_text(INNER.format(answer=2))
    assert run() == "2 0"
