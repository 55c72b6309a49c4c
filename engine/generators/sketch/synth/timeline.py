"""A part's notes as events on the timeline of frames: what sounds when, and which voice it is."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from engine.generators.sketch.score import Part, Score
from engine.generators.sketch.synth.bank import VoiceKey, layer_of
from engine.generators.sketch.synth.drums import KITS, choked_by
from engine.generators.sketch.synth.dsp import SAMPLE_RATE, frames
from engine.generators.sketch.synth.patches import PATCHES

__all__ = ["Event", "density_db", "events_of"]

_VARIANTS = 3
"""Strokes that a drum alternates between."""
_FEEL = 1.3
"""How steeply the level follows the velocity."""
_STRUCK = 0.4
"""Mean power of a struck note against a held one that starts as loud."""
_SPREAD = {"chords": 0.45, "texture": 0.45, "counter": 0.25}
"""How far a role's notes spread from left (low) to right (high)."""


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
        variant = strokes.get(note.pitch, 0)
        strokes[note.pitch] = variant + 1
        if kit:
            held = frames(8.0)
            variant %= _VARIANTS
        elif PATCHES[part.instrument].shaped:
            variant = held
        else:
            variant %= PATCHES[part.instrument].variants
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


def density_db(events: list[Event]) -> float:
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
