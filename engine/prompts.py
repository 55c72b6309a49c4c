"""Prompt templates: ``{calm|tense} piano, {90|120} bpm`` stands for four prompts.

A group in braces lists alternatives, which may be empty and may hold groups themselves. Braces
without a partner, and bars outside of groups, are ordinary characters.
"""

from __future__ import annotations

import re

from engine.errors import InvalidRequest, Problem
from engine.limits import MAX_PROMPT

__all__ = ["count", "expand"]

_MARK = re.compile(r"([{|}])")


def expand(text: str, limit: int = 10_000) -> list[str]:
    """All prompts that ``text`` stands for, each once; the first group varies slowest.

    Runs of white space become one space. Raises InvalidRequest when the groups combine to more
    than ``limit`` prompts, or to one that no request would take.

    >>> expand("{calm|tense} piano, {90|120} bpm")[1]
    'calm piano, 120 bpm'
    """
    pieces = _pieces(text)
    total, longest = _measure(pieces)
    if total > limit:
        message = f"stands for more than {limit:,} prompts; use fewer alternatives"
        raise InvalidRequest((Problem("prompt", message),))
    # Where an empty alternative leaves two spaces, they become one: half of it might be spaces.
    if longest > 2 * MAX_PROMPT:
        message = f"is too long: at most {MAX_PROMPT:,} characters"
        raise InvalidRequest((Problem("prompt", message),))

    # One frame for each open group: its finished alternatives, and the one being read. Each is
    # the list of texts that it stands for. No recursion: nesting may be as deep as the text.
    frames: list[tuple[list[str], list[str]]] = [([], [""])]
    for piece, is_mark in pieces:
        if not is_mark:
            _append(frames, [piece])
        elif piece == "{":
            frames.append(([], [""]))
        else:
            done, current = frames.pop()
            done.extend(current)
            if piece == "|":
                frames.append((done, [""]))
            else:
                _append(frames, done)
    prompts = frames[0][1]
    return list(dict.fromkeys(" ".join(prompt.split()) for prompt in prompts))


def count(text: str) -> int:
    """How many combinations ``text`` stands for, without building them.

    ``expand`` gives that many prompts, or fewer where several read the same.
    """
    return _measure(_pieces(text))[0]


def _append(frames: list[tuple[list[str], list[str]]], endings: list[str]) -> None:
    done, current = frames.pop()
    frames.append((done, [start + ending for start in current for ending in endings]))


def _measure(pieces: list[tuple[str, bool]]) -> tuple[int, int]:
    """The number of combinations, and the length of the longest in characters."""
    frames: list[list[tuple[int, int]]] = [[(1, 0)]]
    for piece, is_mark in pieces:
        if is_mark and piece == "{":
            frames.append([(1, 0)])
        elif is_mark and piece == "|":
            frames[-1].append((1, 0))
        else:
            group = frames.pop() if is_mark else [(1, len(piece))]
            number = sum(number for number, _ in group)
            length = max(length for _, length in group)
            before, width = frames[-1][-1]
            frames[-1][-1] = (before * number, width + length)
    return frames[0][0]


def _pieces(text: str) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is a mark: a brace with a partner, or a bar
    directly inside of such braces."""
    pieces = [piece for piece in _MARK.split(" ".join(text.split())) if piece]
    marks: set[int] = set()
    open_groups: list[list[int]] = []  # the marks of each group that is not closed yet
    for index, piece in enumerate(pieces):
        if piece == "{":
            open_groups.append([index])
        elif piece == "|" and open_groups:
            open_groups[-1].append(index)
        elif piece == "}" and open_groups:
            marks.update(open_groups.pop(), (index,))
    return [(piece, index in marks) for index, piece in enumerate(pieces)]
