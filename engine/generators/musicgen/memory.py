"""How much memory is free for takes: this computer's, or what a container leaves of it."""

from __future__ import annotations

from pathlib import Path

import psutil

__all__ = ["free_memory"]

_GROUPS = Path("/sys/fs/cgroup")
_OWN_GROUP = Path("/proc/self/cgroup")


def free_memory(groups: Path = _GROUPS, own: Path = _OWN_GROUP) -> int:
    """Bytes. Of a container's limit the system says nothing: who goes by the computer's memory is
    ended by the kernel in it."""
    free: int = psutil.virtual_memory().available
    return max(0, min([free, *_left(groups, own)]))


def _left(groups: Path, own: Path) -> list[int]:
    """Bytes up to the limit of each control group (version 2) that we are in, from within to
    without; none where there is no such thing."""
    try:
        names = own.read_text().splitlines()
    except OSError:  # another system
        return []
    name = next((each.removeprefix("0::/") for each in names if each.startswith("0::/")), "")
    folders = [groups / name, *(groups / name).parents]
    found = []
    for folder in folders[: folders.index(groups) + 1]:
        try:
            limit = (folder / "memory.max").read_text().strip()
            used = int((folder / "memory.current").read_text())
            stat = dict(map(str.split, (folder / "memory.stat").read_text().splitlines()))
        except OSError:  # the outermost has no limit
            continue
        if limit != "max":
            # Files that were read and are not needed any more give way by themselves.
            found.append(int(limit) - used + int(stat.get("inactive_file", 0)))
    return found
