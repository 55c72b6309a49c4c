"""The engine's settings, of a command's options, the environment, and what the musician chose."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from app.paths import Paths
from app.settings import Settings
from engine.errors import InvalidRequest
from engine.request import problems_of

if TYPE_CHECKING:  # the first paint does not wait for it
    from engine.settings import EngineSettings

__all__ = ["engine_settings"]


def engine_settings(
    paths: Paths, chosen: Settings, *, precision: str | None = None, workspace: Path | None = None
) -> EngineSettings:
    """For the library of ``paths``, or for a queue of its own in the folder ``workspace``.

    An option wins over ``DGX_MUSIC_*`` in the environment, and that over the settings. Raises
    InvalidRequest for what can't be used.
    """
    from engine.settings import EngineSettings

    takes = paths.takes_for(chosen.takes_folder)
    try:
        return EngineSettings(
            data_folder=workspace / "data" if workspace else paths.data,
            takes_folder=workspace / "takes" if workspace else takes,
            cache_folder=workspace / "cache" if workspace else paths.cache,
            models_folder=paths.models,
            precision=precision or os.environ.get("DGX_MUSIC_PRECISION") or chosen.precision,  # type: ignore[arg-type]
        )
    except ValidationError as error:
        raise InvalidRequest(problems_of(error)) from error
