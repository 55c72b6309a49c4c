"""Entry point of the host process: ``python -m engine.host``.

Standard input brings commands, standard output carries events, standard error the log. The host
ends at once when its input closes: whoever started it is gone.
"""

from __future__ import annotations

import argparse
import logging
import math
import os
import queue
import sys
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO, NoReturn

from engine.host.protocol import Command, Event, Ready, decode_command, encode
from engine.log_context import log_to_stderr
from engine.processes import step_back

__all__ = ["main"]

log = logging.getLogger("engine.host")


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    parser = argparse.ArgumentParser(prog="engine.host")
    parser.add_argument("--generator", action="append", default=[], metavar="NAME=MODULE:CLASS")
    parser.add_argument("--models", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--unload-after", type=float, default=math.inf, metavar="SECONDS")
    options = parser.parse_args(arguments)
    # Before any of the hub's libraries is imported: what is not in the folder is not fetched now.
    os.environ |= {"HF_HUB_CACHE": str(options.models), "HF_HUB_OFFLINE": "1"}
    # Threads of torch that wait for work else keep a core busy, which the window and the decoder
    # want: on a busy computer the host took longer by a multiple.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # So do numpy's, for products that are small: measuring a take was five times as long with two.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    more = dict(item.split("=", 1) for item in options.generator)
    log_to_stderr()
    step_back()
    events = _private_stdout()
    commands: queue.Queue[Command] = queue.Queue()
    threading.Thread(target=_read, args=(sys.stdin.buffer, commands), daemon=True).start()

    def send(event: Event) -> None:
        events.write(encode(event))
        events.flush()

    try:
        send(Ready(pid=os.getpid()))
        # Only now: the audio libraries take their time, and the window need not wait for them.
        from engine.generators.registry import BUILT_IN, ModelOptions, find_generator
        from engine.host.loop import HostLoop

        known = {**BUILT_IN, **more}
        how = ModelOptions(options.models, options.precision)
        find = partial(find_generator, options=how, known=known)
        HostLoop(commands, send, find, options.unload_after).run()
    except BrokenPipeError:
        log.info("the dispatcher is gone")
    # At once: the thread that reads the input would hold up the interpreter's orderly end.
    os._exit(0)


def _private_stdout() -> BinaryIO:
    """Keep the real standard output for events; whatever else prints, prints to the log."""
    events = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return events


def _read(source: BinaryIO, commands: queue.Queue[Command]) -> None:
    for line in source:
        command = decode_command(line)
        if command is None:
            log.error("not a command: %r", line[:200])
        else:
            commands.put(command)
    os._exit(0)


if __name__ == "__main__":
    main()
