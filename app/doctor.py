"""What this computer has and what to do about the rest: one line each.

Looks at packages, files and drivers from outside; nothing heavy is imported, so that a broken
installation can be examined too.
"""

from __future__ import annotations

import ctypes
import importlib.metadata
import importlib.resources
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.cli_answers import print_json
from app.paths import Paths
from engine.open_files import open_files
from engine.processes import is_frozen, unseen

__all__ = ["Check", "State", "examine", "report"]

DISTRIBUTION = "dgx-music-studio"
_QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
}
"""What Qt's X11 side loads when it starts, and the Debian package that has it."""
_FEW_FILES = 4096
_LITTLE, _TOO_LITTLE = 5e9, 0.5e9
"""Bytes of free disk: about ten hours and one hour of WAV."""


class State(StrEnum):
    OK = "ok"
    CAUTION = "caution"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Check:
    topic: str
    state: State
    found: str
    todo: str = ""
    """What to do about it; empty when there is nothing to do."""


def report(*, as_json: bool = False) -> int:
    """The ``doctor`` command; returns 1 when there is a problem, else 0."""
    checks = list(examine(Paths.find()))
    if as_json:
        print_json({"checks": [asdict(check) for check in checks]})
    else:
        Console().print(_table(checks))
    return int(any(check.state is State.PROBLEM for check in checks))


def examine(paths: Paths) -> Iterator[Check]:
    """Every check, in the order in which things depend on each other."""
    simple: tuple[Callable[[], Check], ...] = (
        _python,
        _packages,
        _display,
        _fonts,
        _sound,
        _gpu,
        _musicgen,
    )
    for check in simple:
        yield check()
    yield _connections(open_files())
    if url := os.environ.get("DGX_MUSIC_DATABASE_URL"):
        yield _database(url)
    yield _disk(paths.takes)
    for topic, folder in (
        ("library", paths.data),
        ("takes", paths.takes),
        ("cache", paths.cache),
        ("logs", paths.logs),
        ("settings", paths.config),
    ):
        yield _folder(topic, folder)


def _set_up() -> str:
    """What brings parts of the program that are missing."""
    if is_frozen():
        return "Unpack the program again, with all its files."
    return "Run: python3 packaging/dev.py run"


def _python() -> Check:
    version, system = platform.python_version(), f"{platform.system()} {platform.machine()}"
    return Check("python", State.OK, f"{version} on {system}")


def _packages() -> Check:
    version = _version(DISTRIBUTION)
    if version is None:
        return Check("packages", State.PROBLEM, "the program is not installed", _set_up())
    needed = [
        re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
        for requirement in importlib.metadata.requires(DISTRIBUTION) or ()
        if "extra ==" not in requirement
    ]
    missing = [name for name in needed if _version(name) is None]
    if missing:
        return Check("packages", State.PROBLEM, f"missing: {', '.join(missing)}", _set_up())
    return Check("packages", State.OK, f"version {version}, all {len(needed)} packages found")


def _display() -> Check:
    if not sys.platform.startswith("linux"):
        return Check("display", State.OK, "the system's own")
    missing = [package for name, package in _QT_LIBRARIES.items() if not _loads(name)]
    if missing:
        todo = f"Run: sudo apt-get install {' '.join(missing)}"
        return Check("display", State.PROBLEM, f"missing: {', '.join(missing)}", todo)
    for variable in ("WAYLAND_DISPLAY", "DISPLAY"):
        if os.environ.get(variable):
            return Check("display", State.OK, f"{variable} is {os.environ[variable]}")
    todo = "The window needs one; “dgx-music generate” works without."
    return Check("display", State.CAUTION, "none", todo)


def _fonts() -> Check:
    if not (importlib.resources.files("resources") / "fonts" / "Inter-Regular.otf").is_file():
        return Check("fonts", State.PROBLEM, "the program's own are missing", _set_up())
    lister = shutil.which("fc-list")
    if lister and "Emoji" not in _output([lister]):
        todo = "For emoji, run: sudo apt-get install fonts-noto-color-emoji"
        return Check("fonts", State.CAUTION, "the program's own; none for emoji", todo)
    return Check("fonts", State.OK, "the program's own, and the system's")


