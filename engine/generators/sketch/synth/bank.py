"""The voice bank of one take: every needed key rendered once, then played many times."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.generators.sketch.synth.drums import KITS, play_hit
from engine.generators.sketch.synth.dsp import (
    Floats,
    fade_in,
    frames,
    from_db,
    level_to,
    rng_for,
)
from engine.generators.sketch.synth.patches import PATCHES, Key

__all__ = ["LAYERS", "Bank", "Voice", "VoiceKey", "layer_of"]

LAYERS = 4
"""Velocity layers of the tone; the level follows the velocity without steps."""
_REFERENCE = 0.1
"""RMS of every voice in its loudest moment: -20 dBFS."""
_PEAK = 0.4
_ONSET = 20
"""Frames; half a millisecond."""


@dataclass(frozen=True, slots=True, order=True)
class VoiceKey:
    """What is rendered once: an instrument's pitch at a velocity layer."""

    instrument: str
    pitch: int
    layer: int
    variant: int = 0
    """Drums alternate between a few strokes."""


def layer_of(velocity: float) -> int:
    return min(LAYERS, max(1, int(np.ceil(velocity * LAYERS - 1e-6))))


@dataclass(frozen=True, slots=True)
class Voice:
    """A rendered key."""

    samples: Floats
    attack: int
    """Frames of fade-in to apply."""
    release: int
    """Frames after the key is let go."""
    again: int | None = None
    """The frame from which it goes round while the key is held; None: it ends."""
    even: bool = False
    """See ``Patch.even``."""


class Bank:
    """Renders voices on demand and keeps the latest within a memory limit.

    What a voice sounds like depends on its key, its longest time and the seed only, so that
    forgetting and rendering again gives the same samples.
    """

    def __init__(
        self,
        seed: int,
        longest: Mapping[VoiceKey, float],
        tonic: int | None = None,
        limit: int = 160_000_000,
    ) -> None:
        """``longest``: seconds for which each key is held at most; ``tonic``: the pitch class
        that drums are tuned to; ``limit``: bytes.
        """
        self._seed = seed
        self._tonic = tonic
        self._longest = longest
        self._limit = limit
        self._bytes = 0
        self._voices: OrderedDict[VoiceKey, Voice] = OrderedDict()

    def get(self, key: VoiceKey) -> Voice:
        voice = self._voices.get(key)
        if voice is not None:
            self._voices.move_to_end(key)
            return voice
        voice = self._hit(key) if key.instrument in KITS else self._note(key)
        self._voices[key] = voice
        self._bytes += voice.samples.nbytes
        while self._bytes > self._limit and len(self._voices) > 1:
            _, oldest = self._voices.popitem(last=False)
            self._bytes -= oldest.samples.nbytes
        return voice

    def forget(self) -> None:
        self._voices.clear()
        self._bytes = 0

    def _hit(self, key: VoiceKey) -> Voice:
        rng = rng_for(self._seed, key.instrument, key.pitch, key.layer, key.variant)
        samples = play_hit(key.instrument, key.pitch, key.layer / LAYERS, rng, self._tonic)
        return Voice(samples, 0, frames(0.06))

    def _note(self, key: VoiceKey) -> Voice:
        patch = PATCHES[key.instrument]
        rng = rng_for(self._seed, key.instrument, key.pitch, key.layer, key.variant)
        seconds = self._longest[key] + patch.release + 0.01
        held = patch.longest if seconds > patch.longest else seconds
        samples = patch.play(Key(key.pitch, key.layer / LAYERS, held, rng))
        samples = level_to(samples, _REFERENCE * from_db(patch.level_db + _ear_db(key.pitch)))
        peak = float(np.abs(samples).max())
        if peak > _PEAK and not patch.held:
            # A sharp attack is heard by its height, not by its power.
            samples *= np.float32((_PEAK / peak) ** 0.7)
        if not patch.attack:
            # However hard the stroke, it starts from silence.
            samples[..., :_ONSET] *= fade_in(_ONSET)[: samples.shape[-1]]
        again = 0 if patch.endless else None
        if again is None and held < seconds:
            if patch.held:
                samples, again = _go_round(samples)
            else:
                samples[..., -frames(1.0) :] *= fade_in(frames(1.0))[::-1]
        return Voice(samples, frames(patch.attack), frames(patch.release), again, patch.even)


def _ear_db(pitch: int) -> float:
    """High notes are heard louder at equal power, low ones softer."""
    return -2.0 * min(max((pitch - 62) / 24, -0.6), 1.2)


def _go_round(samples: Floats) -> tuple[Floats, int]:
    """A held sound made endless: its end blends into what comes before its middle."""
    middle = samples.shape[-1] // 2
    overlap = min(frames(1.0), middle // 2)
    out = samples.copy()
    rise = np.sqrt(fade_in(overlap))
    before = samples[..., middle - overlap : middle]
    out[..., -overlap:] = out[..., -overlap:] * rise[::-1] + before * rise
    return out, middle
