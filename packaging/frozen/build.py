"""Freeze the program into ``dist/``, and let it make a take there before anybody else does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import contents
import PyInstaller.__main__

SPEC = Path(__file__).with_name("studio.spec")
DIST = contents.ROOT / "dist"


def main() -> int:
    started = time.monotonic()
    PyInstaller.__main__.run(
        [
            *("--noconfirm", "--clean", "--log-level", "WARN"),
            *("--distpath", str(DIST), "--workpath", str(contents.ROOT / "build"), str(SPEC)),
        ]
    )
    folder = DIST / contents.FOLDER
    program = folder / (f"{contents.COMMAND}.exe" if os.name == "nt" else contents.COMMAND)
    take = first_take(program)
    size = sum(file.stat().st_size for file in folder.rglob("*") if not file.is_symlink())
    print(
        f"{DIST / contents.shown()}: {size / 1e6:.0f} MB, made in {time.monotonic() - started:.0f} "
        f"s; its first take has {take['duration']:g} s of music."
    )
    return 0


def first_take(program: Path) -> dict[str, object]:
    """What the frozen program makes of a prompt, far from this environment. Raises SystemExit."""
    # No variable of ours: it shall find nothing of what it was made from.
    kept = ("SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LANG", "LC_ALL")
    surroundings = {name: os.environ[name] for name in kept if name in os.environ}
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [str(program), "generate", "calm piano", "--duration", "4", "--json"],
            env={**surroundings, "DGX_MUSIC_HOME": home, "HOME": home},
            cwd=home,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        takes = json.loads(done.stdout)["takes"] if done.returncode == 0 else []
        if not takes or not Path(takes[0]["path"]).stat().st_size:
            raise SystemExit(f"The frozen program makes no take:\n{done.stdout}\n{done.stderr}")
    return dict(takes[0])


if __name__ == "__main__":
    sys.exit(main())
