"""The mixer: strips, sends, the room and the echo, summed block by block."""

from __future__ import annotations

import numpy as np

from engine.generators.sketch.score import Part, Score
from engine.generators.sketch.synth.bank import Bank, VoiceKey
from engine.generators.sketch.synth.drums import KITS
from engine.generators.sketch.synth.dsp import SAMPLE_RATE, Floats, frames
from engine.generators.sketch.synth.effects import Duck, Echo
from engine.generators.sketch.synth.patches import PATCHES
from engine.generators.sketch.synth.reverb import Reverb, impulse_response
from engine.generators.sketch.synth.strip import Strip
from engine.generators.sketch.synth.timeline import Event, events_of
from engine.generators.sketch.theory import pitch_class

__all__ = ["BLOCK", "Mixer"]

BLOCK = 57_600
"""Frames of one block, 1.3 seconds: whole stretches, hops and windows of all who work on it."""
_KICKS = (35, 36)
_STROKE, _RINGING = 1.0, 6.0
"""Seconds that a drum stroke lasts, usually and at most."""


class Mixer:
    """All the parts of a score; call ``block`` once for each block in order."""

    def __init__(self, score: Score, alone: int | None = None) -> None:
        """``alone``: the number of the only part to be heard, as it sounds among the others: the
        kick ducks it whether it is heard or not."""
        loop = frames(score.seconds) if score.loop else None
        self._events = [events_of(part, score) for part in score.parts]
        tonic = pitch_class(score.key.split()[0])
        self._bank = Bank(score.seed, _longest(self._events), tonic)
        duck = Duck(_strokes(score.parts, self._events), 0.42 * 60.0 / score.tempo, loop)
        self._strips = [
            Strip(part, events, self._bank, duck, loop)
            for number, (part, events) in enumerate(zip(score.parts, self._events, strict=True))
            if alone in (None, number)
        ]
        sends = [part.send for part in score.parts]
        mix = score.mix
        self._reverb = self._echo = None
        if any(send.reverb > 0.0 for send in sends):
            response = impulse_response(mix.room, mix.reverb_seconds, score.seed)
            self._reverb = Reverb(response, BLOCK)
        delay = mix.delay_beats * 60.0 / score.tempo
        if any(send.delay > 0.0 for send in sends):
            self._echo = Echo(delay, mix.delay_feedback)
        # The echo is heard until it has fallen by 60 dB.
        turns = 3.0 / -np.log10(min(max(mix.delay_feedback, 0.05), 0.85))
        self._tail = frames(mix.reverb_seconds * 1.1 + (delay * turns if self._echo else 0.0))

    def new_keys(self) -> list[tuple[int, VoiceKey, float]]:
        """(block where first heard, key, about how many seconds) of all voices, in order."""
        seen: dict[VoiceKey, int] = {}
        for events in self._events:
            for event in events:
                block = event.start // BLOCK
                seen[event.key] = min(block, seen.get(event.key, block))
        longest = _longest(self._events)
        return sorted(
            (block, key, _STROKE if key.instrument in KITS else longest[key])
            for key, block in seen.items()
        )

    def rings_on(self, count: int) -> int:
        """Frames after the first ``count`` in which something may still sound."""
        return max(0, self._last_note() + self._tail - count)

    def _last_note(self) -> int:
        """The frame at which the last note has died away."""
        ends = [
            event.start + event.held + frames(PATCHES[event.key.instrument].release)
            if event.key.instrument not in KITS
            else event.start + frames(_RINGING)
            for events in self._events
            for event in events
        ]
        return max(ends, default=0)

    def prepare(self, key: VoiceKey) -> None:
        """Render a voice ahead of the block that needs it."""
        self._bank.get(key)

    def forget(self) -> None:
        """Give back the memory of the voices, once the last block is mixed."""
        self._bank.forget()
        self._strips.clear()

    def block(self, start: int, count: int) -> Floats:
        """The mix of frames ``start`` to ``start + count``: (2, count)."""
        out = np.zeros((2, count), np.float32)
        room = np.zeros(count, np.float32)
        echo = np.zeros((2, count), np.float32)
        for strip in self._strips:
            part = strip(start, count)
            if part is None:
                continue
            out += part
            if strip.delay > 0.0:
                echo += part * np.float32(0.8 * strip.delay)
            if strip.reverb > 0.0:
                both = part[0] + part[1]
                both *= np.float32(0.5 * strip.reverb)
                room += both
        if self._echo is not None:
            answers = self._echo(echo)
            out += answers
            room += answers.mean(axis=0) * np.float32(0.3)
        if self._reverb is not None:
            out += self._reverb(room)
        return out


def _longest(parts: list[list[Event]]) -> dict[VoiceKey, float]:
    """Seconds for which each voice is held at most."""
    longest: dict[VoiceKey, float] = {}
    for events in parts:
        for event in events:
            seconds = event.held / SAMPLE_RATE
            longest[event.key] = max(seconds, longest.get(event.key, 0.0))
    return longest


def _strokes(parts: tuple[Part, ...], events: list[list[Event]]) -> np.ndarray:
    """Frames of the kick's strokes."""
    starts = [
        event.start
        for part, mine in zip(parts, events, strict=True)
        if part.role == "drums"
        for event in mine
        if event.key.pitch in _KICKS
    ]
    return np.array(sorted(set(starts)), np.int64)
