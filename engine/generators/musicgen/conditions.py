"""What a take is told to sound like, as tensors: the prompt, a melody, and the absence of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.errors import GenerationError
from engine.generators.musicgen.checkpoint import Checkpoint
from engine.generators.musicgen.conditioners import MELODY
from engine.generators.musicgen.quiet import quiet

with quiet():
    from audiocraft.modules.conditioners import (
        ClassifierFreeGuidanceDropout,
        ConditioningAttributes,
        WavCondition,
    )

__all__ = ["Conditions", "encode_conditions"]


@dataclass(frozen=True, slots=True, eq=False)
class Conditions:
    """One take's conditions, encoded by audiocraft's own conditioners."""

    tensors: Mapping[str, tuple[Tensor, Tensor]]
    """By conditioner: what it says [streams, length, dim], and which of it counts.

    Two streams are first what is wanted, then its absence; guidance leads away from the latter.
    One stream is the absence alone.
    """

    @property
    def streams(self) -> int:
        return next(iter(self.tensors.values()))[0].shape[0]


@torch.no_grad()
def encode_conditions(
    checkpoint: Checkpoint, prompt: str, melody: Tensor | None = None
) -> Conditions:
    """Encode a prompt and maybe a melody, samples [channels, samples] at the model's rate.

    With neither, the take runs unguided, in one stream: half the work.
    """
    wanted = ConditioningAttributes(text={"description": prompt or None})
    if melody is not None and "melody" not in checkpoint.abilities:
        raise GenerationError("This model follows no melody.", hint="Choose a melody model.")
    if "melody" in checkpoint.abilities:
        samples = torch.zeros(1, 1) if melody is None else melody
        length = 0 if melody is None else melody.shape[-1]
        wanted.wav[MELODY] = WavCondition(
            samples[None].to(checkpoint.device),
            torch.tensor([length], device=checkpoint.device),
            sample_rate=[checkpoint.sample_rate],
            path=[None],
            seek_time=[None],
        )
    absent = ClassifierFreeGuidanceDropout(p=1.0)([wanted])
    guided = bool(prompt) or melody is not None
    provider = checkpoint.lm.condition_provider
    tensors = provider(provider.tokenize([wanted, *absent] if guided else absent))
    return Conditions(tensors)
