"""An engine with a MusicGen of its own: the small model's full shape with random weights."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from app.engine_thread import EngineThread
from engine.jobs import Change
from engine.local import LocalEngine
from engine.settings import EngineSettings

__all__ = ["QUICK", "musicgen"]

QUICK = "DGX_MUSIC_BENCH_QUICK" in os.environ
"""The tiny shape does, to try a benchmark rather than to measure."""


@contextmanager
def musicgen(hear: Callable[[Sequence[Change]], None]) -> Iterator[tuple[EngineThread, str]]:
    """A running engine, from queue to saved files, and the name of its model; ``hear`` gets what
    changes, on the engine's thread."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Before the import, which reads them.
        os.environ |= {"HF_HUB_OFFLINE": "1", "HF_HUB_CACHE": str(folder / "models")}
        from tests.engine.musicgen import checkpoints

        checkpoints.write_text_encoder(folder / "models")
        shape = checkpoints.TINY if QUICK else checkpoints.SMALL
        model = str(checkpoints.write_checkpoint(folder / "model", shape))
        settings = EngineSettings(
            data_folder=folder / "data",
            takes_folder=folder / "takes",
            cache_folder=folder / "cache",
            models_folder=folder / "models",
        )
        engine = EngineThread(lambda feed: LocalEngine(settings, feed))
        engine.listen(hear, lambda _: None, lambda _: None)
        engine.start()
        try:
            yield engine, model
        finally:
            engine.stop()
