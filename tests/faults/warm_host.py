"""The nursery of hosts that grow MusicGen takes; see ``tests/nursery.py``.

Importing torch and audiocraft takes ten seconds of work, and every death of a host asks for it
again.

    python warm_host.py serve SOCKET MODELS    writes the models' files, and forks hosts until its
                                               input ends
"""

from __future__ import annotations

import os
import socket
import sys
from dataclasses import replace
from pathlib import Path

from tests import nursery


def serve(path: str, models: Path) -> None:
    from engine.audio.analysis import get_ready
    from engine.generators.musicgen import loading  # noqa: F401 - what takes so long
    from engine.host import loop  # noqa: F401
    from tests.engine.musicgen import checkpoints

    # In a process of its own: one that has computed in parallel can't be forked any more.
    if (writer := os.fork()) == 0:
        checkpoints.write_text_encoder(models)
        checkpoints.write_checkpoint(models / "tiny", replace(checkpoints.TINY, segment=4.0))
        os._exit(0)
    os.waitpid(writer, 0)
    get_ready()
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen()
        nursery.fork_for_ever(door, nursery.live_as_host)


if __name__ == "__main__":
    serve(sys.argv[-2], Path(sys.argv[-1]))
