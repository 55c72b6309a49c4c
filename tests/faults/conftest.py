"""What the fault suite shares: its counts in the summary, small disks, and a look from outside."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from engine.jobs import Job, Order
from engine.settings import EngineSettings
from engine.store.opening import open_database
from engine.store.store import Store
from tests.engine.conftest import SCRIPTED
from tests.workers import COUNTED

if TYPE_CHECKING:
    from tests.buckets import S3Server
    from tests.faults.clustered import Stage
    from tests.postgres import Postgres

RESERVE = 2 * 2**20
"""Bytes; in other tests libraries hold less back."""

# The light set-up has no torch.
collect_ignore_glob = [] if importlib.util.find_spec("audiocraft") else ["test_musicgen*.py"]


@pytest.fixture
def state(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Say what was counted: it stands in the summary of the test run."""
    return partial(record_property, COUNTED)


@pytest.fixture
def settings(tmp_path: Path) -> EngineSettings:
    return EngineSettings(
        data_folder=tmp_path / "data",
        takes_folder=tmp_path / "takes",
        cache_folder=tmp_path / "cache",
        retry_delay=0.01,
        generators=SCRIPTED,
    )


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 16 MB of its own, for tests that fill it. Only root may mount one."""
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("only root can mount a disk to fill it")
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "none", folder], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def fill(file: Path) -> None:
    """To the last byte of the disk."""
    with file.open("wb", buffering=0) as ballast, suppress(OSError):
        while True:
            ballast.write(bytes(4096))


@pytest.fixture(scope="session")
def safe_postgres() -> Iterator[Postgres]:
    """What is committed there outlives an immediate stop."""
    from tests.postgres import running_postgres

    with running_postgres(safe=True) as server:
        if server is None:
            pytest.skip("PostgreSQL is not installed")
        yield server


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[psutil.Process]:
    """Forks programs whose libraries are there already."""
    from tests.faults.lives import nursery

    with nursery(tmp_path_factory.mktemp("nursery")) as process:
        yield process


@pytest.fixture
def stage(tmp_path: Path, safe_postgres: Postgres, moto: S3Server, warm: psutil.Process) -> Stage:
    """For a cluster of this test's own."""
    from tests.balancer import NGINX
    from tests.faults.clustered import Stage

    if NGINX is None:
        pytest.skip("nginx is not installed")
    return Stage(tmp_path, safe_postgres, moto, warm)


class Library:
    """A library on disk, looked at from outside while no program, or another one, has it open."""

    def __init__(self, home: Path) -> None:
        self.database = home / "data" / "studio.db"
        self.takes = home / "takes"

    def submit(self, orders: list[Order]) -> list[Job]:
        """Queue jobs while no program has it open."""
        self.database.parent.mkdir(parents=True, exist_ok=True)
        database = open_database(self.database).database
        jobs = Store(database).submit(orders)
        database.close()
        return jobs

    def statuses(self) -> Counter[str]:
        with closing(self._connect()) as rows:
            return Counter(row[0] for row in rows.execute("SELECT status FROM jobs"))

    def unfinished(self) -> int:
        found = self.statuses()
        return found["pending"] + found["processing"]

    def check(self) -> Counter[str]:
        """Hold rows and files against each other; returns how many of what there are."""
        with closing(self._connect()) as rows:
            takes = dict(rows.execute("SELECT path, sha256 FROM takes"))
            completed = rows.execute("SELECT count(*) FROM jobs WHERE status = 'completed'")
            (done,) = completed.fetchone()
            (owners,) = rows.execute("SELECT count(DISTINCT job_id) FROM takes").fetchone()
        files = {str(path) for path in self.takes.iterdir()}
        audio = {name for name in files if not name.endswith(".mid")}
        assert len(takes) == owners == done, "each completed job has exactly one take"
        assert audio == set(takes), "each take has its file, and there is no other file"
        for path, sha256 in takes.items():
            assert hashlib.sha256(Path(path).read_bytes()).hexdigest() == sha256, "no half take"
        assert not [name for name in files if ".part" in name], "no temporary file stays"
        return Counter(takes=len(takes)) + self.statuses()

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30)
