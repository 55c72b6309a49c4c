"""Programs that tests start: with a log, and ended by their id whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

__all__ = ["Program", "wait_until"]

PATIENCE = 60.0
"""Seconds until something that should have happened counts as never: CI may be slow."""
_LOOK_EVERY = 0.02


def wait_until(happened: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Return as soon as ``happened()``; fails with ``what`` after ``seconds``.

    For what other processes do, which have no way to wake this one.
    """
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"waited {seconds:g} s in vain: {what}"
        time.sleep(_LOOK_EVERY)


class Program:
    """A running child with a process group of its own; its output goes to ``log``."""

    def __init__(
        self,
        command: Sequence[str | Path],
        log: Path,
        environment: Mapping[str, str],
        *,
        pass_fds: Sequence[int] = (),
    ) -> None:
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                pass_fds=pass_fds,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def output(self) -> str:
        return self.log.read_text("utf-8", errors="replace")

    def wait_for(self, text: str, seconds: float = PATIENCE) -> None:
        """Return once ``text`` was printed."""

        def there() -> bool:
            assert self.running or text in self.output(), f"ended early:\n{self.output()}"
            return text in self.output()

        wait_until(there, f"{text!r} from {self.log.stem}", seconds)

    def wait(self, seconds: float = PATIENCE) -> int:
        """Its exit code, once it ends by itself."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            running = "\n".join(map(str, psutil.Process(self.pid).children(recursive=True)))
            raise AssertionError(f"it runs on:\n{self.output()}\n{running}") from None

    def end(self) -> None:
        """Ask it and its children to end, then make them."""
        for call in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.pid, call)
            except ProcessLookupError:
                break
            if call is signal.SIGTERM:
                try:
                    self.process.wait(5)
                except subprocess.TimeoutExpired:
                    continue
        self.process.wait(5)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()
