"""What goes into the frozen program: all that the light set-up has, and nothing else.

torch's gigabytes stay away: they need the GPU's own edition, and a room's server has them. The
environment that builds may hold much more; only what the project's own dependencies lead to comes.
"""

from __future__ import annotations

import ctypes.util
import subprocess
import sys
from importlib.metadata import Distribution, distribution, packages_distributions
from pathlib import Path

import notices
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from PyInstaller.utils.hooks import copy_metadata

ROOT = Path(__file__).resolve().parents[2]
ENTRY = Path(__file__).with_name("start.py")
PORTAUDIO_HOOK = Path(__file__).with_name("portaudio.py")
DISTRIBUTION = "dgx-music-studio"
COMMAND = "dgx-music"
NAME = "DGX Music Studio"
FOLDER = DISTRIBUTION
VERSION = distribution(DISTRIBUTION).version


def comes_along() -> dict[str, Distribution]:
    """The distributions that the project needs without any of its extras, by canonical name."""
    found: dict[str, Distribution] = {}
    waiting = [Requirement(DISTRIBUTION)]
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        if name in found:
            continue
        found[name] = distribution(name)
        waiting += (
            inner
            for inner in map(Requirement, found[name].requires or ())
            if inner.marker is None
            or any(inner.marker.evaluate({"extra": extra}) for extra in ("", *wanted.extras))
        )
    return found


def left_out() -> list[str]:
    """Modules of this environment that only servers, models or tests need."""
    ours = comes_along().keys()
    return sorted(
        module
        for module, owners in packages_distributions().items()
        if module.isidentifier() and not {canonicalize_name(owner) for owner in owners} & ours
    )


def found_by_name() -> list[str]:
    """Modules that no import statement names: generators, and what migrations import."""
    from engine.generators.registry import BUILT_IN

    return [*(place.partition(":")[0] for place in BUILT_IN.values()), "playhouse.migrate"]


def data() -> list[tuple[str, str]]:
    """Files that are read, each with its folder in the frozen program."""
    found = [
        (str(path), str(path.parent.relative_to(ROOT)))
        for folder in (ROOT / "resources", ROOT / "engine" / "store" / "migrations")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.parent.name not in ("__pycache__", "screenshots")
    ]
    there = comes_along()
    for name in there:
        found += copy_metadata(name)  # versions are written into takes
    return [*found, *notices.of_distributions(there), *notices.of_python()]


def sound_library() -> list[tuple[str, str]]:
    """Linux's PortAudio; the wheels for macOS and Windows bring theirs."""
    if not sys.platform.startswith("linux"):
        return []
    name = ctypes.util.find_library("portaudio")
    listed = subprocess.run(["ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    places = [line.partition("=> ")[2] for line in listed.splitlines() if f"{name} " in line]
    if name is None or not places:
        raise SystemExit("PortAudio is not here. On Debian: sudo apt-get install libportaudio2")
    return [(places[0], ".")]


def stays_away(library: str) -> bool:
    """ALSA must be the computer's own, as it loads the plugins of its own version. GTK would bring
    half a desktop; Qt asks the desktop's portal for dialogs in its place."""
    return Path(library).name.startswith(("libasound.", "libgtk-3.", "libgdk-3.", "libqgtk3."))


def shown() -> str:
    """What of ``dist`` is given on: the folder, or on a Mac the application."""
    return f"{NAME}.app" if sys.platform == "darwin" else FOLDER
