"""No server is left behind by a test run that is killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest

from tests.e2e.processes import wait_until

ROOT = Path(__file__).parents[1]
STARTER = """
import subprocess, time
from tests.postgres import running_postgres
from tests.servers import start
with running_postgres() as server:
    other = start(["sleep", "1000"])
    print(server._process.pid if server else 0, other.pid, flush=True)
    time.sleep(1000)
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Nobody tidies up after who is killed; and PostgreSQL's own user has to get in."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="only Linux tells of a parent's end")
def test_what_a_killed_run_has_started_ends(open_folder: Path) -> None:
    """PostgreSQL with all its processes, though it runs as somebody else."""
    with subprocess.Popen(
        [sys.executable, "-c", STARTER],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": str(open_folder)},
    ) as starter:
        assert starter.stdout is not None
        pids = [int(pid) for pid in starter.stdout.readline().split()]
        started = [psutil.Process(pid) for pid in pids if pid]
        all_of_them = [each for one in started for each in (one, *one.children(recursive=True))]
        try:
            assert all(each.is_running() for each in all_of_them)
        finally:
            starter.send_signal(signal.SIGKILL)

    def gone(process: psutil.Process) -> bool:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE

    wait_until(lambda: all(map(gone, all_of_them)), "the end of what it has started")
