"""One command, from an empty folder to music: the hub, the licence, the download, the model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import soundfile as sf

from tests.hub import Hub

ROOT = Path(__file__).resolve().parents[3]
SMALL = "facebook/musicgen-small"


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_one_command_from_nothing_to_music(hub: Path, tiny_folder: Path) -> None:
    (text_encoder,) = (hub / "models--t5-base" / "snapshots").iterdir()
    command = [sys.executable, "-m", "app.cli", "generate", "calm piano", "--model", SMALL]
    with Hub() as served:
        served.put("t5-base", files_in(text_encoder))
        served.put(SMALL, files_in(tiny_folder))
        done = subprocess.run(
            [*command, "--duration", "1", "--yes", "--json"],
            cwd=ROOT,
            env={**os.environ, "HF_ENDPOINT": served.endpoint},
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stderr
    assert "CC BY-NC 4.0" in done.stderr
    (take,) = json.loads(done.stdout)["takes"]
    assert sf.info(take["path"]).duration == 1.0
    assert served.sent() == sum(len(data) for data in served.large())
