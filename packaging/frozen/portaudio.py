"""Before the frozen program starts: sounddevice finds the PortAudio that came with it.

It asks the system where that library is, and the system knows nothing of this folder.
"""

import ctypes.util
import sys
from pathlib import Path

_own = next(Path(getattr(sys, "_MEIPASS", ".")).glob("libportaudio.*"), None)
_elsewhere = ctypes.util.find_library


def _find_library(name: str) -> str | None:
    return str(_own) if name == "portaudio" else _elsewhere(name)


if _own is not None:
    ctypes.util.find_library = _find_library
