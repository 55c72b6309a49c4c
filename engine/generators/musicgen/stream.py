"""The sound of a take as its tokens come, piece by piece, and each piece only once.

A piece is made when all tokens are there that decide about it, which are a few frames more than
its own. Where it begins and ends depends on the take's length alone: so the sound is the same to
the last bit whether it was made while the take grew, or all of it at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from engine.generators.base import Report, Samples
from engine.generators.musicgen.parts import Parts, State

__all__ = ["PIECE", "PieceByPiece", "Stream", "Whole"]

PIECE = 50
"""Frames: a second of music, which takes a few hundred milliseconds on a slow computer, and whose
layers stay in a processor's cache."""


class Stream(Protocol):
    """One take's way to sound."""

    @property
    def sound(self) -> Samples:
        """What there is (frames, channels), from the start. It is not changed any more."""
        ...

    def go_on(self, codes: Tensor, known: int) -> bool:
        """Make the next piece, if the first ``known`` frames of ``codes`` [codebooks, frames]
        decide about it; whether there was one."""
        ...

    def finish(self, codes: Tensor, report: Report = lambda _: None) -> Samples:
        """The sound of all tokens [codebooks, frames], which begin with what was known. It may
        be called again after it raised."""
        ...


class PieceByPiece:
    """Implements Stream for a codec that can be taken apart."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._ahead = parts.first_reach.after + parts.last_reach.after
        """Frames after a piece that it depends on."""
        self._done = 0
        """Frames that have become sound."""
        self._remembered = 0
        """Frames that the LSTM has heard, and the last of what it made of them."""
        self._recent: Tensor | None = None
        self._state: State | None = None
        self._sound: Samples = np.empty((0, parts.channels), np.float32)
        """Room for the whole take, once there is something of it."""

    @property
    def sound(self) -> Samples:
        return self._sound[: self._done * self._parts.hop]

    def go_on(self, codes: Tensor, known: int) -> bool:
        end = self._done + PIECE
        # One more than needed, so that something is left for the last piece to hear.
        if end + self._ahead >= known:
            return False
        self._make(codes, end)
        return True

    def finish(self, codes: Tensor, report: Report = lambda _: None) -> Samples:
        count = codes.shape[1]
        while self._done < count:
            if not self.go_on(codes, count):
                self._make(codes, count)
            report(self._done / count)
        return self.sound

    @torch.no_grad()
    def _make(self, codes: Tensor, end: int) -> None:
        """The sound up to ``end``. Nothing is changed before all of it is there."""
        parts, count = self._parts, codes.shape[1]
        # The LSTM goes ahead of the sound, as the layers after it look ahead.
        heard, hearing = self._remembered, min(count, end + parts.last_reach.after)
        begin = max(0, heard - parts.first_reach.before)
        frames = parts.first(parts.embed(codes[:, begin : hearing + parts.first_reach.after]))
        fresh, state = parts.remember(frames[..., heard - begin : hearing - begin], self._state)
        recent = fresh if self._recent is None else torch.cat([self._recent, fresh], dim=-1)
        begin = hearing - recent.shape[-1]
        hop = parts.hop
        made = parts.last(recent)[..., (self._done - begin) * hop : (end - begin) * hop]
        if not len(self._sound):
            self._sound = np.empty((count * hop, parts.channels), np.float32)
        self._sound[self._done * hop : end * hop] = made.flatten(0, 1).float().cpu().numpy().T
        self._state, self._remembered, self._done = state, hearing, end
        self._recent = recent[..., max(0, end - parts.last_reach.before) - begin :]


class Whole:
    """Implements Stream for a codec that hears all at once: there is no sound before the end."""

    def __init__(self, decode: Callable[[Tensor], Samples], channels: int) -> None:
        self._decode = decode
        self.sound: Samples = np.empty((0, channels), np.float32)

    def go_on(self, codes: Tensor, known: int) -> bool:  # noqa: ARG002
        return False

    def finish(self, codes: Tensor, report: Report = lambda _: None) -> Samples:  # noqa: ARG002
        self.sound = self._decode(codes)
        return self.sound
