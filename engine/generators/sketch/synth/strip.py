"""One channel of the mixer: a part's notes, its tone shaping and its place in the stereo field."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from engine.generators.sketch.score import Part
from engine.generators.sketch.synth.bank import Bank, Voice
from engine.generators.sketch.synth.dsp import (
    Filter,
    Floats,
    fade_in,
    from_db,
    highpass,
    lowpass,
    single,
)
from engine.generators.sketch.synth.effects import Chorus, Duck, Lfo, drive
from engine.generators.sketch.synth.patches import PATCHES
from engine.generators.sketch.synth.timeline import Event, density_db

__all__ = ["Strip"]

_SEAT_DB = {
    "drums": 5.5,
    "percussion": 4.5,
    "bass": -1.0,
    "chords": -0.5,
    "melody": 1.5,
    "counter": -1.0,
}
"""Decibels by which a role sits above or below the others."""
_EVENING = 0.5
"""How much of the difference between sparse and dense parts is taken out."""
_LOW_CUT = {"chords": 120.0, "melody": 130.0, "counter": 130.0, "texture": 150.0}
"""Hertz, where the part asks for none: leaves the bottom to kick and bass."""
_SWAY = np.float32(0.3)
"""Depth of an instrument's own tremolo."""


class Strip:
    """Plays one part block by block; blocks must follow each other from frame 0 on."""

    def __init__(
        self, part: Part, events: list[Event], bank: Bank, duck: Duck | None, loop: int | None
    ) -> None:
        send = part.send
        self.reverb, self.delay = send.reverb, send.delay
        self._events, self._bank = events, bank
        self._next = 0
        self._sounding: list[tuple[Event, Voice]] = []
        self._ringing = False
        """Whether filters and chorus may still answer to the block before."""
        seat = _SEAT_DB.get(part.role, 0.0) - _EVENING * density_db(events)
        self._gain = np.float32(from_db(send.gain_db + seat))
        self._drive = send.drive
        cuts = []
        low_cut = send.highpass_hz or _LOW_CUT.get(part.role)
        if low_cut:
            cuts.append(highpass(low_cut))
        if send.lowpass_hz:
            cuts.append(lowpass(send.lowpass_hz))
        self._cut = Filter(*cuts) if cuts else None
        self._chorus = Chorus(send.chorus, loop) if send.chorus > 0.01 else None
        patch = PATCHES.get(part.instrument)
        self._sway = Lfo(patch.sway, loop) if patch and patch.sway else None
        self._duck = duck if send.duck > 0.01 else None
        self._depth = np.float32(min(send.duck, 1.0) * 0.85)
        angle = (min(max(send.pan, -1.0), 1.0) + 1.0) * np.pi / 4
        self._pan = np.array([[np.cos(angle)], [np.sin(angle)]], np.float32) * np.float32(2**0.5)

    def __call__(self, start: int, count: int) -> Floats | None:
        """The part from frame ``start`` on: (2, count); None while it rests."""
        while self._next < len(self._events) and self._events[self._next].start < start + count:
            event = self._events[self._next]
            self._sounding.append((event, self._bank.get(event.key)))
            self._next += 1
        if not self._sounding and not self._ringing:
            return None
        self._ringing = bool(self._sounding)
        block = np.zeros((2, count), np.float32)
        for event, voice in self._sounding:
            _add(block, start, event, voice)
        self._sounding = [
            (event, voice) for event, voice in self._sounding if _end(event, voice) > start + count
        ]
        return self._shaped(block, start)

    def _shaped(self, block: Floats, start: int) -> Floats:
        if self._drive > 0.01:
            block = drive(block, self._drive)
        if self._cut is not None:
            block = self._cut(block)
        if self._chorus is not None:
            block = self._chorus(block, start)
        if self._sway is not None:
            side = _SWAY * self._sway.at(start, block.shape[1])
            block[0] *= 1.0 + side
            block[1] *= 1.0 - side
        level = self._pan * self._gain
        if self._duck is not None:
            level = level * (1.0 - self._depth * self._duck.at(start, block.shape[1]))
        block *= level
        return block


def _end(event: Event, voice: Voice) -> int:
    """The frame at which it has died away."""
    length = event.held + voice.release
    if voice.again is None:
        length = min(length, voice.samples.shape[-1])
    return event.start + length


def _add(block: Floats, start: int, event: Event, voice: Voice) -> None:
    """Adds what of the note falls into the block that begins at ``start``."""
    first = max(event.start, start)
    last = min(_end(event, voice), start + block.shape[1])
    if last <= first:
        return
    a, b = first - event.start, last - event.start
    sound = _cut_out(voice, event.start, a, b) * np.float32(event.gain)
    if a < voice.attack:
        rise = _rise(voice.attack, voice.even)[a:b]
        sound[..., : len(rise)] *= rise
    if b > event.held:
        fall = _fall(voice.release, voice.even)[max(a - event.held, 0) : b - event.held]
        sound[..., sound.shape[-1] - len(fall) :] *= fall
    into = block[:, first - start : last - start]
    if sound.ndim > 1:
        into += sound
        return
    angle = (event.pan + 1.0) * np.pi / 4
    for side, level in zip(into, (np.cos(angle), np.sin(angle)), strict=True):
        side += sound * np.float32(level * 2**0.5)


@lru_cache(maxsize=64)
def _rise(count: int, even: bool) -> Floats:
    return np.sqrt(fade_in(count)) if even else fade_in(count)


@lru_cache(maxsize=64)
def _fall(count: int, even: bool) -> Floats:
    into = np.arange(count, dtype=np.float32) / np.float32(count)
    return np.cos(into * np.float32(np.pi / 2)) if even else single(np.exp(-4 * into) * (1 - into))


def _cut_out(voice: Voice, start: int, a: int, b: int) -> Floats:
    """Frames a to b of a note that began at frame ``start``; an endless voice goes round."""
    size = voice.samples.shape[-1]
    if voice.again is None:
        return voice.samples[..., a:b]
    if voice.again == 0:
        # A cycle without a beginning: each note enters it elsewhere, and repeats join on.
        a, b = a + start % size, b + start % size
    pieces = []
    turn = size - voice.again
    while a < b:
        at = a if a < size else voice.again + (a - size) % turn
        count = min(b - a, size - at)
        pieces.append(voice.samples[..., at : at + count])
        a += count
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces, axis=-1)
