"""The project's own Python environment: ``.venv`` with pinned packages, made once."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import deque
from collections.abc import Collection
from pathlib import Path
from typing import Any

GIGABYTE = 1 << 30
LARGE_DOWNLOAD = re.compile(r"\s*Downloading .*\((\d{3,}(\.\d+)? MB|[\d.]+ GB)\)")
# A file that can't be compiled is for another Python, and is noticed when it is imported, if ever.
COMPILE = (
    "import compileall, sysconfig\n"
    "compileall.compile_dir(sysconfig.get_path('purelib'), quiet=2, workers=0)"
)
FULL_SIZE = 12 * GIGABYTE  # torch with CUDA as wheels and unpacked, at the peak


class SetupError(Exception):
    """The set-up cannot go on; the text says why and what to do."""


def say(text: str) -> None:
    """Speak to the person, on stderr: stdout belongs to the program."""
    print(text, file=sys.stderr, flush=True)


class Environment:
    """``.venv`` of the project in ``root``.

    >>> environment = Environment(root)
    >>> environment.provide(("test",))       # an instant when nothing changed
    >>> subprocess.run([environment.python, "-m", "pytest"])
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.scripts = self.folder / ("Scripts" if os.name == "nt" else "bin")
        self.python = self.script("python")
        self._stamp = self.folder / "provided.json"
        self._log = self.folder / "setup.log"

    def script(self, name: str) -> Path:
        """Path of an installed command."""
        return self.scripts / (f"{name}.exe" if os.name == "nt" else name)

    def provide(self, extras: Collection[str] = ()) -> None:
        """Make the environment hold the project and its dependencies with these extras.

        What an earlier call brought stays. Raises SetupError.
        """
        inputs = self._inputs()
        known_inputs, known_extras = self._read_stamp()
        if inputs == known_inputs and known_extras.issuperset(extras):
            return
        wanted = sorted(known_extras.union(extras))
        self._check_owner()
        self._check_space(wanted)
        say(f"Setting up {self.folder} (once, and again when a dependency changes)")
        started = time.monotonic()
        self._stamp.unlink(missing_ok=True)  # until all is done, nothing is vouched for
        self._make_venv(clear=known_inputs.partition("/")[0] not in ("", inputs.partition("/")[0]))
        self._install(wanted)
        self._stamp.write_text(json.dumps({"inputs": inputs, "extras": wanted}), encoding="utf-8")
        say(f"Ready after {time.monotonic() - started:.0f} s.")

    def _inputs(self) -> str:
        """What the environment depends on: the Python and the place as one digest, "/", the rest.

        Of pyproject.toml only what the installation reads: linter settings change nothing.
        """
        import tomllib  # not at the top: Python 3.10 has none and shall hear so politely

        project = tomllib.loads((self.root / "pyproject.toml").read_text(encoding="utf-8"))
        relevant = [project["build-system"], project["project"], project["tool"]["setuptools"]]
        constraints = (self.root / "packaging" / "constraints.txt").read_text(encoding="utf-8")
        # A venv is of one Python, and does not survive a move: its scripts name their folder.
        base = digest(f"{sys.version_info[:2]} {self.folder}")
        return f"{base}/{digest(json.dumps(relevant) + constraints)}"

    def _read_stamp(self) -> tuple[str, set[str]]:
        """The inputs and extras that were provided; ("", nothing) when never finished."""
        if not self.python.exists():
            return "", set()
        try:
            stamp = json.loads(self._stamp.read_text(encoding="utf-8"))
            return str(stamp["inputs"]), set(stamp["extras"])
        except (OSError, ValueError, KeyError):
            return "", set()

    def _check_owner(self) -> None:
        """Made anew through a link, the environment of another place would be gone."""
        if self.folder.is_symlink():
            raise SetupError(
                f"{self.folder} is a link to {self.folder.resolve()}, which was made for another "
                "place or with other packages, and stays as it is.\n"
                "Remove the link, and this place gets an environment of its own."
            )

    def _check_space(self, extras: Collection[str]) -> None:
        free = shutil.disk_usage(self.root).free
        if "musicgen" in extras and free < FULL_SIZE and not self._has("torch"):
            raise SetupError(
                f"MusicGen's packages need {FULL_SIZE // GIGABYTE} GB of disk space; "
                f"{free / GIGABYTE:.1f} GB are free in {self.root}.\n"
                "Free some space, or go without MusicGen: python3 packaging/dev.py run --light"
            )

    def _has(self, package: str) -> bool:
        return any(self.folder.glob(f"[Ll]ib/**/site-packages/{package}"))

    def _make_venv(self, *, clear: bool) -> None:
        importlib.invalidate_caches()  # a system package may have brought it just now
        if importlib.util.find_spec("ensurepip") is None:
            raise SetupError(
                "This Python cannot make environments: its ensurepip is missing. On Debian and "
                "Ubuntu this brings it:\n"
                "  sudo apt-get install python{}.{}-venv".format(*sys.version_info)
            )
        command = [sys.executable, "-m", "venv", str(self.folder)]
        self._call(command + (["--clear"] if clear else []), "Python environment")

    def _install(self, extras: Collection[str]) -> None:
        constraints = str(self.root / "packaging" / "constraints.txt")
        pip = [str(self.python), "-m", "pip", "--disable-pip-version-check", "--no-input"]
        pinned = [*pip, "install", "--no-compile", "-c", constraints]
        # First and on its own: it builds the project's editable install in this environment.
        self._call([*pinned, "setuptools"], "build tool")
        project = f"{self.root}[{','.join(extras)}]" if extras else str(self.root)
        # The plain kind of editable install: the other's finder costs each start 40 ms.
        plain = ["--config-settings", "editable_mode=compat"]
        self._call([*pinned, "--no-build-isolation", *plain, "-e", project], "packages")
        if "musicgen" in extras:
            # audiocraft pins torch 2.1 and more that making music does not need: without its
            # dependencies, which the extra lists as they are really used.
            audiocraft = [*pinned, "--no-build-isolation", "--no-deps", "audiocraft"]
            self._call(audiocraft, "audiocraft")
        # Afterwards and by all cores: pip's own way takes as long as everything before it.
        self._call([str(self.python), "-c", COMPILE], "bytecode")

    def _call(self, command: list[str], what: str) -> None:
        """Run one step with its output in the log, telling of large downloads."""
        say(f"  {what} …")
        started = time.monotonic()
        last: deque[str] = deque(maxlen=15)
        self.folder.mkdir(exist_ok=True)
        # Merged output; bytes that are not UTF-8 must not stop the set-up.
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        with self._log.open("a", encoding="utf-8") as log:
            process = subprocess.Popen(command, encoding="utf-8", errors="replace", **pipes)
            with process:
                for line in process.stdout or ():
                    log.write(line)
                    last.append(line)
                    if LARGE_DOWNLOAD.match(line):
                        say(f"    {line.strip()}")
        if process.returncode:
            raise SetupError(
                f"{''.join(last)}\nSetting up stopped at: {what}. Check the network connection and "
                f"the disk space, then run the same command again. All output: {self._log}"
            )
        say(f"  {what}: {time.monotonic() - started:.0f} s")


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
