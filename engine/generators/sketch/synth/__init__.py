"""The synthesiser: a Score in, samples out."""

from engine.generators.sketch.synth.dsp import SAMPLE_RATE
from engine.generators.sketch.synth.rendering import Rendering

__all__ = ["SAMPLE_RATE", "Rendering"]