def _sound() -> Check:
    from app.playback.sound_device import SoundDevices

    if _version("sounddevice") and sys.platform.startswith("linux"):
        if not _loads("libportaudio.so.2"):
            todo = "To hear music, run: sudo apt-get install libportaudio2"
            return Check("sound", State.PROBLEM, "PortAudio is missing", todo)
    devices = SoundDevices().devices(rescan=False)
    if not devices:
        todo = "Connect one to hear music; everything else works."
        return Check("sound", State.CAUTION, "no output device", todo)
    usual = next((device.label for device in devices if device.default), devices[0].label)
    return Check("sound", State.OK, f"{usual} ({len(devices)} in all)")


def _gpu() -> Check:
    if sys.platform == "darwin" and platform.machine() == "arm64":
        return Check("gpu", State.OK, "Apple, shared memory")
    tool = shutil.which("nvidia-smi")
    fields = "--query-gpu=name,memory.total,driver_version"
    found = _output([tool, fields, "--format=csv,noheader"]).strip() if tool else ""
    if found:
        return Check("gpu", State.OK, "; ".join(found.splitlines()))
    if Path("/dev/nvidia0").exists():
        todo = "Install NVIDIA's driver tools, or restart after an update of the driver."
        return Check("gpu", State.PROBLEM, "there is one, but its driver does not answer", todo)
    todo = "The built-in generator needs none; models are slower without."
    return Check("gpu", State.CAUTION, "no NVIDIA card", todo)


def _musicgen() -> Check:
    torch, audiocraft = _version("torch"), _version("audiocraft")
    if torch and audiocraft:
        return Check("musicgen", State.OK, f"audiocraft {audiocraft}, torch {torch}")
    absent = "torch" if not torch else "audiocraft"
    todo = (
        "For more than the built-in generator, use a server that has models."
        if is_frozen()
        else f"For more than the built-in generator: {_set_up()[5:]} (without --light)"
    )
    return Check("musicgen", State.CAUTION, f"{absent} is not installed", todo)


def _connections(files: int | None) -> Check:
    if files is None:
        return Check("connections", State.OK, "no limit that matters")
    found = f"up to {files:,} open files, and so about as many listeners of a shared server"
    if files < _FEW_FILES:
        todo = "To share with more, raise the limit first: ulimit -Hn 65536"
        return Check("connections", State.CAUTION, found, todo)
    return Check("connections", State.OK, found)


def _database(url: str) -> Check:
    """Whether the server's PostgreSQL answers; of the URL, and its password, nothing is shown."""
    from pydantic import SecretStr

    from engine.errors import StorageError

    try:
        from engine.store.postgresql.opening import reach
    except ImportError as error:
        return Check("database", State.PROBLEM, f"{error.name} is not installed", _set_up())
    try:
        return Check("database", State.OK, reach(SecretStr(url)))
    except StorageError as error:
        return Check("database", State.PROBLEM, error.message, error.hint)


def _disk(folder: Path) -> Check:
    free = shutil.disk_usage(_nearest(folder)).free
    found = f"{free / 1e9:.1f} GB free for takes"
    if free < _TOO_LITTLE:
        return Check("disk", State.PROBLEM, found, "Free some space: new takes wait until then.")
    if free < _LITTLE:
        return Check("disk", State.CAUTION, found, "Free some space soon.")
    return Check("disk", State.OK, found)


def _folder(topic: str, folder: Path) -> Check:
    try:
        with tempfile.TemporaryFile(dir=_nearest(folder)):
            pass
    except OSError as error:
        todo = "Change its permissions, or set DGX_MUSIC_HOME to another folder."
        return Check(topic, State.PROBLEM, f"{folder}: {error.strerror}", todo)
    return Check(topic, State.OK, f"{folder}" if folder.exists() else f"{folder} (not made yet)")


def _nearest(folder: Path) -> Path:
    """The folder, or the first above it that exists."""
    return next(path for path in (folder, *folder.parents) if path.exists())


def _version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _output(command: list[str]) -> str:
    """What a program prints; empty when it fails or takes too long."""
    try:
        done = subprocess.run(  # noqa: S603 - the system's own tools, no input of anybody
            command,
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
            creationflags=unseen(),
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def _table(checks: list[Check]) -> Table:
    marks = {
        State.OK: ("✓", "green"),
        State.CAUTION: ("!", "yellow"),
        State.PROBLEM: ("✗", "red"),
    }
    table = Table.grid(padding=(0, 2))
    for check in checks:
        mark, colour = marks[check.state]
        text = Text(check.found)
        if check.todo:
            text.append(f"\n{check.todo}", colour)
        table.add_row(Text(mark, colour), Text(check.topic, "bold"), text)
    return table
