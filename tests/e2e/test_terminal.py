"""Where there is no display, the README's first command makes a take all the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile as sf

DEV = Path(__file__).resolve().parents[2] / "packaging" / "dev.py"


@pytest.fixture
def no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, DEV, "run", "--light", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.usefixtures("no_display")
def test_run_alone_makes_an_example(music_home: Path, tmp_path: Path) -> None:
    done = run(folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "There is no display here" in done.stderr
    take = Path(done.stdout.strip())
    assert take.is_relative_to(music_home)
    assert sf.info(take).duration == pytest.approx(16, abs=0.1)


@pytest.mark.usefixtures("no_display")
def test_a_prompt_and_its_options_go_through(tmp_path: Path) -> None:
    options = ["--duration", "4", "--seed", "7", "--out", "here.flac", "--json"]
    done = run("generate", "calm piano, 70 bpm", *options, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    [take] = json.loads(done.stdout)["takes"]
    assert Path(take["path"]) == tmp_path / "here.flac", "where the command was given"
    assert (take["seed"], take["sample_rate"]) == (7, 44_100)
    assert sf.info(tmp_path / "here.flac").duration == pytest.approx(4, abs=0.1)


@pytest.mark.usefixtures("no_display")
def test_bad_input_is_told_with_its_exit_code(tmp_path: Path) -> None:
    done = run("generate", "calm piano", "--duration", "-1", folder=tmp_path)
    assert done.returncode == 2
    assert "duration" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("*.wav"))
