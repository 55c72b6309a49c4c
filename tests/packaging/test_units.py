"""packaging/deploy/systemd: systemd takes the units; they may do little, and wait long enough."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).resolve().parents[2] / "packaging" / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
MOST_EXPOSED = 30
"""Of 100, by systemd's own measure; a unit without any of its walls has 96."""
PROGRAM = "/opt/dgx-music/.venv/bin/dgx-music"

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd is not installed"
)


def analyzed(unit: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """systemd's verdict on a unit whose program is there."""
    copy = folder / unit.name.replace("@", "@0")
    copy.write_text(unit.read_text().replace(PROGRAM, "/usr/bin/env"))
    command = ["systemd-analyze", *arguments, str(copy)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_takes_the_unit(unit: Path, tmp_path: Path) -> None:
    done = analyzed(unit, tmp_path, "verify", "--man=no", "--recursive-errors=no")
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert unit.stem.partition("@")[0] not in said, said


@needs_systemd
def test_systemd_would_see_a_mistake(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong" / UNITS[0].name
    wrong.parent.mkdir()
    wrong.write_text(UNITS[0].read_text().replace("KillMode=mixed", "KillMode=gently"))
    done = analyzed(wrong, tmp_path, "verify", "--man=no", "--recursive-errors=no")
    assert "kill mode" in done.stderr


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_may_do_little(unit: Path, tmp_path: Path) -> None:
    words = ("security", "--offline=true", "--no-pager", f"--threshold={MOST_EXPOSED}")
    done = analyzed(unit, tmp_path, *words)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_waits_longer_than_the_grace_time(unit: Path) -> None:
    environment = (DEPLOY / "systemd" / "dgx-music.env").read_text()
    [grace] = re.findall(r"^DGX_MUSIC_GRACE_SECONDS=(\d+)", environment, re.MULTILINE)
    [patience] = re.findall(r"^TimeoutStopSec=(\d+)", unit.read_text(), re.MULTILINE)
    assert int(patience) >= int(grace) + 10
    assert "KillMode=mixed" in unit.read_text(), "the model's process must not hear of it first"
