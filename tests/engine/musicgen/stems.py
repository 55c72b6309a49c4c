"""A stand-in for demucs, so that audiocraft's own melody conditioner can be built and asked here.

Audiocraft takes "vocals" and "other" out of a mix with it. This one gives what our separation
gives, so that all that audiocraft does with it can be compared with what we do.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from engine.generators.musicgen.melody import what_sings

__all__ = ["no_demucs"]


class Stems(nn.Module):
    sources = ("drums", "bass", "other", "vocals")
    samplerate = 32_000
    audio_channels = 1


def apply_model(model: Stems, mix: Tensor, device: Any) -> Tensor:
    """[batch, channels, samples] to [batch, sources, channels, samples]."""
    sung = [what_sings(row.numpy(), model.samplerate) for row in mix[:, 0]]
    vocals = torch.stack([torch.from_numpy(row) for row in sung])[:, None]
    return torch.stack([mix, mix, torch.zeros_like(mix), vocals], dim=1)


def convert_audio(wav: Tensor, rate: int, to_rate: int, channels: int) -> Tensor:
    assert (rate, channels) == (to_rate, 1)
    return wav


@contextmanager
def no_demucs() -> Iterator[None]:
    """Whoever imports demucs finds the stand-in."""
    modules = {name: ModuleType(name) for name in ("demucs", *map("demucs.{}".format, _PARTS))}
    for part in _PARTS:
        setattr(modules["demucs"], part, modules[f"demucs.{part}"])
    modules["demucs.pretrained"].get_model = lambda name: Stems()  # type: ignore[attr-defined]
    modules["demucs.apply"].apply_model = apply_model  # type: ignore[attr-defined]
    modules["demucs.audio"].convert_audio = convert_audio  # type: ignore[attr-defined]
    # Not patch.dict: it would forget all that is imported meanwhile.
    before = {name: sys.modules.pop(name, None) for name in modules}
    sys.modules.update(modules)
    try:
        yield
    finally:
        for name, module in before.items():
            del sys.modules[name]
            if module is not None:
                sys.modules[name] = module


_PARTS = ("pretrained", "apply", "audio")
