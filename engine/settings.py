"""Settings of the engine, typed once; ``DGX_MUSIC_*`` in the environment overrides each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from engine.limits import Precision

__all__ = ["EngineSettings"]


class EngineSettings(BaseSettings):
    """Where things are kept and how patient the queue is.

    >>> EngineSettings(data_folder=folder, takes_folder=folder / "takes")
    """

    model_config = SettingsConfigDict(env_prefix="DGX_MUSIC_", frozen=True, extra="ignore")

    data_folder: Path
    """The database, its backups and the instance lock."""
    takes_folder: Path
    """Where finished takes are written."""
    cache_folder: Path
    """Previews and checkpoints; may be emptied while nothing runs."""

    models_folder: Path | None = None
    """Where models live; None: a folder beside the database."""
    precision: Precision = "auto"

    max_retries: Annotated[int, Field(ge=0)] = 3
    """Tries after the first one, for what can get better."""
    retry_delay: Annotated[float, Field(ge=0)] = 1.0
    """Seconds before the first retry; doubles with each."""
    worker_timeout: Annotated[float, Field(gt=0)] = 120.0
    """A host silent for this many seconds while it has work is ended and its jobs resumed."""
    unload_after: Annotated[float, Field(gt=0)] = 600.0
    """Seconds without work until a heavy model gives its memory back."""
    free_space_floor: Annotated[int, Field(ge=0)] = 200 * 2**20
    """Bytes of free disk below which no new take is begun."""
    disk_reserve: Annotated[int, Field(ge=0)] = 2 * 2**20
    """Bytes beside SQLite's database that are given up when the disk is full; 0: none."""
    trash_days: Annotated[int, Field(ge=0)] = 30
    """Deleted takes are kept this long."""

    generators: dict[str, str] = {}
    """Generators beside the built-in ones: model name to "module:class"."""

    @property
    def database(self) -> Path:
        return self.data_folder / "studio.db"

    @property
    def models(self) -> Path:
        return self.models_folder or self.data_folder / "models"
