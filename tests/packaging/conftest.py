"""The modules of packaging/ import each other by their bare names, as scripts beside each other."""

import sys
from pathlib import Path

_PACKAGING = Path(__file__).resolve().parents[2] / "packaging"
sys.path[:0] = [str(_PACKAGING), str(_PACKAGING / "frozen")]
