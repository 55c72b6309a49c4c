"""How every command answers: its exit status, JSON for programs, and what asks it to end."""

from __future__ import annotations

import json
import signal
from typing import Annotated

import typer

__all__ = [
    "BAD_INPUT", "DONE", "FAILED", "INTERRUPTED", "Json", "as_text", "end_when_asked", "print_json",
]  # fmt: skip

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
"""The last is what shells know Ctrl+C by."""

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def as_text(answer: object) -> str:
    """As JSON that people can read, too: in lines, and in the letters of any language."""
    return json.dumps(answer, ensure_ascii=False, indent=2)


def print_json(answer: object) -> None:
    typer.echo(as_text(answer))


def end_when_asked() -> None:
    """Let SIGTERM be the same as Ctrl+C, from now on."""

    def end(*_: object) -> None:
        # What a script starts beside itself has Ctrl+C ignored, and still is to end.
        if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.raise_signal(signal.SIGINT)

    signal.signal(signal.SIGTERM, end)
