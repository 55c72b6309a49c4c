"""``dgx-music models`` as it is typed, with a hub on loopback."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.app.terminal import BESIDE, started, typed
from tests.engine.models.conftest import growing_part
from tests.hub import Hub

ROOT = Path(__file__).resolve().parents[2]
SMALL = "facebook/musicgen-small"
FILES = {"state_dict.bin": b"melody" * 200_000, "compression_state_dict.bin": b"rhythm" * 200_000}
TEXT_FILES = {"config.json": b"{}", "model.safetensors": b"words" * 40_000, "spiece.model": b"w"}


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as hub:
        hub.put(SMALL, FILES)
        hub.put("t5-base", TEXT_FILES)
        yield hub


def start(
    *arguments: str, endpoint: str, stdin: int = subprocess.DEVNULL, by: tuple[str, ...] = ()
) -> AbstractContextManager[subprocess.Popen[str]]:
    command = [] if arguments[0] == "generate" else ["models"]
    environment = {**os.environ, "HF_ENDPOINT": endpoint, "COLUMNS": "80"}
    return started(*command, *arguments, environment=environment, stdin=stdin, by=by)


def run(*arguments: str, endpoint: str = "http://127.0.0.1:9") -> tuple[int, str, str]:
    with start(*arguments, endpoint=endpoint) as process:
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err


def models(*arguments: str) -> tuple[int, str]:
    """What needs no hub, in this process; its status and what it says."""
    done = typed("models", *arguments)
    return done.exit_code, done.stdout


def state_of(model: str) -> str:
    status, out = models("list", "--json")
    assert status == 0
    return next(item["state"] for item in json.loads(out)["models"] if item["id"] == model)


def test_the_life_of_a_model(hub: Hub, music_home: Path) -> None:
    assert state_of(SMALL) == "absent"
    status, out, err = run("download", SMALL, "--yes", endpoint=hub.endpoint)
    assert (status, Path(out.strip())) == (0, next(music_home.rglob("state_dict.bin")).parent)
    assert "not sold" in err
    assert state_of(SMALL) == "installed"
    assert models("path", SMALL) == (0, out)

    _, listed, _ = run("list")
    assert max(map(len, listed.splitlines())) <= 80
    (row,) = (line for line in listed.splitlines() if line.startswith(f"{SMALL} "))
    assert re.search(r"300 M\s+2\.6 MB\s+CC BY-NC 4\.0\s+installed", row)

    status, out = models("remove", SMALL, "--json")
    assert status == 0
    assert json.loads(out)["freed"] > 2_400_000
    assert state_of(SMALL) == "absent"
    assert models("path")[1].strip() == str(music_home / "data" / "models")


def test_all_facts_for_programs() -> None:
    _, out = models("list", "--json")
    listed = {item["id"]: item for item in json.loads(out)["models"]}
    melody = listed["facebook/musicgen-stereo-melody"]
    assert melody["abilities"] == ["text", "melody", "continuation", "stereo"]
    assert melody["licence"]["commercial"] is False
    assert melody["languages"] == ["en"]
    assert listed["sketch"]["state"] == "installed"


def test_the_licence_is_asked_for(hub: Hub) -> None:
    status, _, err = run("download", SMALL, endpoint=hub.endpoint)
    assert status == 1
    assert "CC BY-NC 4.0" in err
    assert "--yes" in err
    assert hub.calls == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")
@pytest.mark.parametrize(("answer", "status"), [(b"n\n", 1), (b"y\n", 0), (b"\x03", 130)])
def test_the_answer_counts(answer: bytes, status: int, hub: Hub, music_home: Path) -> None:
    keyboard, terminal = os.openpty()
    try:
        with start("download", SMALL, endpoint=hub.endpoint, stdin=terminal) as process:
            assert process.stderr is not None
            said = ""
            while "Download it?" not in said:
                said += process.stderr.read(1)
            if answer == b"\x03":
                process.send_signal(signal.SIGINT)
            else:
                os.write(keyboard, answer)
            process.communicate(timeout=60)
    finally:
        os.close(keyboard)
        os.close(terminal)
    assert process.returncode == status
    assert any(music_home.rglob("state_dict.bin")) == (status == 0)


@pytest.mark.parametrize(
    ("end", "by"), [(signal.SIGINT, ()), (signal.SIGTERM, ()), (signal.SIGTERM, BESIDE)]
)
def test_ended_in_the_middle_it_keeps_what_has_arrived(
    end: signal.Signals, by: tuple[str, ...], hub: Hub, music_home: Path
) -> None:
    hub.trouble("GET /cdn/", hold_after=150_000)
    with start("download", SMALL, "--yes", "--json", endpoint=hub.endpoint, by=by) as process:
        part = growing_part(music_home, at_least=100_000)
        process.send_signal(end)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert json.loads(out)["error"]["code"] == "interrupted"
    assert state_of(SMALL) == "partial"
    kept = part.stat().st_size
    hub.go_on()
    assert run("download", SMALL, "--yes", endpoint=hub.endpoint)[0] == 0
    assert [call.start for call in hub.bodies()] == [0, kept, 0, 0]


def test_generate_fetches_what_is_missing(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files are no checkpoints: here it is all about how they come, and a generator that asks
    for none plays."""
    scripted = {SMALL: "tests.fake_generators:ScriptedGenerator"}
    monkeypatch.setenv("DGX_MUSIC_GENERATORS", json.dumps(scripted))
    asked = ("generate", "calm piano", "--model", SMALL)
    status, out, err = run(*asked, endpoint=hub.endpoint)
    assert (status, out, hub.calls) == (1, "", [])
    assert "--yes" in err
    status, out, err = run(*asked, "--yes", "--json", endpoint=hub.endpoint)
    assert (status, len(json.loads(out)["takes"])) == (0, 1), err
    assert state_of(SMALL) == "installed"
    count = len(hub.calls)
    assert count > 0
    assert run(*asked, endpoint=hub.endpoint)[0] == 0
    assert len(hub.calls) == count, "it is here, so nobody is asked"


def test_what_goes_wrong_is_said_in_words() -> None:
    status, _, err = run("download", SMALL, "--yes")
    assert status == 1
    assert "can't be reached" in err
    assert "Traceback" not in err
    for arguments in (("download", "nothing"), ("remove", "../../etc"), ("path", "nothing")):
        status, out = models(*arguments, "--json")
        assert status == 2
        assert json.loads(out)["error"]["code"] == "model_unavailable"
    for arguments in (("remove", SMALL), ("path", SMALL), ("download", "sketch")):
        assert models(*arguments)[0] == 1
