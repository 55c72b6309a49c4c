"""Where things are on this computer: data, takes, cache, logs, settings.

The operating system's own places, by platformdirs; ``DGX_MUSIC_HOME`` puts everything into one
folder instead, and ``DGX_MUSIC_DATA_FOLDER``, ``_TAKES_FOLDER``, ``_CACHE_FOLDER`` and
``_MODELS_FOLDER`` one of them elsewhere.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

import platformdirs

__all__ = ["Paths", "named_folder"]

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
        """Downloaded models."""
        return named_folder("models") or self.data / "models"

    def takes_for(self, chosen: Path | None) -> Path:
        """Where takes go when the settings say ``chosen``; the environment has the first word."""
        return named_folder("takes") or chosen or self.takes

    @classmethod
    def find(cls) -> Paths:
        """The folders of this user; nothing is created yet."""
        usual = cls._usual()
        return replace(
            usual,
            data=named_folder("data") or usual.data,
            takes=usual.takes_for(None),
            cache=named_folder("cache") or usual.cache,
        )

    @classmethod
    def _usual(cls) -> Paths:
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


def named_folder(which: str) -> Path | None:
    """The one for ``which`` that the environment names."""
    folder = os.environ.get(f"DGX_MUSIC_{which.upper()}_FOLDER")
    return Path(folder).expanduser().absolute() if folder else None
