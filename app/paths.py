"""Where things are on this computer: data, takes, cache, logs, settings.

The operating system's own places, by platformdirs; ``DGX_MUSIC_HOME`` puts everything into one
folder instead.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

__all__ = ["Paths"]

APP = "dgx-music-studio"


@dataclass(frozen=True, slots=True)
class Paths:
    data: Path
    """The library's database."""
    takes: Path
    """Finished takes, unless the settings say otherwise."""
    cache: Path
    """Peaks, previews, checkpoints; may be deleted while the program is closed."""
    logs: Path
    config: Path
    """The settings file."""

    @property
    def models(self) -> Path:
        """Downloaded models; ``DGX_MUSIC_MODELS_FOLDER`` puts them elsewhere."""
        elsewhere = os.environ.get("DGX_MUSIC_MODELS_FOLDER")
        return Path(elsewhere).expanduser().absolute() if elsewhere else self.data / "models"

    @classmethod
    def find(cls) -> Paths:
        """The folders of this user; nothing is created yet."""
        home = os.environ.get("DGX_MUSIC_HOME")
        if home:
            root = Path(home).expanduser().absolute()
            return cls(
                root / "data", root / "takes", root / "cache", root / "logs", root / "config"
            )
        dirs = platformdirs.PlatformDirs(APP, appauthor=False)
        return cls(
            data=dirs.user_data_path,
            takes=dirs.user_music_path / "DGX Music Studio",
            cache=dirs.user_cache_path,
            logs=dirs.user_log_path,
            config=dirs.user_config_path,
        )
