"""The deck: decides what is heard next, and knows what is heard now. No threads, no device."""

from __future__ import annotations

from collections import deque

import numpy as np

from app.playback.frames import Frames
from app.playback.output import CHANNELS
from app.playback.source import Source
from app.playback.spans import Span, frame_at

__all__ = ["Deck"]


class Deck:
    """One take under the needle: position, loop and volume, exact to the frame.

    What it hands out is written to a device that plays it a little later. ``spans`` keeps which
    part of the stream is which part of the take, so that jumps (a loop's end, a switch) are
    shown when they are heard and not when they are written.
    """

    def __init__(self, gain: float = 1.0) -> None:
        self.source: Source | None = None
        self.frame = 0
        """The take's frame that is written next."""
        self.written = 0
        """Frames of the stream so far."""
        self.loop: tuple[int, int] | None = None
        """First frame of the loop and the frame after its last."""
        self.gain = self._gain = gain
        self.trim = 1.0
        """Of this take, beside the volume: it comes and goes with the take, at once."""
        self.spans: deque[Span] = deque([Span(0, 0, moving=False)])

    @property
    def ended(self) -> bool:
        """Everything there will ever be was handed out."""
        source = self.source
        return source is None or (not source.growing and self.frame >= source.frames)

    def put(self, source: Source | None, frame: int) -> None:
        """Lay another take under the needle, to go on at ``frame`` of it."""
        if self.source is not None and self.source is not source:
            self.source.close()
        self.source = source
        self.seek(frame)

    def seek(self, frame: int) -> None:
        """Go on from ``frame``, kept within the take."""
        self.frame = max(0, min(frame, self.source.frames if self.source else 0))
        self._mark(Span(self.written, self.frame, moving=False))

    def block(self, size: int) -> Frames:
        """The next ``size`` frames; silence where there are none (yet)."""
        out = np.zeros((size, CHANNELS), np.float32)
        filled = 0
        while self.source is not None and filled < size:
            start, stop = self.loop or (0, 0)
            until = stop - self.frame if self.frame < stop else size
            read = self.source.read(self.frame, out[filled : filled + min(size - filled, until)])
            if read:
                self._mark(Span(self.written + filled, self.frame))
            self.frame += read
            filled += read
            if self.frame == stop and stop > start:
                self.frame = start
            elif not read:
                break
        if filled < size:
            self._mark(Span(self.written + filled, self.frame, moving=False))
        self.written += size
        self._fade(out)
        return out

    def recall(self, pending: int) -> None:
        """Take back the last ``pending`` frames, which were written and never heard."""
        self.written -= pending
        self.frame = frame_at(self.spans, self.written)
        self._mark(Span(self.written, self.frame, moving=False))

    def forget(self, heard: int) -> None:
        """Drop the spans that ended before frame ``heard`` of the stream."""
        while len(self.spans) > 1 and self.spans[1].start <= heard:
            self.spans.popleft()

    def _mark(self, span: Span) -> None:
        while len(self.spans) > 1 and self.spans[-1].start >= span.start:
            self.spans.pop()
        last = self.spans[-1]
        if last.moving != span.moving or last.at(span.start) != span.frame:
            self.spans.append(span)

    def _fade(self, block: Frames) -> None:
        """Volume: glides over one block, so that turning it makes no noise; 1 changes nothing."""
        if self._gain != self.gain:
            block *= np.linspace(self._gain, self.gain, len(block), dtype=np.float32)[:, None]
            self._gain = self.gain
        elif self.gain != 1.0:
            block *= np.float32(self.gain)
        if self.trim != 1.0:
            block *= np.float32(self.trim)
