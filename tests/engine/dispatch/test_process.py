"""One life of a host process: its end is told, whatever it leaves behind."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

import pytest

from engine.dispatch.process import HostProcess
from engine.host.protocol import Event, Ready, encode

PATIENCE = 60.0
"""Seconds that only say "never"."""


async def end_of(script: str, on_event: Callable[[Event], None] = lambda _: None) -> str:
    """How a host that is this script ended, as it was told."""
    ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    host = HostProcess(on_event, lambda _, reason: ended.set_result(reason))
    await host.start([sys.executable, "-c", script])
    pid = host.pid
    assert pid is not None
    try:
        async with asyncio.timeout(PATIENCE):
            reason = await ended
            await host.wait()
            return reason
    finally:
        if os.name == "posix":
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)


@pytest.mark.skipif(os.name != "posix", reason="groups of processes are POSIX's")
async def test_what_it_has_started_does_not_hide_its_end() -> None:
    """A process that it leaves behind holds its pipes, and would do so for ever."""
    script = """
import os, subprocess, sys
subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
os._exit(3)
"""
    assert await end_of(script) == "status 3"


@pytest.mark.logs("could not be heard")
async def test_who_can_not_hear_it_hears_of_its_end() -> None:
    def broken(_: Event) -> None:
        raise ValueError("the test says so")

    script = f"""
import sys
sys.stdout.buffer.write({encode(Ready(pid=1))!r})
sys.stdout.flush()
sys.stdin.read()
"""
    reason = await end_of(script, broken)
    assert reason.startswith("signal" if os.name == "posix" else "status")
