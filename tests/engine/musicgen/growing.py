"""Takes grown by a decoder, and the same takes grown by audiocraft, which is the truth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from engine.generators.musicgen.checkpoint import Checkpoint
from engine.generators.musicgen.conditions import encode_conditions
from engine.generators.musicgen.decoder import Decoder, Row
from engine.generators.musicgen.pattern import DelayedTokens
from engine.generators.musicgen.quiet import quiet
from engine.generators.musicgen.sampling import Sampler

with quiet():
    from audiocraft.models import MusicGen

GREEDY = 0.0


@dataclass(eq=False)
class Take:
    """What is asked of a decoder, and how far it is."""

    prompt: str
    frames: int = 60
    joins: int = 0
    """The step of the batch at which it comes."""
    known: Tensor | None = None
    """Tokens to go on from [codebooks, frames]."""
    melody: Tensor | None = None
    guidance: float = 3.0
    temperature: float = GREEDY
    seed: int = 0
    rests: Sequence[int] = ()
    """Steps of the batch at which it is left out."""
    row: Row | None = None
    heard: list[Tensor] = field(default_factory=list)
    """The logits of each step."""


def grow(
    checkpoint: Checkpoint,
    decoder: Decoder[Any],
    takes: Iterable[Take],
    forced: Sequence[Tensor] | None = None,
) -> list[Tensor]:
    """Grow them together, as a host does; gives the codes of each.

    ``forced`` (teacher forcing): the codes to go on with, whatever the decoder would choose.
    """
    takes = list(takes)
    tokens = [
        DelayedTokens(take.frames, checkpoint.delays, checkpoint.card, take.known) for take in takes
    ]
    samplers = [Sampler(take.seed, take.temperature) for take in takes]
    now = 0
    while not all(own.complete for own in tokens):
        going = []
        for index, take in enumerate(takes):
            if take.joins == now:
                conditions = encode_conditions(checkpoint, take.prompt, take.melody)
                take.row = decoder.open(conditions, take.guidance)
            if take.row is not None and now not in take.rests:
                going.append(index)
        now += 1
        if not going:
            continue
        logits = decoder.logits([takes[i].row for i in going], [tokens[i].read() for i in going])
        for i, own in zip(going, logits, strict=True):
            takes[i].heard.append(own)
            chosen = samplers[i](own)
            tokens[i].write(chosen if forced is None else _forced(tokens[i], forced[i]))
            if tokens[i].complete:
                decoder.close(takes[i].row)
                takes[i].row = None
    return [own.codes for own in tokens]


def _forced(tokens: DelayedTokens, codes: Tensor) -> Tensor:
    frames = [min(max(0, tokens.position - 1 - d), codes.shape[1] - 1) for d in tokens.delays]
    return torch.stack([codes[k, frame] for k, frame in enumerate(frames)])


def by_audiocraft(
    checkpoint: Checkpoint, take: Take, seconds: float | None = None, stride: float | None = None
) -> Tensor:
    """Greedy codes [codebooks, frames] of one take alone; ``seconds`` goes by windows."""
    model = MusicGen("truth", checkpoint.codec, checkpoint.lm, max_duration=30)
    model.max_duration = checkpoint.max_seconds  # its constructor knows no shorter ones
    model.set_generation_params(
        use_sampling=False,
        duration=seconds or take.frames / checkpoint.frame_rate,
        cfg_coef=take.guidance,
        extend_stride=stride or checkpoint.max_seconds / 2,
    )
    melodies = None if take.melody is None else [take.melody]
    attributes, _ = model._prepare_tokens_and_attributes([take.prompt or None], None, melodies)
    known = None if take.known is None else take.known[None]
    return model._generate_tokens(attributes, known)[0]
