"""How the tests are shared out between the workers of pytest-xdist, and how long a run is.

Tests of one file stay together, as they share its fixtures; so do those of a group in
``TOGETHER``. What takes longest begins first, or one worker would wait for it at the end.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).parents[1]
TOGETHER = {
    "models": ("tests/engine/musicgen",),
    "warm programs": ("tests/faults",),
    "Ceph's gateway": ("tests/engine/storage", "tests/engine/server/test_media.py"),
}
"""Files and folders by what their tests share, which each other worker would have to make again."""
FIRST = ("tests/engine/musicgen", "tests/faults", "tests/e2e", "tests/engine/sketch")
"""Folders that take longest, in the order in which they begin."""
SOAK = 10
"""How many times as often things are done with ``--soak``."""
COUNTED = "counted"
"""The property of a test (``record_property``) that stands in the summary of the run."""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


class Sharing(LoadScopeScheduling):
    """Gives a worker a file, or a group of ``TOGETHER``, at a time."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        groups = (name for name, places in TOGETHER.items() if within(file, *places))
        return next(groups, file)


def within(file: str, *places: str) -> bool:
    """Whether it is one of these files, or lies in one of these folders."""
    return any(file == place or file.startswith(f"{place}/") for place in places)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--soak",
        action="store_true",
        help=f"kills, faults and random examples in full numbers: {SOAK} times those of each run",
    )


def pytest_configure(config: pytest.Config) -> None:
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker and config.pluginmanager.has_plugin("cacheprovider"):
        # What compiles in tests does so outside of any lock (engine/compiling.py says why it must
        # not in the program), so each worker keeps its own.
        os.environ["NUMBA_CACHE_DIR"] = str(config.cache.mkdir(f"numba-{worker}"))
    config.option.loadscopereorder = False  # by the number of tests would not be by their time
    if config.getoption("--soak"):
        long = settings(max_examples=SOAK * settings.default.max_examples)
        settings.register_profile("soak", long)
        settings.load_profile("soak")


@pytest.fixture(scope="session")
def soak(pytestconfig: pytest.Config) -> int:
    """How many times as often as in each run a test shall do what it repeats: 1, or ``SOAK``."""
    return SOAK if pytestconfig.getoption("--soak") else 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def turn(item: pytest.Item) -> int:
        file = item.path.relative_to(ROOT).as_posix() if item.path.is_relative_to(ROOT) else ""
        return next((n for n, folder in enumerate(FIRST) if within(file, folder)), len(FIRST))

    items.sort(key=turn)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Sharing:
    return Sharing(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(specs: list[object]) -> None:
    """Each worker, and what it starts, computes on its share of the cores.

    Threads that wait for each other on a core that is not free do so for most of their time.
    """
    share = max(1, (os.cpu_count() or 1) // len(specs))
    for name in THREADS:
        os.environ.setdefault(name, str(share))
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, Any, Any]:
    """What a test printed or logged may be no text (a file's name); sent as it is, the run ends."""
    data = yield
    return sendable(data)


def sendable(data: Any) -> Any:
    """The same with escapes for what UTF-8 can't hold."""
    if isinstance(data, str):
        return data.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(data, dict):
        return {sendable(key): sendable(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return type(data)(map(sendable, data))
    return data


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests counted stands at the end, whichever worker ran them."""
    counted = sorted(
        str(text)
        for report in itertools.chain.from_iterable(terminalreporter.stats.values())
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, text in report.user_properties
        if name == COUNTED
    )
    if counted:
        terminalreporter.section("faults")
        for line in counted:
            terminalreporter.write_line(line)
