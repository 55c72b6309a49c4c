"""The licence texts that the frozen program is given out with, as those of its parts want it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import Distribution
from pathlib import Path

__all__ = ["of_distributions", "of_libraries", "of_python"]

KEPT = Path(__file__).with_name("licences")
"""Texts that no wheel brings."""
NOT_IN_WHEEL = {
    "pyside6-essentials": ("LGPL-3.txt", "GPL-3.txt"),  # the one adds to the other
    "shiboken6": ("LGPL-3.txt", "GPL-3.txt"),
    "sounddevice": ("PortAudio.txt",),
}
"""By distribution, what it or a library in it stands under."""
_WORDS = ("licen", "copying", "copyright", "notice", "authors")

Texts = list[tuple[str, str]]
"""Files, each with its folder in the frozen program."""


def of_distributions(there: Mapping[str, Distribution]) -> Texts:
    """By canonical name. Raises SystemExit for one that comes without a licence."""
    found: Texts = []
    for name, distribution in there.items():
        texts = [*_in_wheel(distribution, f"licences/{name}")]
        texts += [(str(KEPT / text), f"licences/{name}") for text in NOT_IN_WHEEL.get(name, ())]
        if not texts:
            raise SystemExit(
                f"“{name}” comes without a licence text. Put the one it stands under into {KEPT}, "
                f"and name it in {Path(__file__).name}."
            )
        found += texts
    return found


def _in_wheel(distribution: Distribution, folder: str) -> Iterator[tuple[str, str]]:
    """Beside its code too, where libraries have theirs that it took in."""
    for file in distribution.files or ():
        if file.name.lower().startswith(_WORDS) and file.suffix not in (".py", ".pyc", ".pyi"):
            path = Path(str(distribution.locate_file(file)))
            if path.is_file():
                # Each in a folder of its own, as they have the same names.
                yield str(path), str(Path(folder, *file.parts[:-1]))


def of_python() -> Texts:
    """Raises SystemExit when it is not where Python itself looks for it."""
    for folder in (sysconfig.get_path("stdlib"), sys.base_prefix):
        if (text := Path(folder) / "LICENSE.txt").is_file():
            return [(str(text), "licences/python")]
    raise SystemExit(f"Python's LICENSE.txt is not in {sys.base_prefix}.")


def of_libraries(paths: Iterable[str]) -> Texts:
    """Of Linux' own ones, by the packages of Debian that they are from; the wheels for macOS and
    Windows bring all theirs. Raises SystemExit for a library of which no package is known."""
    if not sys.platform.startswith("linux"):
        return []
    wheels = Path(sysconfig.get_path("platlib")).resolve()
    ours = [path for path in paths if not Path(path).resolve().is_relative_to(wheels)]
    packages = _packages(ours)
    python = Path(sys.base_prefix).resolve()
    nobodys = sorted(
        path
        for path in {*ours} - packages.keys()
        if python == Path("/usr") or not Path(path).resolve().is_relative_to(python)
    )
    if nobodys:
        raise SystemExit(f"No package says under what licence these are: {', '.join(nobodys)}")
    found: Texts = []
    for package in sorted(set(packages.values())):
        text = Path("/usr/share/doc", package, "copyright")
        # What is in use everywhere they only point to, some by a name that is not there.
        words = text.read_text("utf-8", errors="replace")
        common = re.findall(r"/usr/share/common-licenses/[A-Za-z]+[-.0-9]*[0-9]", words)
        there = sorted(each for each in {*common} if Path(each).is_file())
        found += [(each, f"licences/{package}") for each in (str(text), *there)]
    return found


def _packages(paths: Iterable[str]) -> dict[str, str]:
    """The package of each library that has one. Libraries may be asked for in /lib and be listed
    in /usr/lib, or the other way round."""
    spellings = {
        spelling: path
        for path in paths
        for real in {path, os.path.realpath(path)}
        for spelling in (real, f"/usr{real}", real.removeprefix("/usr"))
    }
    if not spellings or not shutil.which("dpkg-query"):
        return {}
    asked = ["dpkg-query", "--search", *spellings]
    listed = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    lines = (line for line in listed.splitlines() if not line.startswith("diversion "))
    pairs = (line.rpartition(": ") for line in lines)
    return {spellings[path]: owner.partition(":")[0] for owner, _, path in pairs}
