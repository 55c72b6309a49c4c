"""Looks at audio from outside before anything here relies on it: in a child with little to spend.

A small file can hold hours, and a decoder can have bugs. The child counts what it decodes, block
by block, and its time and memory are limited.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from engine.audio.files import AudioInfo
from engine.errors import AudioError
from engine.processes import child_command, unseen

__all__ = ["main", "weigh"]

PATIENCE = 60.0
"""Seconds for one file."""
CPU_SECONDS = 30
MEMORY = 2 * 2**30
CHANNELS = 8
BLOCK = 65_536


async def weigh(path: Path, max_seconds: float) -> AudioInfo:
    """What the file really holds. Raises AudioError for what is no audio, broken, or too long."""
    child = await asyncio.create_subprocess_exec(
        *child_command("engine.server.weighing"),
        str(path),
        str(max_seconds),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        creationflags=unseen(),
    )
    try:
        async with asyncio.timeout(PATIENCE):
            answer, _ = await child.communicate()
    finally:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    try:
        found = json.loads(answer)
    except ValueError:
        raise AudioError("This file can't be read as audio.") from None
    if "refused" in found:
        raise AudioError(found["refused"])
    return AudioInfo(**found)


def main(arguments: Sequence[str]) -> None:
    """The child: path and longest seconds; prints one JSON object."""
    _spend_little()
    _weigh(Path(arguments[0]), float(arguments[1]))


def _weigh(path: Path, max_seconds: float) -> None:
    import soundfile as sf

    from engine.audio.files import probe

    try:
        info = probe(path)
        if info.duration > max_seconds:
            raise AudioError(f"This file is longer than {max_seconds:g} seconds.")
        if info.channels > CHANNELS:
            raise AudioError(f"This file has more than {CHANNELS} channels.")
        frames = 0
        with sf.SoundFile(path) as file:
            for block in file.blocks(BLOCK, dtype="float32"):
                frames += len(block)
                if frames > max_seconds * info.sample_rate:
                    raise AudioError(f"This file is longer than {max_seconds:g} seconds.")
    except (AudioError, sf.LibsndfileError) as error:
        message = error.message if isinstance(error, AudioError) else ""
        # Its name here says nothing to who sent it.
        text = message.replace(f"“{path.name}”", "This file")
        sys.stdout.write(json.dumps({"refused": text or "This file can't be read as audio."}))
        return
    answer = {
        "frames": frames,
        "sample_rate": info.sample_rate,
        "channels": info.channels,
        "format": info.format,
    }
    sys.stdout.write(json.dumps(answer))


def _spend_little() -> None:
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main(sys.argv[1:])
