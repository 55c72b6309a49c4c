"""A sound card that writes what it plays to a file, sample for sample."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["SoundCard"]

# No clock behind it: a second plays in milliseconds. Right for "the right samples came out", wrong
# for positions and pauses.
_CONFIG = """
pcm.!default {{ type plug slave.pcm "tofile" }}
pcm.tofile {{ type file slave.pcm "nowhere" file "{path}" format "raw" }}
pcm.nowhere {{ type null }}
ctl.!default {{ type null }}
"""


@dataclass(frozen=True, slots=True)
class SoundCard:
    """ALSA's only device, writing to ``path`` the float32 frames that a program plays."""

    path: Path
    config: Path

    @classmethod
    def in_folder(cls, folder: Path) -> SoundCard:
        folder.mkdir(parents=True, exist_ok=True)
        card = cls(folder / "played.raw", folder / "alsa.conf")
        card.config.write_text(_CONFIG.format(path=card.path))
        return card

    @property
    def environment(self) -> dict[str, str]:
        return {"ALSA_CONFIG_PATH": str(self.config)}

    def played(self, channels: int = 2) -> NDArray[np.float32]:
        """All frames so far, shape (frames, channels)."""
        if not self.path.exists():
            return np.zeros((0, channels), np.float32)
        samples = np.fromfile(self.path, np.float32)
        return samples[: len(samples) // channels * channels].reshape(-1, channels)
