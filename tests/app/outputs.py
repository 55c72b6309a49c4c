"""An output whose clock the test turns by hand, and which keeps what was heard."""

from __future__ import annotations

import threading

import numpy as np

from app.playback.frames import Frames
from app.playback.output import CHANNELS, Output, OutputDevice, OutputLost

__all__ = ["HandOutput", "HandOutputs"]

PATIENCE = 60.0  # seconds after which a test that hangs fails


class HandOutput:
    """Holds ``capacity`` frames; ``advance`` lets some of them be heard."""

    silent = False

    def __init__(self, name: str = "hand", capacity: int = 4096, rate: int | None = None) -> None:
        self.name = name
        self.rate = 0
        self.heard: Frames = np.zeros((0, CHANNELS), np.float32)
        self.closed = False
        self._only = rate
        self._capacity = capacity
        self._pending: Frames = np.zeros((0, CHANNELS), np.float32)
        self._lost = False
        self._offered = 0
        self._changed = threading.Condition()

    def open(self, rate: int) -> int:
        self.rate = self._only or rate
        return self.rate

    def write(self, block: Frames) -> None:
        with self._changed:
            self._offered = len(block)
            self._changed.notify_all()
            room = self._changed.wait_for(lambda: self._lost or not self._is_stuck(), PATIENCE)
            assert room, "nobody turned the clock"
            self._offered = 0
            if self._lost:
                raise OutputLost("unplugged")
            self._pending = np.concatenate([self._pending, block])
            self._changed.notify_all()

    def pending(self) -> int:
        return len(self._pending)

    def drop(self) -> None:
        with self._changed:
            self._pending = self._pending[:0]

    def close(self) -> None:
        self.closed = True

    def advance(self, frames: int) -> None:
        """Wait until so many frames were written, and hear them."""
        with self._changed:
            while frames:
                assert self._changed.wait_for(lambda: len(self._pending) > 0, PATIENCE)
                n = min(frames, len(self._pending))
                self.heard = np.concatenate([self.heard, self._pending[:n]])
                self._pending = self._pending[n:]
                frames -= n
                self._changed.notify_all()

    def flow(self) -> None:
        """Hear whatever was written, without waiting."""
        self.advance(self.pending())

    def fill(self) -> None:
        """Wait until the writer waits for room."""
        with self._changed:
            assert self._changed.wait_for(self._is_stuck, PATIENCE)

    def unplug(self) -> None:
        with self._changed:
            self._lost = True
            self._changed.notify_all()

    def _is_stuck(self) -> bool:
        """Whether a writer waits for room."""
        return self._offered > 0 and len(self._pending) + self._offered > self._capacity


class HandOutputs:
    """Gives out the outputs it was made with, one after the other; then none is left.

    ``only`` these devices are there; None: all that are asked for.
    """

    def __init__(self, *outputs: HandOutput, only: set[str | None] | None = None) -> None:
        self.left = list(outputs)
        self.only = only
        self.asked: list[str | None] = []

    def devices(self, *, rescan: bool) -> list[OutputDevice]:
        return [OutputDevice(output.name, output.name) for output in self.left]

    def make(self, device_id: str | None) -> Output:
        self.asked.append(device_id)
        if not self.left or (self.only is not None and device_id not in self.only):
            raise OutputLost("no device")
        return self.left.pop(0)
