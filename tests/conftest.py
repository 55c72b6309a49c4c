"""What holds for every test: no screen, a home of its own, and silence.

A test fails when it leaves a thread or a widget behind, when a warning is logged that it did not
announce with ``@pytest.mark.logs("pattern")``, or when Qt warns (pytest-qt does that).
"""

from __future__ import annotations

import os
import signal

# A library of each test would else hold two megabytes back; tests of that say how many.
os.environ["DGX_MUSIC_DISK_RESERVE"] = "4096"
# Before anything imports Qt. End-to-end tests start programs of their own under a real X server.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from pytestqt.qtbot import QtBot

if TYPE_CHECKING:
    from tests.buckets import S3Server
    from tests.postgres import Postgres

# How long anything takes says more of the machine than of what is tested.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("here"), derandomize=True)
"""The same examples in each run."""
settings.load_profile("ci" if os.environ.get("CI") else "here")

# A run that a script starts beside itself has Ctrl+C ignored, and would hand that on to what it
# starts: so programs that tests send it to would never hear of it.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

pytest_plugins = ("tests.workers", "tests.hosts")

THREAD_PATIENCE = 30.0
"""Seconds that a thread gets to end by itself after its test."""
NEVER = 60_000
"""Milliseconds until something that a window should do counts as never."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--screenshots", type=Path, metavar="FOLDER", help="keep the pictures that tests take here"
    )


@pytest.fixture(autouse=True)
def music_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that holds this test's data, cache, logs and settings."""
    home = tmp_path / "home"
    monkeypatch.setenv("DGX_MUSIC_HOME", str(home))
    return home


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> QtBot:
    """pytest-qt's, which by itself gives up after five seconds: a busy machine takes as long for
    what takes it half a second at other times."""
    bot = QtBot(request)
    for wait in ("waitSignal", "waitSignals", "waitUntil", "waitExposed"):
        setattr(bot, wait, partial(getattr(bot, wait), timeout=NEVER))
    return bot


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL of this test process's own; each test asks it for a new database."""
    from tests.postgres import running_postgres  # here: most tests need none

    with running_postgres() as server:
        if server is None:
            pytest.skip("PostgreSQL is not installed")
        yield server


@pytest.fixture(scope="session")
def moto() -> Iterator[S3Server]:
    """A quick S3 server, for all tests of this process."""
    from tests.buckets import moto_running  # here: most tests need no boto3

    with moto_running() as server:
        yield server


@pytest.fixture(scope="session")
def rgw() -> Iterator[S3Server]:
    """A strict one, which takes its time to start."""
    from tests.rgw import installed, rgw_running

    if not installed():
        pytest.skip("Ceph's gateway is not installed")
    with TemporaryDirectory(prefix="rgw") as folder, rgw_running(Path(folder)) as server:
        yield server


@pytest.fixture(autouse=True)
def _no_surprising_logs(
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> Iterator[None]:
    yield
    expected = [re.compile(marker.args[0]) for marker in request.node.iter_markers("logs")]
    surprising = [
        f"{record.levelname} {record.name}: {record.getMessage()}"
        for phase in ("setup", "call")
        for record in caplog.get_records(phase)
        if record.levelno >= logging.WARNING
        and not any(pattern.search(record.getMessage()) for pattern in expected)
    ]
    if surprising:
        pytest.fail("unexpected log records:\n" + "\n".join(surprising), pytrace=False)


@pytest.fixture(autouse=True)
def _no_leaked_threads(request: pytest.FixtureRequest) -> Iterator[None]:
    if "threads_of_the_module" in request.fixturenames:
        yield
    else:
        with _threads_ending():
            yield


@pytest.fixture(scope="module")
def threads_of_the_module() -> Iterator[None]:
    """For who shares a server between the tests of a module: its threads end with that."""
    with _threads_ending():
        yield


@contextmanager
def _threads_ending() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    leaked = []
    for thread in set(threading.enumerate()) - before:
        thread.join(THREAD_PATIENCE)
        if thread.is_alive():
            leaked.append(thread.name)
    if leaked:
        pytest.fail(f"threads left running: {', '.join(sorted(leaked))}", pytrace=False)


@pytest.fixture(autouse=True)
def _no_leaked_windows() -> Iterator[None]:
    """A test closes the windows it opened, or hands them to ``qtbot.addWidget``."""
    yield
    from PySide6.QtWidgets import QApplication  # here: tests of the engine need no Qt

    if not isinstance(QApplication.instance(), QApplication):
        return
    visible = [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
    for widget in visible:
        widget.hide()
    if visible:
        names = ", ".join(f"{type(widget).__name__}" for widget in visible)
        pytest.fail(f"windows left open: {names}", pytrace=False)
