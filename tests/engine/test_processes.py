"""Processes that we start: none shows a window of its own, nor is in the window's way."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app import doctor
from engine.dispatch.process import HostProcess
from engine.processes import unseen


def test_no_child_flashes_a_console_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    monkeypatch.setattr(subprocess, "CREATE_NO_WINDOW", 0x08000000, raising=False)

    def run(command: list[str], **how: Any) -> None:
        seen.append(how["creationflags"])
        raise OSError("not there")

    monkeypatch.setattr(subprocess, "run", run)
    assert doctor._output(["nvidia-smi"]) == ""
    assert seen == [0x08000000]


async def test_nor_does_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    monkeypatch.setattr(subprocess, "CREATE_NO_WINDOW", 0x08000000, raising=False)

    async def start(_protocol: object, *command: str, **how: Any) -> None:
        seen.append(how["creationflags"])
        raise OSError("not there")

    monkeypatch.setattr(asyncio.get_running_loop(), "subprocess_exec", start)
    host = HostProcess(lambda _: None, lambda *_: None)
    with pytest.raises(OSError, match="not there"):
        await host.start(["host"])
    assert seen == [0x08000000]


def test_elsewhere_there_is_nothing_to_hide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(subprocess, "CREATE_NO_WINDOW", raising=False)
    assert unseen() == 0


AUTOGROUP = Path("/proc/self/autogroup")
STEP_BACK = "import os; from engine.processes import step_back; step_back(); "


def said(*command: str, own_session: bool = False) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, start_new_session=own_session
    )
    return done.stdout.strip()


@pytest.mark.skipif(os.name != "posix", reason="nice is of Unix")
def test_a_host_is_never_more_urgent_than_who_started_it() -> None:
    code = STEP_BACK + "print(os.nice(0))"
    assert said("nice", "-n", str(15 - os.nice(0)), sys.executable, "-c", code) == "15"


@pytest.mark.skipif(not AUTOGROUP.exists(), reason="this kernel does not group sessions")
@pytest.mark.parametrize("own_session", [True, False])
def test_a_session_of_its_own_steps_back_as_a_whole(own_session: bool) -> None:
    """Else its niceness counts for nothing: sessions have equal shares. Another's stays."""
    group = AUTOGROUP.read_text().rpartition(" nice ")[2].strip()
    code = STEP_BACK + f"print(open({str(AUTOGROUP)!r}).read())"
    after = said(sys.executable, "-c", code, own_session=own_session).rpartition(" nice ")[2]
    assert after == ("10" if own_session else group)
