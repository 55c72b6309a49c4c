"""``python -m app``: what a frozen build runs, as itself and as its own engine host."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine.dispatch.process import host_command
from engine.settings import EngineSettings

ROOT = Path(__file__).resolve().parents[2]


def test_it_is_the_command_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app", "--version"], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout.split()[0]) == (0, "dgx-music")


def test_a_frozen_build_is_its_own_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = EngineSettings(data_folder=tmp_path, takes_folder=tmp_path, cache_folder=tmp_path)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    python, *arguments = host_command(settings)
    with subprocess.Popen(
        [python, "-m", "app", *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as host:
        assert host.stdin is not None
        assert host.stdout is not None
        assert json.loads(host.stdout.readline())["event"] == "ready"
        host.stdin.close()
        assert host.wait(20) == 0
