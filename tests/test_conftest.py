"""What conftest promises: a test that leaves something behind, or hides a warning, fails.

And what a run through workers tells all the same: what was skipped, counted and passed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TESTS = """
import logging, os, threading
from pathlib import Path
import pytest
from PySide6.QtCore import qWarning
from PySide6.QtWidgets import QWidget

forever = threading.Event()

def test_thread(): threading.Thread(target=forever.wait, name="stray", daemon=True).start()

def test_window(qapp, request): request.config.stray = QWidget(); request.config.stray.show()

def test_log(): logging.getLogger("engine").warning("disk is odd")

@pytest.mark.logs("quite another thing")
def test_other_log(): logging.getLogger("engine").warning("disk is odd")

def test_qt(qapp): qWarning("layout is odd")

def test_coroutine():
    async def never_awaited(): pass
    never_awaited()

def test_good_thread(): threading.Thread(target=lambda: None).start()

def test_good_window(qtbot): widget = QWidget(); qtbot.addWidget(widget); widget.show()

@pytest.mark.logs("disk is .dd")
def test_good_log(): logging.getLogger("engine").warning("disk is odd")

@pytest.mark.logs("caf")
def test_good_name(): logging.getLogger("engine").warning("caf\\udce9.wav")

def test_good_count(record_property, soak): record_property("counted", f"{2 * soak} kills")

@pytest.mark.skip(reason="no GPU here")
def test_skipped(): pass

def test_good_home(tmp_path): assert Path(os.environ["DGX_MUSIC_HOME"]).parent == tmp_path
"""
COMPLAINTS = {
    "thread": "threads left running: stray",
    "window": "windows left open: QWidget",
    "log": "WARNING engine: disk is odd",
    "other_log": "WARNING engine: disk is odd",
    "qt": "layout is odd",
    "coroutine": "never awaited",
}


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What pytest says of TESTS under this conftest and these options."""
    folder = tmp_path_factory.mktemp("inner")
    conftest = (HERE / "conftest.py").read_text("utf-8")
    hurried = re.sub(r"THREAD_PATIENCE = .*", "THREAD_PATIENCE = 0.1", conftest)
    (folder / "conftest.py").write_text(hurried)
    (folder / "test_inner.py").write_text(TESTS)
    options = ["-c", HERE.parent / "pyproject.toml", "--rootdir", folder, "-p", "no:cacheprovider"]
    options += ["-n", "1", "--soak"]
    command = [sys.executable, "-m", "pytest", *options, folder]
    environment = os.environ | {"PYTHONPATH": str(HERE.parent)}  # for what conftest imports
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout


@pytest.mark.parametrize(("name", "complaint"), COMPLAINTS.items())
def test_what_is_left_behind_or_hidden_fails(summary: str, name: str, complaint: str) -> None:
    assert re.search(rf"^(FAILED|ERROR) test_inner.py::test_{name}\b", summary, re.MULTILINE)
    assert complaint in summary


def test_what_is_in_order_passes(summary: str) -> None:
    assert not re.search(r"^(FAILED|ERROR) .*test_good", summary, re.MULTILINE)
    assert re.search(r"\d+ passed", summary)


def test_what_was_skipped_and_counted_stands_at_the_end(summary: str) -> None:
    assert re.search(r"^SKIPPED \[1\] test_inner.py:\d+: no GPU here$", summary, re.MULTILINE)
    assert re.search(r"^=+ faults =+\n20 kills$", summary, re.MULTILINE)
    assert re.search(r"^=+ .*\d+ passed, 1 skipped.* in [\d.]+s", summary.splitlines()[-1])
