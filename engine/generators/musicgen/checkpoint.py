"""Loads a MusicGen checkpoint from a folder in audiocraft's format, and believes nothing of it.

The folder holds ``state_dict.bin`` (the language model over audio tokens) and
``compression_state_dict.bin`` (EnCodec, or the name of a published one). The text encoder comes
from the hub's cache, as audiocraft has it.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from engine.errors import ModelDamaged, ModelUnavailable
from engine.generators.base import Report
from engine.generators.musicgen.conditioners import MELODY, WRONG, build_conditioners
from engine.generators.musicgen.quicker import quicken
from engine.generators.musicgen.quiet import quiet
from engine.models.catalogue import is_repo

with quiet():
    from audiocraft.models import builders
    from audiocraft.models.encodec import CompressionModel
    from audiocraft.models.lm import LMModel
    from audiocraft.modules.codebooks_patterns import DelayedPatternProvider
    from omegaconf import DictConfig, OmegaConf
    from omegaconf.errors import OmegaConfBaseException
    from yaml import YAMLError

__all__ = ["CODEC_FILE", "LM_FILE", "Checkpoint", "load_checkpoint"]

LM_FILE = "state_dict.bin"
CODEC_FILE = "compression_state_dict.bin"


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """A loaded model, in evaluation mode."""

    lm: LMModel
    """Predicts the next token of each codebook."""
    codec: CompressionModel
    """EnCodec: tokens (batch, codebooks, frames) to samples (batch, channels, samples) and back."""
    delays: tuple[int, ...]
    """Of each codebook, in steps."""
    max_seconds: float
    """Longest piece that the model knows at once; longer ones go by windows."""
    abilities: frozenset[str]
    """Of text, melody, stereo, continuation."""
    digest: str
    """Of some of the weights: what tells this model from another one."""

    @property
    def codebooks(self) -> int:
        return len(self.delays)

    @property
    def card(self) -> int:
        """Tokens of one codebook; one more stands for "nothing here"."""
        return int(self.lm.card)

    @property
    def frame_rate(self) -> int:
        """Frames of tokens in a second of music."""
        return int(self.codec.frame_rate)

    @property
    def sample_rate(self) -> int:
        return int(self.codec.sample_rate)

    @property
    def channels(self) -> int:
        return int(self.codec.channels)

    @property
    def device(self) -> torch.device:
        return next(self.lm.parameters()).device

    def shed(self) -> None:
        """Let go of the transformer's matrices, most of all the memory: for a decoder that has
        copies of its own. What encodes conditions stays, and the prompt's keys and values."""
        norms = filter(_is_norm, self.lm.modules())
        kept = (self.lm.condition_provider, *norms)
        needed = {id(weights) for module in kept for weights in module.parameters()}
        for layer in self.lm.transformer.layers:
            if (crossing := layer.cross_attention) is not None:
                needed |= {id(crossing.in_proj_weight), id(crossing.in_proj_bias)}
        for weights in self.lm.parameters():
            if id(weights) not in needed:
                weights.data = weights.data.new_empty(0)


def _is_norm(module: nn.Module) -> bool:
    return isinstance(module, nn.LayerNorm)


def load_checkpoint(
    folder: Path, device: str = "cpu", report: Report = lambda _: None
) -> Checkpoint:
    """Read both files of ``folder``; the weights are float32, whatever the device.

    Raises ModelDamaged for files that are incomplete, hostile or contradict themselves, and
    ModelUnavailable for what this program cannot run or what is not on this computer.
    """
    package = _read(folder / LM_FILE)
    config = _config(package, LM_FILE)
    report(0.1)
    lm = _language_model(package, config, device)
    report(0.6)
    codec = _compression_model(folder, config, device)
    report(0.7)
    if (codec.num_codebooks, codec.cardinality) != (lm.n_q, lm.card):
        raise ModelDamaged(
            "The two files of this model do not belong together.",
            detail=f"{lm.n_q} codebooks of {lm.card} against "
            f"{codec.num_codebooks} of {codec.cardinality}",
        )
    abilities = {"text", "continuation"}
    if codec.channels == 2:
        abilities.add("stereo")
    if MELODY in lm.condition_provider.conditioners:
        abilities.add("melody")
    return Checkpoint(
        lm=lm,
        codec=codec,
        delays=_delays(lm),
        max_seconds=float(config.dataset.segment_duration),
        abilities=frozenset(abilities),
        digest=_digest(lm),
    )


def _digest(lm: LMModel) -> str:
    """Of the weights nearest to the tokens, which every training changes."""
    digest = hashlib.sha256()
    for weights in (lm.emb[0].weight, lm.linears[-1].weight):
        digest.update(weights.detach().cpu().numpy().tobytes())
    return digest.hexdigest()


