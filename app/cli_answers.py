"""How every command answers: its exit status, and JSON for programs."""

from __future__ import annotations

import json
from typing import Annotated

import typer

__all__ = ["BAD_INPUT", "DONE", "FAILED", "INTERRUPTED", "Json", "as_text", "print_json"]

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
"""The last is what shells know Ctrl+C by."""

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def as_text(answer: object) -> str:
    """As JSON that people can read, too: in lines, and in the letters of any language."""
    return json.dumps(answer, ensure_ascii=False, indent=2)


def print_json(answer: object) -> None:
    typer.echo(as_text(answer))
