"""The built-in generator: composes from the prompt and plays it on the built-in synth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np

from engine.errors import GenerationError
from engine.generators.base import Audio, Facts, Growing, Reading, Rehearsal, Report, Samples
from engine.generators.sketch.compose import Composition, compose
from engine.generators.sketch.midi import to_midi
from engine.generators.sketch.synth import SAMPLE_RATE, Rendering
from engine.generators.sketch.version import MADE_BY, NAME, VERSION
from engine.request import Request

__all__ = ["LICENCE", "Sketch", "SketchGenerator"]

LICENCE = "yours: no restrictions"
_LOUDEST = 0.5
"""Peak of a preview, full scale being 1."""


class Sketch:
    """A take under way."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.composition: Composition = compose(request)
        self.rendering = Rendering(self.composition.score)

    @property
    def steps_done(self) -> int:
        return self.rendering.steps_done

    @property
    def steps_total(self) -> int:
        return self.rendering.steps_total

    def reading(self, first: int, last: int) -> Reading:  # noqa: ARG002
        return Reading()


class SketchGenerator:
    """Makes music on any computer: no model, no download, no GPU.

    >>> generator = SketchGenerator()
    >>> sketch = generator.start(Request(prompt="calm piano", seed=1))
    >>> while sketch.steps_done < sketch.steps_total:
    ...     generator.advance([sketch])
    >>> generator.finish(sketch).samples.shape
    (705600, 2)
    """

    name, version = NAME, VERSION
    weights = ""
    device = "CPU"
    slots = 4
    rehearsal = Rehearsal()
    heavy = False

    def start(self, request: Request, checkpoint: bytes | None = None) -> Growing:  # noqa: ARG002
        """Compose and plan the rendering; there are no checkpoints, as it is quick to redo."""
        if request.melody or request.continue_from:
            raise GenerationError(
                "The built-in sketch generator works from words alone: it can't follow audio.",
                hint="Remove the audio, or choose a MusicGen model.",
            )
        return Sketch(request)

    def advance(self, growing: Sequence[Growing]) -> None:
        """One bounded step for each: some voices, a block of the mix, or a stretch of mastering."""
        for sketch in cast("Sequence[Sketch]", growing):
            if sketch.steps_done < sketch.steps_total:
                sketch.rendering.step()

    def render(self, growing: Sequence[Growing]) -> None:
        """Its steps are the rendering."""

    def finish(self, growing: Growing, report: Report = lambda _: None) -> Audio:  # noqa: ARG002
        sketch = cast("Sketch", growing)
        made = sketch.composition
        facts = Facts(
            made_by=MADE_BY,
            licence=LICENCE,
            tempo=made.tempo,
            beats_per_bar=made.beats_per_bar,
            key=made.key,
            not_understood=made.not_understood,
            extra={"style": made.score.style},
            loops=made.score.loop,
        )
        return Audio(sketch.rendering.samples, SAMPLE_RATE, facts, to_midi(made.score))

    def stop_here(self, growing: Growing) -> None:
        """Goes on: the piece has a form with an ending, and is done in a moment."""

    def preview(self, growing: Growing) -> tuple[Samples, int] | None:
        """What has been mixed so far, before mastering, brought to a sensible level."""
        heard = cast("Sketch", growing).rendering.heard
        loudest = max(float(heard.max(initial=0.0)), -float(heard.min(initial=0.0)))
        if loudest < 1e-6:
            return None
        return heard * np.float32(_LOUDEST / loudest), SAMPLE_RATE

    def checkpoint(self, growing: Growing) -> bytes | None:  # noqa: ARG002
        """Never: starting again takes no longer than reading one back."""
        return None

    def drop(self, growing: Growing) -> None:
        """Holds nothing but itself."""

    def close(self) -> None:
        """There is nothing to give back but this object itself."""
