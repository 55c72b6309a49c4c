"""System packages on Debian and Ubuntu: which are missing, and getting them."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from environment import say

# What the wheels link to and do not bring: Qt, its X11 side, sounddevice.
RUN = (
    *("libdbus-1-3", "libegl1", "libfontconfig1", "libgl1", "libglib2.0-0", "libxkbcommon0"),
    *("libxcb-cursor0", "libxcb-icccm4", "libxcb-keysyms1", "libxcb-shape0", "libxcb-xkb1"),
    *("libxkbcommon-x11-0", "libportaudio2"),
)
# A screen and a window manager, hands and eyes, a screen reader, clocks, other people's letters;
# servers beside ours; the tools that packaging/deploy/ is for.
TEST = (
    *("xvfb", "xauth", "openbox", "xdotool", "x11-utils", "imagemagick"),
    *("dbus-daemon", "at-spi2-core", "gir1.2-atspi-2.0", "python3-gi", "faketime"),
    *("fonts-noto-color-emoji", "fonts-droid-fallback", "redis-server"),
    *("postgresql", "pgbouncer"),
    *("ceph-mon", "ceph-osd", "radosgw"),  # an S3 server that is as strict as Amazon's (270 MB)
    *("nginx", "rclone", "systemd"),  # what a cluster is deployed with; as a package nginx serves
    "wrk",  # a crowd for benchmarks
)

STATUS = Path("/var/lib/dpkg/status")


def provide(packages: Sequence[str]) -> None:
    """Install what is missing when that needs no password; else say the line that does it.

    Goes on either way: much works without some of them, and the program says what does not.
    """
    if not STATUS.is_file():
        return
    absent = missing(packages, STATUS)
    if not absent:
        return
    prefix = root_prefix()
    line = ["apt-get", "install", "--yes", "--no-install-recommends", *absent]
    if prefix is not None:
        say(f"Installing system packages: {' '.join(absent)}")
        if install([*prefix, *line], [*prefix, "apt-get", "update"]):
            return
    say(f"Some system packages are missing. To get them:\n  sudo {shlex.join(line)}")


def missing(packages: Iterable[str], status: Path) -> list[str]:
    """Those of ``packages`` that neither are installed nor provided by one that is.

    ``status`` is dpkg's list of what is installed.
    """
    there: set[str] = set()
    for entry in status.read_text(encoding="utf-8", errors="replace").split("\n\n"):
        if "\nStatus: install ok installed" not in entry:
            continue
        for line in entry.splitlines():
            name, _, value = line.partition(": ")
            if name == "Package":
                there.add(value)
            elif name == "Provides":  # Ubuntu's libglib2.0-0t64 provides libglib2.0-0
                there.update(item.split()[0] for item in value.split(","))
    return [package for package in packages if package not in there]


def root_prefix() -> list[str] | None:
    """What to put before a command to run it as root without a password; None: not possible."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo is None:
        return None
    allowed = subprocess.run([sudo, "-n", "true"], capture_output=True, check=False)
    return [sudo, "-n"] if allowed.returncode == 0 else None


def install(command: list[str], refresh: list[str]) -> bool:
    """Whether ``command`` worked; again after ``refresh``, as the lists may be old or absent."""
    variables = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}

    def works(line: list[str]) -> bool:
        return subprocess.run(line, env=variables, capture_output=True, check=False).returncode == 0

    return works(command) or (works(refresh) and works(command))
