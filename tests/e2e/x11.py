"""A real screen: an X server without a monitor, a window manager, and hands and eyes for both."""

from __future__ import annotations

import os
import re
import select
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.processes import PATIENCE, Program

__all__ = ["Screen", "Window", "open_screen"]

_BETWEEN_MOVES = 0.1
"""Seconds between the steps of a drag: toolkits ask the window under each before the next."""


@dataclass(frozen=True, slots=True)
class Window:
    """A window on the screen; places in pixels from the screen's top left, without its frame."""

    id: str
    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> tuple[int, int]:
        return self.x + self.width // 2, self.y + self.height // 2


@dataclass(frozen=True, slots=True)
class Screen:
    """A display with a window manager.

    >>> window = screen.find("DGX Music Studio")
    >>> screen.click(*window.middle)
    >>> screen.type("calm piano")
    >>> screen.press("ctrl+Return")
    """

    name: str
    """As in DISPLAY, for example ":7"."""

    @property
    def environment(self) -> dict[str, str]:
        """For programs that open windows here."""
        mine = {key: value for key, value in os.environ.items() if key != "WAYLAND_DISPLAY"}
        return {**mine, "DISPLAY": self.name, "QT_QPA_PLATFORM": "xcb"}

    def find(self, title: str) -> Window:
        """The first window whose title matches this pattern, once it is visible."""
        search = ["xdotool", "search", "--sync", "--onlyvisible", "--name", title]
        done = self._run(*search)
        while "BadWindow" in done.stderr:  # another window went while it was looked at
            done = self._run(*search)
        assert done.returncode == 0, f"{' '.join(search)}: {done.stderr.strip()}"
        return self.window(done.stdout.split()[0])

    def window(self, identity: str) -> Window:
        """A window by its id, where it is now."""
        # Not by xdotool, whose version in Debian counts the frame twice.
        answer = self._run("xwininfo", "-id", identity, "-stats").stdout
        names = ("Absolute upper-left X", "Absolute upper-left Y", "Width", "Height")
        found = [re.search(rf"{name}: +(-?\d+)", answer) for name in names]
        assert all(found), f"no window {identity}"
        x, y, width, height = (int(match[1]) for match in found if match)
        return Window(identity, x, y, width, height)

    def count(self, title: str) -> int:
        """How many visible windows have such a title now."""
        done = self._run("xdotool", "search", "--onlyvisible", "--name", title)
        return len(done.stdout.split())

    def activate(self, window: Window) -> None:
        """Bring it to the front and give it the keyboard."""
        self._xdotool("windowactivate", "--sync", window.id)

    def resize(self, window: Window, width: int, height: int) -> Window:
        self._xdotool("windowsize", "--sync", window.id, str(width), str(height))
        return self.window(window.id)

    def close(self, window: Window) -> None:
        """What the close button of its frame does."""
        self.activate(window)
        self.press("alt+F4")

    def type(self, text: str) -> None:
        self._xdotool("type", "--delay", "5", text)

    def press(self, *keys: str) -> None:
        """Keys in X's names, one after the other, for example "ctrl+Return"."""
        self._xdotool("key", "--delay", "20", *keys)

    def click(self, x: int, y: int, *, button: int = 1, times: int = 1) -> None:
        clicks = ["click", "--repeat", str(times), "--delay", "40", str(button)]
        self._xdotool("mousemove", str(x), str(y), *clicks)

    def drag(self, start: tuple[int, int], end: tuple[int, int], *, steps: int = 8) -> None:
        """Press at ``start``, move in steps, let go at ``end``."""
        pause = ["sleep", str(_BETWEEN_MOVES)]
        moves = ["mousemove", str(start[0]), str(start[1]), "mousedown", "1", *pause]
        for step in range(1, steps + 1):
            x, y = (round(a + (b - a) * step / steps) for a, b in zip(start, end, strict=True))
            moves += ["mousemove", str(x), str(y), *pause]
        self._xdotool(*moves, *pause, "mouseup", "1")

    def screenshot(self, path: Path, window: Window | None = None) -> Path:
        """The whole screen as a PNG, or one window without its frame."""
        path.parent.mkdir(parents=True, exist_ok=True)
        subject = window.id if window else "root"
        command = ["import", "-display", self.name, "-window", subject, str(path)]
        subprocess.run(command, check=True, timeout=PATIENCE)
        return path

    def _xdotool(self, *words: str) -> str:
        done = self._run("xdotool", *words)
        assert done.returncode == 0, f"xdotool {' '.join(words)}: {done.stderr.strip()}"
        return done.stdout

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )


@contextmanager
def open_screen(folder: Path, size: str = "1600x1000") -> Iterator[Screen]:
    """A screen of this size on a free display; logs go to ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    reading, writing = os.pipe()
    server = Program(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{size}x24", "-nolisten", "tcp"],
        folder / "xvfb.log",
        os.environ,
        pass_fds=[writing],
    )
    os.close(writing)
    with server:
        screen = Screen(f":{_line(reading, server)}")
        ready = folder / "manager-is-ready"
        os.mkfifo(ready)
        manager = Program(
            ["openbox", "--sm-disable", "--startup", f"sh -c 'echo ready > {ready}'"],
            folder / "openbox.log",
            screen.environment,
        )
        with manager:
            _line(os.open(ready, os.O_RDWR), manager)
            yield screen


def _line(descriptor: int, writer: Program) -> str:
    """The line that ``writer`` sends through a pipe; closes the pipe."""
    with os.fdopen(descriptor, encoding="ascii", buffering=1) as pipe:
        assert select.select([pipe], [], [], PATIENCE)[0], writer.output()
        return pipe.readline().strip()
