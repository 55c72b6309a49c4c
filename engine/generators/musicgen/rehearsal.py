"""What a model needs on this computer, tried at loading with steps and sound that nobody hears."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from itertools import pairwise
from statistics import median
from typing import Any

import torch

from engine.errors import OutOfMemory
from engine.generators.base import Samples, TriedStep
from engine.generators.musicgen.codec import Codec
from engine.generators.musicgen.conditions import Conditions
from engine.generators.musicgen.decoder import Decoder
from engine.generators.musicgen.song import Shape
from engine.generators.musicgen.stream import PIECE

__all__ = ["try_sound", "try_steps"]

log = logging.getLogger(__name__)

ROUNDS = 7
"""Of steps; the first one pays for what is done once, and does not count."""
PATIENCE = 1.0
"""Seconds after which no further round begins, if one counts already."""
COMPANY = 4
"""Takes at once, to tell what one more costs."""
PIECES = 3
"""Of sound."""


def try_steps(
    decoder: Decoder[Any], conditions: Conditions, shape: Shape, company: int = COMPANY
) -> tuple[TriedStep, ...]:
    """Steps of one take that has just begun, of some together, and of one that is half as long as
    the model hears.

    ``company``: takes of full length that there is memory for, which this does not exceed; none are
    tried where there is none. They take turns, so that what else the computer does slows all alike.
    """
    if company < 1:
        return ()
    rows: list[Any] = []
    tokens = torch.zeros(len(shape.delays), 1, dtype=torch.long)
    past = shape.longest // 2
    try:
        rows += [decoder.open(conditions) for _ in range(1 + min(COMPANY, company))]
        far, *near = rows
        decoder.logits([far], [tokens])
        far.skip(past)
        ways = [(near[:1], 0), (near, 0), ([far], past)]
        taken: list[list[float]] = [[] for _ in ways]
        begun = time.perf_counter()
        for number in range(ROUNDS):
            if number > 1 and time.perf_counter() - begun > PATIENCE:
                break
            for (own, _), seconds in zip(ways, taken, strict=True):
                before = time.perf_counter()
                decoder.logits(own, [tokens] * len(own))
                seconds.append(time.perf_counter() - before)
    except OutOfMemory as error:
        log.info("steps were not rehearsed: %s", error)
        return ()
    finally:
        for row in rows:
            decoder.close(row)
    return tuple(
        TriedStep(len(own), before, median(seconds[1:]))
        for (own, before), seconds in zip(ways, taken, strict=True)
    )


def try_sound(
    codec: Codec, codebooks: int, finish: Callable[[Samples], object]
) -> tuple[float, float]:
    """Seconds that sound needs for a frame as it grows, and for a second of music at its end, when
    ``finish`` hears all of it."""
    codes = torch.zeros(codebooks, PIECES * PIECE, dtype=torch.long)
    codec.stream().finish(codes[:, :PIECE])
    times = [time.perf_counter()]
    sound = codec.stream().finish(codes, lambda _: times.append(time.perf_counter()))
    decoded = time.perf_counter()
    finish(sound)
    ended = time.perf_counter()
    music = codes.shape[1] / codec.frame_rate
    if not codec.streams:
        return 0.0, (ended - times[0]) / music
    pieces = [after - before for before, after in pairwise(times)]
    # A stream leaves the end about a second of music, which is less than this can tell.
    return median(pieces) / PIECE, (ended - decoded) / music
