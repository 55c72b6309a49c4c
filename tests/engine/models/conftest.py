"""A hub with one small model on it, and an empty folder for it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from engine.dispatch.retry import RetryPolicy
from engine.models.catalogue import Model, find
from engine.models.download import Download
from engine.models.folder import ModelFolder
from tests.hub import Hub

SMALL = "facebook/musicgen-small"
MEDIUM = "facebook/musicgen-medium"

MakeDownload = Callable[..., Download]


def noise(size: int, seed: int = 0) -> bytes:
    return random.Random(seed).randbytes(size)


STATE = noise(900_000, 1)
CODEC = noise(1_100_000, 2)
TEXT_MODEL = noise(200_000, 3)
MODEL_FILES = {"state_dict.bin": STATE, "compression_state_dict.bin": CODEC}
TEXT_FILES = {
    "config.json": b"{}",
    "model.safetensors": TEXT_MODEL,
    "spiece.model": noise(500, 4),
    "tokenizer.json": b"{ }",
    "rust_model.ot": b"not wanted",
}
TOTAL = len(STATE) + len(CODEC) + len(TEXT_MODEL) + 2 + 500 + 3
"""Bytes of all that the model needs."""
LARGE = len(STATE) + len(CODEC) + len(TEXT_MODEL)
"""Bytes of its large files."""


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as hub:
        hub.put(SMALL, {**MODEL_FILES, "README.md": b"# MusicGen"})
        hub.put(MEDIUM, {**MODEL_FILES, "state_dict.bin": noise(40_000, 5)})
        hub.put("t5-base", TEXT_FILES)
        yield hub


@pytest.fixture
def folder(tmp_path: Path) -> ModelFolder:
    return ModelFolder(tmp_path / "models")


@pytest.fixture
def small() -> Model:
    return find(SMALL)


@pytest.fixture
def download(hub: Hub, folder: ModelFolder, small: Model) -> MakeDownload:
    """Makes a download from the hub that tries again without waiting."""

    def make(model: Model = small, **options: object) -> Download:
        usual = {
            "licence_seen": True,
            "endpoint": hub.endpoint,
            "policy": RetryPolicy(delay=0.0),
        }
        return Download(model, folder, **{**usual, **options})  # type: ignore[arg-type]

    return make


def growing_part(root: Path, at_least: int) -> Path:
    """The part under way, once so many bytes of it are on the disk."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(FileNotFoundError):  # one was put in its place just now
            for path in root.rglob("parts/*"):
                if path.stat().st_size >= at_least:
                    return path
        time.sleep(0.01)
    raise AssertionError(f"no part of {at_least} bytes")


def content(path: Path) -> dict[str, bytes]:
    """A folder's files and their bytes."""
    return {
        str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()
    }
