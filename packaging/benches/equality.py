"""Whether greedy fp32 tokens are audiocraft's, for each kind of take, on small's full shape."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.generators.musicgen.checkpoint import Checkpoint, load_checkpoint
from engine.generators.musicgen.decoders.torch import TorchDecoder
from tests.engine.musicgen.checkpoints import SMALL, write_checkpoint
from tests.engine.musicgen.growing import Take, by_audiocraft, grow

SEGMENT = 0.6
"""Seconds that the melody model knows at once, so that windows come soon."""
PROMPTS = ("calm piano", "fast drums", "", "warm strings", "rain", "slow guitar", "a bass", "night")


def bench() -> dict[str, Any]:
    """Alone it is a benchmark, too: of what ``decode`` tells among other things."""
    import tempfile

    from benches.decode import offline

    from tests.engine.musicgen.checkpoints import write_text_encoder

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_text_encoder(folder / "hub")
        with offline(folder / "hub"):
            write_checkpoint(folder / "small", SMALL)
            return equal_tokens(load_checkpoint(folder / "small"), folder)


@torch.no_grad()
def equal_tokens(checkpoint: Checkpoint, folder: Path) -> dict[str, Any]:
    """The share of takes with audiocraft's very tokens; the hub must be offline."""
    shape = replace(SMALL, melody=True, segment=SEGMENT)
    melodic = load_checkpoint(write_checkpoint(folder / "melody", shape))
    found = {**plain_takes(checkpoint), **melodic_takes(melodic)}
    wrong = [name for name, same in found.items() if not same]
    share = 1 - len(wrong) / len(found)
    return {
        "greedy_fp32_takes_equal": {"value": share, "unit": f"of {len(found)}", "min": 1},
        "greedy_fp32_takes_that_differ": wrong,
    }


def plain_takes(checkpoint: Checkpoint) -> dict[str, bool]:
    known = by_audiocraft(checkpoint, Take("slow guitar", 10))
    ragged = [Take(prompt, 6 + 2 * n, joins=n) for n, prompt in enumerate(PROMPTS)]
    return {
        "text": all(same(checkpoint, [Take("calm piano and warm strings", 30)])),
        "continuation": all(same(checkpoint, [Take("calm piano", 24, known=known)])),
        **{f"ragged {n}": yes for n, yes in enumerate(same(checkpoint, ragged))},
    }


def melodic_takes(checkpoint: Checkpoint) -> dict[str, bool]:
    time = torch.arange(int(SEGMENT * checkpoint.sample_rate)) / checkpoint.sample_rate
    melody = 0.5 * torch.sin(2 * math.pi * 262 * time)[None]
    window, stride = round(SEGMENT * checkpoint.frame_rate), 15
    truth = by_audiocraft(
        checkpoint,
        Take("fast drums"),
        seconds=(window + stride) / checkpoint.frame_rate,
        stride=stride / checkpoint.frame_rate,
    )
    decoder = TorchDecoder(checkpoint)
    first = grow(checkpoint, decoder, [Take("fast drums", window)])[0]
    second = grow(checkpoint, decoder, [Take("fast drums", window, known=first[:, stride:])])[0]
    return {
        "melody": all(same(checkpoint, [Take("calm piano", 24, melody=melody)])),
        "windows": torch.equal(torch.cat([first[:, :stride], second], dim=1), truth),
    }


def same(
    checkpoint: Checkpoint,
    takes: Sequence[Take],
    make: Callable[[Checkpoint], Any] = TorchDecoder,
) -> list[bool]:
    """Of each of the takes, grown together."""
    grown: list[Tensor] = grow(checkpoint, make(checkpoint), takes)
    return [
        torch.equal(own, by_audiocraft(checkpoint, take))
        for own, take in zip(grown, takes, strict=True)
    ]
