"""``python -m app``: what a frozen build runs, as itself and as its own child processes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine.dispatch.process import host_command
from engine.processes import CHILDREN, child_command
from engine.settings import EngineSettings
from tests.engine.server.running import tone

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)


def as_built(command: list[str]) -> list[str]:
    """What a frozen program's own command is here, where it is not frozen."""
    program, *arguments = command
    return [program, "-m", "app", *arguments]


def test_it_is_the_command_line() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app", "--version"], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout.split()[0]) == (0, "dgx-music")


@pytest.mark.usefixtures("frozen")
def test_a_frozen_build_is_its_own_host(tmp_path: Path) -> None:
    settings = EngineSettings(data_folder=tmp_path, takes_folder=tmp_path, cache_folder=tmp_path)
    with subprocess.Popen(
        as_built(host_command(settings)),
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


@pytest.mark.usefixtures("frozen")
def test_a_frozen_build_weighs_what_is_uploaded(tmp_path: Path) -> None:
    (tmp_path / "song.wav").write_bytes(tone(2))
    command = [*child_command("engine.server.weighing"), str(tmp_path / "song.wav"), "600"]
    done = subprocess.run(as_built(command), cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["frames"] == 16_000


@pytest.mark.usefixtures("frozen")
def test_a_frozen_build_takes_takes_apart(tmp_path: Path) -> None:
    command = [*child_command("engine.audio.stems"), str(tmp_path / "gone.wav"), str(tmp_path)]
    done = subprocess.run(as_built(command), cwd=ROOT, capture_output=True, text=True, check=True)
    assert "does not say how it was made" in json.loads(done.stdout)["failure"]["message"]


def test_nothing_else_starts_this_python_again() -> None:
    """A frozen build has none: every child is one of CHILDREN."""
    for folder in ("app", "engine", "ui"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.name != "processes.py":
                assert "sys.executable" not in path.read_text("utf-8"), path
    with pytest.raises(KeyError):
        child_command("engine.else")
    assert len(set(CHILDREN.values())) == len(CHILDREN)
