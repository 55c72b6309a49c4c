"""What libsndfile leaves out of WAV files: where their sound ends, and the tempo of a loop."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import BinaryIO

__all__ = ["add_loop_chunk", "sound_end"]

_NOTES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_ROOT_IS_SET = 0x02
_MAY_STRETCH = 0x04


def sound_end(file: BinaryIO) -> int:
    """Byte at which the samples of a WAV file end by its own word; 0 where it does not say."""
    at = 12
    while True:
        file.seek(at)
        name, length = file.read(4), int.from_bytes(file.read(4), "little")
        if not name or (name == b"data" and length == 0xFFFFFFFF):  # a stream of unknown length
            return 0
        if name == b"data":
            return at + 8 + length
        at += 8 + length + length % 2


def add_loop_chunk(
    path: Path, seconds: float, tempo: float, beats_per_bar: int, key: str | None
) -> None:
    """Tell music programs the beats of a loop, so that it falls into a project's tempo.

    The "acid" chunk, which ACID began and most programs read. Raises OSError.
    """
    root = _root(key)
    chunk = struct.pack(
        "<4sIIHHfIHHf",
        b"acid",
        24,
        _MAY_STRETCH | (0 if root is None else _ROOT_IS_SET),
        60 if root is None else root,
        0x8000,  # unknown, and always so
        0.0,
        round(seconds * tempo / 60),
        4,
        beats_per_bar,
        tempo,
    )
    with path.open("rb+") as file:
        end = file.seek(0, 2)
        file.write(b"\0" * (end % 2) + chunk)
        file.seek(4)
        file.write((end + end % 2 + len(chunk) - 8).to_bytes(4, "little"))


def _root(key: str | None) -> int | None:
    """The tonic's MIDI note around middle C: "D minor" is 62."""
    match = re.match(r"([A-G])([#b]?)(?= )", key or "")
    if match is None:
        return None
    return 60 + _NOTES[match[1]] + {"#": 1, "b": -1, "": 0}[match[2]]
