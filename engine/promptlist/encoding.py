"""Text from files of any origin: which encoding, and whether it is text at all."""

from __future__ import annotations

import codecs
import re

__all__ = ["NotText", "decode"]

_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",  # before UTF-16, whose mark it starts with
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


class NotText(ValueError):
    """The bytes are no text."""


def decode(data: bytes) -> tuple[str, str]:
    """The text and its encoding: by its byte order mark, else UTF-8, else Windows-1252.

    Raises NotText for what looks binary. A stray control character does not make it binary.
    """
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding), encoding
            except UnicodeDecodeError as error:
                raise NotText(str(error)) from error
    controls = len(_CONTROLS.findall(data)) / max(len(data), 1)
    try:
        if controls < 0.3:
            return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        if controls < 0.01:
            # A few bytes mean nothing in Windows-1252; they become the sign for a lost letter.
            return data.decode("cp1252", errors="replace"), "cp1252"
    raise NotText("too many control characters")
