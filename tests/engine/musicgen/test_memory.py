"""The memory that is free: the least of the computer's and of each container's around us."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from engine.generators.musicgen.memory import free_memory

MOST = 2**60
"""More than any computer has."""


def group(folder: Path, limit: int | str, used: int, idle: int = 0) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "memory.max").write_text(f"{limit}\n")
    (folder / "memory.current").write_text(f"{used}\n")
    (folder / "memory.stat").write_text(f"anon {used - idle}\ninactive_file {idle}\n")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """What the kernel says of the group that this process is in."""
    file = tmp_path / "cgroup"
    file.write_text("4:memory:/old\n0::/pods/ours\n")
    return file


@pytest.mark.parametrize(
    ("inner", "outer", "free"),
    [
        ((10_000, 4_000, 1_000), ("max", 9_000, 0), 7_000),
        ((10_000, 4_000, 0), (9_500, 9_000, 0), 500),
        ((10_000, 11_000, 0), (MOST, 0, 0), 0),
    ],
)
def test_the_nearest_limit_counts(
    tmp_path: Path,
    own: Path,
    inner: tuple[int, int, int],
    outer: tuple[int | str, int, int],
    free: int,
) -> None:
    groups = tmp_path / "groups"
    group(groups / "pods" / "ours", *inner)
    group(groups / "pods", *outer)
    assert free_memory(groups, own) == free


def test_a_container_sees_its_own_group_as_the_outermost(tmp_path: Path, own: Path) -> None:
    own.write_text("0::/\n")
    group(tmp_path / "groups", 5_000, 1_000)
    assert free_memory(tmp_path / "groups", own) == 4_000


def test_without_a_limit_it_is_the_computers(
    tmp_path: Path, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    computer = psutil.virtual_memory()
    monkeypatch.setattr(psutil, "virtual_memory", lambda: computer)
    group(tmp_path / "pods" / "ours", "max", 1_000)
    for groups, said in ((tmp_path, own), (tmp_path, tmp_path / "none"), (tmp_path / "no", own)):
        assert free_memory(groups, said) == computer.available
