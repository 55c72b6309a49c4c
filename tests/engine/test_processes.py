"""Processes that we start: none shows a window of its own."""

from __future__ import annotations

import asyncio
import subprocess
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
