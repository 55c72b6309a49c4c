"""The modules of packaging/ import each other by their bare names, as scripts beside each other."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging"))
