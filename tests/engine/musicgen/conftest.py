"""Checkpoints with random weights, made once for all tests of the session."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# The light set-up has no torch.
collect_ignore_glob = [] if importlib.util.find_spec("audiocraft") else ["test_*.py"]


@pytest.fixture(scope="package")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A hub's cache that holds the text encoder, and no network."""
    import torch
    from huggingface_hub import constants

    from tests.engine.musicgen.checkpoints import write_text_encoder

    torch.set_num_threads(1)  # tiny models gain nothing from more, and wait for them
    cache = tmp_path_factory.mktemp("hub")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(constants, "HF_HUB_CACHE", str(cache))
        patch.setattr(constants, "HF_HUB_OFFLINE", True)
        write_text_encoder(cache)
        yield cache


def _folder(shape: str, factory: pytest.TempPathFactory) -> Path:
    from tests.engine.musicgen import checkpoints

    folder = factory.mktemp("models") / shape.lower()
    return checkpoints.write_checkpoint(folder, getattr(checkpoints, shape))


@pytest.fixture(scope="package")
def tiny_folder(hub: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _folder("TINY", tmp_path_factory)


@pytest.fixture(scope="package")
def tiny(tiny_folder: Path) -> Any:
    from engine.generators.musicgen.checkpoint import load_checkpoint

    return load_checkpoint(tiny_folder)


@pytest.fixture(scope="package")
def melody_folder(hub: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _folder("MELODY", tmp_path_factory)


@pytest.fixture(scope="package")
def melody(melody_folder: Path) -> Any:
    """Follows melodies, and knows four seconds at once."""
    from engine.generators.musicgen.checkpoint import load_checkpoint

    return load_checkpoint(melody_folder)


@pytest.fixture(scope="package")
def stereo(hub: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    from engine.generators.musicgen.checkpoint import load_checkpoint

    return load_checkpoint(_folder("STEREO", tmp_path_factory))
