"""Workers as processes, to be ended in whatever way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil

from engine.server.settings import ServerSettings
from tests.engine.server.running import ROOT

__all__ = ["WorkerProcess"]

_GIVEN = (
    "database_url", "storage", "storage_endpoint", "lease_seconds", "lease_renewal_seconds",
    "reap_seconds", "carry_seconds", "permit_poll_seconds", "look_seconds", "grace_seconds",
    "listen", "retry_delay",
)  # fmt: skip


class WorkerProcess:
    """``dgx-music worker`` with these settings, which has joined."""

    def __init__(self, home: Path, settings: ServerSettings, *arguments: str) -> None:
        """What boto3 needs to know is in the environment."""
        home.mkdir(parents=True, exist_ok=True)
        values = {name: getattr(settings, name) for name in _GIVEN}
        values["database_url"] = settings.database_url.get_secret_value()  # type: ignore[union-attr]
        environment = {
            **os.environ,
            **{f"DGX_MUSIC_{name.upper()}": str(value) for name, value in values.items()},
            "DGX_MUSIC_HOME": str(home),
            "DGX_MUSIC_GENERATORS": json.dumps(settings.generators),
            "PYTHONPATH": str(ROOT),
        }
        self.log = home / "worker.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app.cli", "worker", *arguments],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("joined as "), line + self.log.read_text()
        self.id = line.split()[2]

    def vanish(self) -> None:
        """As when its machine loses power: with all that it has started."""
        there = psutil.Process(self.process.pid)
        for process in (there, *there.children(recursive=True)):
            process.kill()
        self.process.communicate()

    def end(self) -> int:
        """Politely; its status."""
        self.process.terminate()
        self.process.communicate(timeout=60)
        return self.process.returncode