def _read(path: Path) -> Mapping[str, Any]:
    """What torch saved at ``path``. A pickle is code, so only plain data and tensors are read."""
    try:
        package = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except FileNotFoundError as error:
        raise ModelUnavailable(f"The model's folder has no {path.name}.") from error
    except pickle.UnpicklingError as error:
        raise ModelDamaged(
            f"{path.name} holds something else than weights, and was not opened.",
            hint="Take models only from where you trust; download this one again.",
            detail=str(error),
        ) from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError) as error:
        raise ModelDamaged(f"{path.name} is damaged or incomplete.", detail=str(error)) from error
    if not isinstance(package, Mapping):
        raise ModelDamaged(f"{path.name} is no model of audiocraft.")
    return package


def _config(package: Mapping[str, Any], file: str) -> DictConfig:
    text = package.get("xp.cfg")
    if not isinstance(text, str) or not isinstance(package.get("best_state"), Mapping):
        raise ModelDamaged(f"{file} is no model of audiocraft.")
    try:
        config = OmegaConf.create(text)
    except (YAMLError, OmegaConfBaseException) as error:
        raise ModelDamaged(f"{file} does not describe its model.", detail=str(error)) from error
    if not isinstance(config, DictConfig):
        raise ModelDamaged(f"{file} does not describe its model.")
    return config


def _language_model(package: Mapping[str, Any], config: DictConfig, device: str) -> LMModel:
    kind = config.get("lm_model")
    if kind != "transformer_lm":
        raise ModelUnavailable("This is no MusicGen model.", detail=f"lm_model: {kind}")
    config.device, config.dtype = device, "float32"
    try:
        drawn = {"weight_init": None, "depthwise_init": None, "zero_bias_init": False}
        config.transformer_lm.update(drawn)  # drawing weights takes longer than reading them
        provider = build_conditioners(config)
        config.conditioners = {}  # they are there already
        with quiet():
            lm = builders.get_lm_model(config)
        lm.condition_provider = provider
    except (*WRONG, ValueError) as error:
        raise ModelDamaged(f"{LM_FILE} does not describe its model.", detail=str(error)) from error
    _fill(lm, package["best_state"], LM_FILE)
    return lm


def _compression_model(folder: Path, lm_config: DictConfig, device: str) -> CompressionModel:
    package = _read(folder / CODEC_FILE)
    try:
        if isinstance(package.get("pretrained"), str):
            codec = _published_codec(package["pretrained"], device)
        else:
            config = _config(package, CODEC_FILE)
            config.device = device
            with quiet():
                codec = builders.get_compression_model(config)
            _fill(codec, package["best_state"], CODEC_FILE)
        if device == "cpu":  # elsewhere nobody has measured it
            quicken(codec)
        return builders.get_wrapped_compression_model(codec, lm_config).eval()
    except OSError as error:
        raise ModelUnavailable(
            "The audio part of this model is not on this computer.",
            hint="Download the model again while connected.",
            detail=str(error),
        ) from error
    except (*WRONG, ValueError) as error:
        raise ModelDamaged(
            f"{CODEC_FILE} does not describe its model.", detail=str(error)
        ) from error


def _published_codec(name: str, device: str) -> CompressionModel:
    """One of transformers' own; audiocraft knows others by name, which it would fetch."""
    if "/" not in name or not is_repo(name):
        raise ModelUnavailable("This model's audio part is of a kind that is not known here.")
    with quiet():
        return CompressionModel.get_pretrained(name, device)


def _fill(model: nn.Module, state: Mapping[str, Any], file: str) -> None:
    """Put the weights in, all of them, and see that they are numbers."""
    try:
        model.load_state_dict(state)
    except RuntimeError as error:  # torch lists what is missing, left over or of another shape
        raise ModelDamaged(
            f"The weights in {file} do not fit its description.", detail=str(error)[:2000]
        ) from error
    for name, weights in model.state_dict().items():
        if weights.is_floating_point() and not bool(torch.isfinite(weights).all()):
            raise ModelDamaged(f"{file} holds weights that are no numbers.", detail=name)
    model.eval()


def _delays(lm: LMModel) -> tuple[int, ...]:
    """Steps that each codebook comes later than the first."""
    provider = lm.pattern_provider
    plain = isinstance(provider, DelayedPatternProvider)
    if not plain or provider.flatten_first or provider.empty_initial:
        raise ModelUnavailable(
            "This model weaves its codebooks in a way that this program does not know.",
            detail=type(provider).__name__,
        )
    return tuple(provider.delays)
