"""The limit of open files: raised as far as the system allows, and told when that is little."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("resource")

SCRIPT = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (64, {hard}))
from engine.open_files import open_files, raise_limit
expected = open_files()
print(expected, raise_limit(), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


@pytest.mark.parametrize(("hard", "allowed"), [(64, 64), (200, 200)])
def test_the_limit_is_raised_to_what_the_system_allows(hard: int, allowed: int) -> None:
    """In a process of its own: a limit that was lowered stays low."""
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(hard=hard)], capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == [str(allowed)] * 3
