"""One channel of the mixer: a part's notes, its tone shaping and its place in the stereo field."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from engine.generators.sketch.score import Part, Score
from engine.generators.sketch.synth.bank import Bank, Voice, VoiceKey, layer_of
from engine.generators.sketch.synth.drums import KITS, choked_by
from engine.generators.sketch.synth.dsp import (
    SAMPLE_RATE,
    Filter,
    Floats,
    fade_in,
    frames,
    from_db,
    highpass,
    lowpass,
)
from engine.generators.sketch.synth.effects import Chorus, Duck, drive
from engine.generators.sketch.synth.patches import PATCHES

__all__ = ["Event", "Strip", "events_of"]

_VARIANTS = 3
"""Strokes that a drum alternates between."""
_FEEL = 1.3
"""How steeply the level follows the velocity."""
_SEAT_DB = {
    "drums": 2.0,
    "percussion": 1.0,
    "bass": -1.0,
    "chords": -0.5,
    "melody": 1.5,
    "counter": -1.0,
}
"""Decibels by which a role sits above or below the others."""
_EVENING = 0.5
"""How much of the difference between sparse and dense parts is taken out."""
_STRUCK = 0.4
"""Mean power of a struck note against a held one that starts as loud."""
_SPREAD = {"chords": 0.45, "texture": 0.45, "counter": 0.25}
"""How far a role's notes spread from left (low) to right (high)."""
_LOW_CUT = {"chords": 120.0, "melody": 130.0, "counter": 130.0, "texture": 150.0}
"""Hertz, where the part asks for none: leaves the bottom to kick and bass."""


@dataclass(frozen=True, slots=True)
class Event:
    """A note on the timeline of frames."""

    start: int
    held: int
    """Frames until it is let go."""
    key: VoiceKey
    gain: float
    pan: float = 0.0
    """-1 to 1, within the part."""


def events_of(part: Part, score: Score) -> list[Event]:
    """The part's notes in frames, hats choked, drum strokes varied."""
    beat = 60.0 / score.tempo * SAMPLE_RATE
    kit = part.instrument in KITS
    spread = _SPREAD.get(part.role, 0.0)
    centre = float(np.mean([note.pitch for note in part.notes])) if part.notes else 60.0
    events: list[Event] = []
    strokes: dict[int, int] = {}
    for note in part.notes:
        start = max(0, round(note.start * beat))
        held = max(1, round(note.duration * beat))
        variant = 0
        if kit:
            held = frames(8.0)
            variant = strokes.get(note.pitch, 0) % _VARIANTS
            strokes[note.pitch] = variant + 1
        elif PATCHES[part.instrument].shaped:
            variant = held
        velocity = min(max(note.velocity, 0.02), 1.0)
        key = VoiceKey(part.instrument, note.pitch, layer_of(velocity), variant)
        gain = (velocity / 0.8) ** _FEEL
        pan = 0.0 if kit else spread * min(max((note.pitch - centre) / 12, -1.0), 1.0)
        events.append(Event(start, held, key, gain, pan))
    return _choked(events) if kit else events


def _choked(events: list[Event]) -> list[Event]:
    """Ends ringing strokes (an open hat) where a stroke that stops them follows."""
    out: list[Event] = []
    for index, event in enumerate(events):
        stops = choked_by(event.key.pitch)
        end = event.held
        if stops:
            for later in events[index + 1 : index + 64]:
                if later.key.pitch in stops and later.start > event.start:
                    end = min(end, later.start - event.start)
                    break
        out.append(replace(event, held=end))
    return out


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
        seat = _SEAT_DB.get(part.role, 0.0) - _EVENING * _density_db(events)
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
        if not self._sounding and self._next == 0:
            return None
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
        block *= self._pan * self._gain
        if self._duck is not None:
            block *= 1.0 - self._depth * self._duck.at(start, block.shape[1])
        return block


def _density_db(events: list[Event]) -> float:
    """Power of the part while it plays, against one held note at the reference level.

    So a choir of four voices does not drown a flute whose gain is the same.
    """
    pitched = [event for event in events if event.key.instrument not in KITS]
    if not pitched:
        return 0.0
    power, active, reached = 0.0, 0, 0
    for event in pitched:
        held = min(event.held, frames(2.0))
        patch = PATCHES[event.key.instrument]
        sustained = patch.held or patch.endless
        power += event.gain**2 * held * (1.0 if sustained else _STRUCK)
        end = event.start + held
        active += max(0, end - max(event.start, reached))
        reached = max(reached, end)
    return float(10 * np.log10(power / max(active, 1) + 1e-9))


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
    sound = _cut_out(voice, a, b) * np.float32(event.gain)
    if a < voice.attack:
        rise = fade_in(voice.attack)[a : min(b, voice.attack)]
        sound[..., : len(rise)] *= np.sqrt(rise) if voice.even else rise
    if b > event.held:
        into = np.arange(max(a, event.held), b, dtype=np.float32) - np.float32(event.held)
        into /= np.float32(voice.release)
        fall = (
            np.cos(into * np.float32(np.pi / 2)) if voice.even else np.exp(-4 * into) * (1 - into)
        )
        sound[..., b - a - len(into) :] *= fall
    if sound.ndim == 1:
        angle = (event.pan + 1.0) * np.pi / 4
        sides = np.array([[np.cos(angle)], [np.sin(angle)]]) * 2**0.5
        sound = sound * sides.astype(np.float32)
    block[:, first - start : last - start] += sound


def _cut_out(voice: Voice, a: int, b: int) -> Floats:
    """Frames a to b of the voice; an endless one goes round."""
    size = voice.samples.shape[-1]
    if b <= size:
        return voice.samples[..., a:b]
    index = np.arange(a, b)
    if voice.again is not None:
        period = size - voice.again
        index = np.where(index < size, index, voice.again + (index - size) % period)
    return voice.samples.take(index, axis=-1)
