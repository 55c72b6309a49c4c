"""The program as it is started from a terminal, over a generator that does as its prompt says."""

import importlib.metadata
import json
import os
import signal
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import soundfile as sf
from typer.testing import CliRunner

from app.cli import cli
from tests.app.terminal import BESIDE, started, typed

ENVIRONMENT = {
    **os.environ,
    "DGX_MUSIC_GENERATORS": '{"scripted": "tests.fake_generators:ScriptedGenerator"}',
    "DGX_MUSIC_RETRY_DELAY": "0",
    "COLUMNS": "200",
}
ROOT = Path(__file__).resolve().parents[2]


def start(
    *arguments: str, by: tuple[str, ...] = ()
) -> AbstractContextManager["subprocess.Popen[str]"]:
    # The home folder is this test's: the music_home fixture has set it.
    environment = ENVIRONMENT | {"DGX_MUSIC_HOME": os.environ["DGX_MUSIC_HOME"]}
    return started(*arguments, environment=environment, by=by)


def run(*arguments: str) -> tuple[int, str, str]:
    with start(*arguments) as process:
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err


def generate(*arguments: str) -> tuple[int, str, str]:
    return run("generate", "--model", "scripted", "--duration", "2", *arguments)


def test_takes_and_what_made_them_as_json(music_home: Path) -> None:
    status, out, _ = generate("{calm steps=30|tense} 🎹", "--count", "2", "--seed", "7", "--json")
    assert status == 0
    takes = json.loads(out)["takes"]
    assert [(take["request"]["prompt"], take["seed"]) for take in takes] == [
        ("calm steps=30 🎹", 7),
        ("calm steps=30 🎹", 8),
        ("tense 🎹", 7),
        ("tense 🎹", 8),
    ]
    for take in takes:
        path = Path(take["path"])
        assert path.parent == music_home / "takes"
        info = sf.info(path)
        assert (info.duration, info.samplerate) == (take["duration"], take["sample_rate"])
    assert list((music_home / "cache").iterdir()) == []


def test_paths_on_stdout_and_the_rest_on_stderr(tmp_path: Path) -> None:
    status, out, err = generate("calm", "--out", str(tmp_path / "song.flac"))
    assert (status, out) == (0, f"{tmp_path / 'song.flac'}\n")
    assert "✓ calm" in err.lower()
    assert sf.info(tmp_path / "song.flac").format == "FLAC"


def test_a_failed_take_does_not_lose_the_others() -> None:
    status, out, err = generate("calm", "impossible", "tense", "--json")
    assert status == 1
    found = json.loads(out)
    assert [take["request"]["prompt"] for take in found["takes"]] == ["calm", "tense"]
    assert found["errors"] == [
        {
            "prompt": "impossible",
            "code": "generation_failed",
            "message": "This can never work.",
            "hint": "Ask for something else.",
        }
    ]
    assert "✗ impossible" in err.lower()


TOO_LONG = f"{'x' * 248}.wav"
"""The name of a file that can be, under which none can be written: its temporary name can't."""


def test_a_take_that_its_place_does_not_take_is_in_the_takes_folder(
    music_home: Path, tmp_path: Path
) -> None:
    status, out, _ = generate("calm", "--out", str(tmp_path / TOO_LONG), "--json")
    assert status == 1
    found = json.loads(out)
    (take,), (error,) = found["takes"], found["errors"]
    assert Path(take["path"]).parent == music_home / "takes"
    assert sf.info(take["path"]).duration == 2.0
    assert (error["prompt"], error["code"]) == ("calm", "storage")
    assert take["path"] in error["hint"]
    assert list((music_home / "cache").iterdir()) == []


def test_a_take_that_no_place_takes_is_kept(music_home: Path, tmp_path: Path) -> None:
    music_home.mkdir(parents=True, exist_ok=True)
    (music_home / "takes").write_bytes(b"no folder")
    status, out, _ = generate("calm", "--out", str(tmp_path / TOO_LONG), "--json")
    assert status == 1
    found = json.loads(out)
    assert found["takes"] == []
    (kept,) = (music_home / "cache").iterdir()
    assert str(kept) in found["errors"][0]["hint"]
    (take,) = kept.glob("*.wav")
    assert sf.info(take).duration == 2.0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["calm", "--duration", "1e9"], "duration: must be 600 or less"),
        (["calm", "--duration", "nan"], "duration: must be a number"),
        (["calm", "--duration", "soon"], "duration"),
        (["calm", "--seed", "-1"], "seed: must be 0 or more"),
        (["calm", "--format", "aac"], "output_format: must be one of"),
        (["calm", "--count", "0"], "--count"),
        (["calm", "--out", "x.wav", "--count", "2"], "out: is the name of one file"),
        (["x" * 100_000], "prompt: is too long"),
        ([""], "prompt: is empty"),
        ([], "PROMPT"),
    ],
)
def test_bad_input_is_told_and_is_2(arguments: list[str], words: str) -> None:
    """In this process: that the program itself ends so is one of the end-to-end tests."""
    told = typed("generate", *arguments, columns=200)
    assert (told.exit_code, told.stdout) == (2, "")
    assert words in told.stderr


def test_a_model_that_is_not_there_is_a_failed_take() -> None:
    status, out, err = run("generate", "--model", "nobody", "calm")
    assert (status, out) == (1, "")
    assert "nobody" in err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
@pytest.mark.parametrize(
    ("asked_to_end", "by"), [(signal.SIGINT, ()), (signal.SIGTERM, ()), (signal.SIGTERM, BESIDE)]
)
def test_ctrl_c_keeps_what_is_finished(
    music_home: Path, asked_to_end: signal.Signals, by: tuple[str, ...]
) -> None:
    with start(
        *("generate", "--model", "scripted", "--duration", "2"),
        *("calm", "slow steps=9999 ms=20"),
        by=by,
    ) as process:
        assert process.stderr is not None
        assert "calm" in process.stderr.readline().lower()
        process.send_signal(asked_to_end)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert len(out.splitlines()) == 1
    assert sf.info(out.strip()).duration == 2.0
    assert "Traceback" not in err
    assert list((music_home / "cache").iterdir()) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="others always have a display")
@pytest.mark.parametrize("arguments", [[], ["studio"]])
def test_no_display_is_told(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delitem(ENVIRONMENT, name, raising=False)
    status, _, err = run(*arguments)
    assert status == 1
    assert "dgx-music generate" in err


@pytest.mark.parametrize("verb", [["create", "ada"], ["list"], ["revoke", "ada"]])
def test_a_folder_that_can_not_be_made_is_told(
    verb: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("DGX_MUSIC_HOME", str(tmp_path / "file"))
    done = CliRunner().invoke(cli, ["token", *verb])
    assert done.exit_code == 1
    assert str(tmp_path / "file") in done.stderr
    assert "Choose another folder" in done.stderr


def test_the_version_opens_no_window() -> None:
    assert run("--version") == (
        0,
        f"dgx-music {importlib.metadata.version('dgx-music-studio')}\n",
        "",
    )


def test_the_command_line_is_quick_to_load() -> None:
    heavy = [
        "PySide6",
        "numpy",
        "scipy",
        "pydantic",
        "soundfile",
        "rich",
        "peewee",
        "librosa",
        "torch",
    ]
    code = f"import sys, app.cli; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
