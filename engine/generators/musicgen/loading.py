"""From a model's name to a generator: its folder, the device, the decoder, and the slots."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from engine.errors import ModelUnavailable
from engine.generators.base import Generator, Report
from engine.generators.musicgen.checkpoint import Checkpoint, load_checkpoint
from engine.generators.musicgen.decoder import Decoder
from engine.generators.musicgen.decoders.native import NativeDecoder
from engine.generators.musicgen.decoders.openvino import OpenVinoDecoder
from engine.generators.musicgen.decoders.processor import suits_this_processor
from engine.generators.musicgen.decoders.reference import ReferenceDecoder
from engine.generators.musicgen.decoders.torch import TorchDecoder
from engine.generators.musicgen.generator import MusicGenGenerator
from engine.generators.musicgen.memory import free_memory
from engine.models.catalogue import find
from engine.models.folder import ModelFolder
from engine.models.guests import Guests

__all__ = ["MusicGenKind"]

log = logging.getLogger(__name__)

MOST_SLOTS = 8
"""Takes at once; more would only make each of them wait longer."""
PRECISIONS = {
    "cpu": ("int8", "fp32", "bf16", "int4"),
    "cuda": ("fp16", "bf16", "fp32"),
    "mps": ("fp16", "bf16", "fp32"),
}
"""Of the weights, by device; the first one is what "auto" means there."""
KEPT_FREE = 0.25
"""Share of the free memory that is left to everything else."""


@dataclass(frozen=True, slots=True)
class MusicGenKind:
    """Implements ``registry.GeneratorKind`` for one model."""

    model: str
    models: Path
    """The folder of all models."""
    precision: str = "auto"
    """"auto", or one of PRECISIONS."""
    heavy: bool = True

    def __call__(self, report: Report = lambda _: None) -> Generator:
        """Load it. Raises ModelUnavailable and ModelDamaged."""
        precision = _precision(self.precision)  # first: loading takes its time
        model = find(self.model)
        model.see_that_it_plays()
        with suppress(OSError):  # only read: nothing is removed from it either
            Guests(self.models).note(model)
        checkpoint = load_checkpoint(ModelFolder(self.models).path(model), _device(), report)
        decoder = self._decoder(checkpoint, precision)
        if not isinstance(decoder, ReferenceDecoder):
            checkpoint.shed()
        report(0.9)
        fitting = _fitting(checkpoint, decoder)
        slots = max(1, min(MOST_SLOTS, fitting))
        log.info("%s on %s: %s %s, %d slots", model.id, _device(), decoder.name,
                 decoder.precision, slots)  # fmt: skip
        generator = MusicGenGenerator(
            checkpoint, decoder, model.name, licence=str(model.licence), slots=slots
        )
        generator.rehearse(fitting)
        report(1.0)
        return generator

    def _decoder(self, checkpoint: Checkpoint, precision: str) -> Decoder[Any]:
        """The quickest one that knows this model."""
        on_cpu = _device() == "cpu"
        try:
            if on_cpu and (precision == "int4" or (precision == "int8" and suits_this_processor())):
                return NativeDecoder(checkpoint, precision)
            if on_cpu and precision in ("int8", "fp32"):
                return OpenVinoDecoder(checkpoint, precision)
            return TorchDecoder(checkpoint, precision, _device())
        except ModelUnavailable as error:
            if self.precision not in ("auto", ReferenceDecoder.precision):
                raise ModelUnavailable(
                    f"This model can't run in {self.precision}.",
                    hint="Choose the precision auto.",
                    detail=error.message,
                ) from error
            log.warning("%s Going on with the reference decoder.", error.message)
            return ReferenceDecoder(checkpoint)


def _device() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _precision(asked: str) -> str:
    """What the weights will be in. Raises ModelUnavailable for what this device can't do."""
    able = PRECISIONS[_device()]
    if asked == "auto":
        return able[0]
    if asked not in able:
        place = "processor" if _device() == "cpu" else "graphics card"
        raise ModelUnavailable(
            f"This computer's {place} can't run models in {asked}.",
            hint=f"Choose the precision auto, or one of {', '.join(able)}.",
        )
    return asked


def _fitting(checkpoint: Checkpoint, decoder: Decoder[Any]) -> int:
    """How many takes of the longest window fit into the memory that is free now."""
    free = torch.cuda.mem_get_info()[0] if _device() == "cuda" else free_memory()
    steps = round(checkpoint.max_seconds * checkpoint.frame_rate) + max(checkpoint.delays)
    return int(free * (1 - KEPT_FREE)) // max(1, decoder.row_bytes(steps))
