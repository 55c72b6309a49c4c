"""The program's log takes whatever there is to tell."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.journal import start_journal


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield root
    for handler in set(root.handlers) - set(handlers):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


def test_names_that_are_no_text_are_logged_too(tmp_path: Path, root: logging.Logger) -> None:
    """As of a file that another system named, in its own encoding."""
    journal = start_journal(tmp_path)
    assert journal is not None
    logging.getLogger("engine").info("left alone: %s", "caf\udce9.wav")
    (line,) = journal.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["message"] == "left alone: caf\udce9.wav"
