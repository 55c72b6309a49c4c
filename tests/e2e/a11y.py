"""A screen reader's view of the windows, over the accessibility bus."""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.processes import PATIENCE, Program

__all__ = ["Control", "ScreenReader", "open_session_bus", "reading"]

_CLIENT = Path(__file__).parent / "clients" / "screen_reader.py"
_PYTHON = "/usr/bin/python3"  # Debian's, the one that has the accessibility library


@dataclass(frozen=True, slots=True)
class Control:
    """One thing that a screen reader can name."""

    role: str
    name: str
    description: str
    states: frozenset[str]


class ScreenReader:
    """Finds controls by role and name and uses them; waits until they are there.

    Both are regular expressions that match as a whole.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def controls(self, application: str) -> list[Control]:
        """All that is showing in this application, depth first."""
        found = self._ask("controls", application=application)
        return [Control(**{**item, "states": frozenset(item["states"])}) for item in found]

    def press(self, role: str, name: str) -> None:
        """Do its first action, as a screen reader's user does with one key."""
        self._patiently("press", role=role, name=name)

    def text(self, role: str, name: str) -> str:
        return str(self._patiently("text", role=role, name=name))

    def write(self, role: str, name: str, text: str) -> None:
        """Put ``text`` in place of what an editor holds."""
        self._patiently("write", role=role, name=name, text=text)

    def value(self, role: str, name: str) -> float:
        return float(self._patiently("value", role=role, name=name))

    def set_value(self, role: str, name: str, value: float) -> None:
        self._patiently("set_value", role=role, name=name, value=value)

    def focus(self, role: str, name: str) -> None:
        self._patiently("focus", role=role, name=name)

    def place(self, role: str, name: str, across: float = 0.5) -> tuple[int, int]:
        """In pixels of the screen: half way down and this far ``across`` it (0 left, 1 right)."""
        x, y, width, height = self._patiently("place", role=role, name=name)
        return x + round(across * width), y + height // 2

    def wait_for(self, role: str, name: str) -> None:
        self._patiently("find", role=role, name=name)

    def names(self, role: str, application: str) -> list[str]:
        """Of everything of this role that is showing now."""
        return [item.name for item in self.controls(application) if re.fullmatch(role, item.role)]

    def _patiently(self, verb: str, **details: Any) -> Any:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self._ask(verb, **details)
            except LookupError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)  # the bus has no event for "this will appear"

    def _ask(self, verb: str, **details: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"verb": verb, **details}) + "\n")
        self._process.stdin.flush()
        ready = select.select([self._process.stdout], [], [], PATIENCE)[0]
        assert ready, f"the accessibility bus does not answer: {verb} {details}"
        answer = json.loads(self._process.stdout.readline())
        if "absent" in answer:
            raise LookupError(answer["absent"])
        return answer["result"]


@contextmanager
def open_session_bus(folder: Path, environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """A D-Bus session of its own; gives the environment for programs in it."""
    folder.mkdir(parents=True, exist_ok=True)
    reading_end, writing_end = os.pipe()
    command = ["dbus-daemon", "--session", "--nofork", f"--print-address={writing_end}"]
    bus = Program(command, folder / "dbus.log", environment, pass_fds=[writing_end])
    os.close(writing_end)
    with bus, os.fdopen(reading_end, encoding="utf-8") as pipe:
        assert select.select([pipe], [], [], PATIENCE)[0], bus.output()
        yield {
            **environment,
            "DBUS_SESSION_BUS_ADDRESS": pipe.readline().strip(),
            # Qt offers its widgets only where a screen reader is known to run.
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            # It warns of a question of the bus that Qt has no answer to, and that needs none.
            "QT_LOGGING_RULES": "qt.accessibility.atspi.warning=false",
        }


@contextmanager
def reading(environment: Mapping[str, str]) -> Iterator[ScreenReader]:
    """A screen reader in the session that ``environment`` names."""
    process = subprocess.Popen(
        [_PYTHON, str(_CLIENT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=dict(environment),
    )
    with process:
        try:
            yield ScreenReader(process)
        finally:
            process.terminate()
