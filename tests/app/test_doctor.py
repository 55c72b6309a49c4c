import importlib.metadata
import json
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app import doctor
from app.cli import cli
from app.doctor import Check, State, examine
from app.paths import Paths


def check(topic: str) -> Check:
    return next(check for check in examine(Paths.find()) if check.topic == topic)


def test_one_line_for_each_thing(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = CliRunner().invoke(cli, ["doctor", "--json"])
    checks = json.loads(shown.stdout)["checks"]
    assert [item["topic"] for item in checks] == [
        *("python", "packages", "display", "fonts", "sound", "gpu", "musicgen"),
        *("connections", "disk"),
        *("library", "takes", "cache", "logs", "settings"),
    ]
    for item in checks:
        assert bool(item["todo"]) is (item["state"] != "ok"), item
    plain = CliRunner().invoke(cli, ["doctor"]).stdout
    assert all(item["topic"] in plain for item in checks)


def test_a_problem_is_the_exit_status(monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = (Check("disk", state, "", "") for state in (State.CAUTION, State.PROBLEM))
    monkeypatch.setattr(doctor, "examine", lambda paths: iter([good]))
    assert CliRunner().invoke(cli, ["doctor"]).exit_code == 0
    monkeypatch.setattr(doctor, "examine", lambda paths: iter([good, bad]))
    assert CliRunner().invoke(cli, ["doctor"]).exit_code == 1


def test_packages_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.metadata.version

    def version(name: str) -> str:
        if name in ("soxr", "pydantic-settings"):
            raise importlib.metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    found = check("packages")
    assert (found.state, found.found) == (State.PROBLEM, "missing: pydantic-settings, soxr")
    assert "packaging/dev.py" in found.todo


@pytest.mark.parametrize(
    ("free", "state"), [(80e9, State.OK), (2e9, State.CAUTION), (0.1e9, State.PROBLEM)]
)
def test_disk(free: float, state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(0, 0, free))
    assert check("disk").state is state


def test_a_folder_that_cannot_be_written(music_home: Path) -> None:
    music_home.mkdir()
    (music_home / "data").write_bytes(b"a file where the folder should be")
    found = check("library")
    assert found.state is State.PROBLEM
    assert str(music_home / "data") in found.found
    assert check("takes").state is State.OK


def test_a_graphics_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho NVIDIA GB10, 119 GiB, 580.95\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert check("gpu") == Check("gpu", State.OK, "NVIDIA GB10, 119 GiB, 580.95")
    tool.write_text("#!/bin/sh\nexit 9\n")
    assert check("gpu").state is not State.OK


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11 and ALSA are Linux's")
def test_system_libraries_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_loads", lambda name: "xcb-cursor" not in name)
    monkeypatch.setenv("DISPLAY", ":0")
    assert "sudo apt-get install libxcb-cursor0" in check("display").todo
    monkeypatch.setattr(doctor, "_loads", lambda name: True)
    assert check("display") == Check("display", State.OK, "DISPLAY is :0")
    monkeypatch.setattr(doctor, "_loads", lambda name: "portaudio" not in name)
    assert "libportaudio2" in check("sound").todo


def test_it_loads_no_model_library_and_no_window() -> None:
    code = (
        "import sys, app.doctor; from app.paths import Paths;"
        "list(app.doctor.examine(Paths.find()));"
        "print([m for m in ('torch', 'PySide6', 'librosa') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(("files", "state"), [(None, "ok"), (1_024, "caution"), (65_536, "ok")])
def test_few_open_files_are_few_listeners(
    files: int | None, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "open_files", lambda: files)
    found = check("connections")
    assert found.state == state
    assert ("ulimit" in found.todo) is (state != "ok")


def test_a_frozen_program_names_no_command_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(doctor, "_version", lambda distribution: None)
    for topic in ("packages", "musicgen"):
        assert check(topic).todo and "dev.py" not in check(topic).todo
