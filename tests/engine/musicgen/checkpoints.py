"""Checkpoints with random weights in audiocraft's own format, for tests and benchmarks.

The weights make noise, yet everything that reads, fuses, caches and decodes them is the real
thing. They are scaled so that the prompt matters, tokens do not fall into loops and the logits
are not flat: else a wrong decoder could pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from engine.generators.musicgen.quiet import quiet
from tests.engine.musicgen.stems import no_demucs

with quiet():
    from audiocraft.models import builders
    from omegaconf import OmegaConf
    from transformers import T5Config, T5EncoderModel, T5Tokenizer

__all__ = ["MELODY", "SMALL", "STEREO", "TINY", "Shape", "write_checkpoint", "write_text_encoder"]

REVISION = "0" * 40
WORDS = "calm piano warm strings slow fast drums bass guitar the with and of a in rain night"
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789,.!?-'"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a checkpoint looks like; the defaults are the tiny one's."""

    dim: int = 64
    heads: int = 4
    layers: int = 2
    codebooks: int = 4
    card: int = 96
    """Tokens of one codebook."""
    filters: int = 4
    """Of EnCodec's first layer."""
    segment: float = 30.0
    """Seconds that the model knows at once."""
    melody: bool = False
    stereo: bool = False

    @property
    def delays(self) -> list[int]:
        """Stereo interleaves left and right, and delays both alike."""
        return [k // 2 if self.stereo else k for k in range(self.codebooks)]


TINY = Shape()
MELODY = Shape(melody=True, segment=4.0)
STEREO = Shape(codebooks=8, stereo=True)
SMALL = Shape(dim=1024, heads=16, layers=24, card=2048, filters=64)
"""The shape of facebook/musicgen-small."""


def write_checkpoint(folder: Path, shape: Shape = TINY, seed: int = 1) -> Path:
    """Write both files of a checkpoint; ``write_text_encoder`` must have run before."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    lm_config = OmegaConf.create(language_model_config(shape))
    codec_config = OmegaConf.create(compression_config(shape))
    with quiet(), no_demucs():
        lm = builders.get_lm_model(lm_config)
        codec = builders.get_compression_model(codec_config)
    sharpen(lm)
    save(folder / "state_dict.bin", lm, lm_config)
    save(folder / "compression_state_dict.bin", codec, codec_config)
    return folder


def write_text_encoder(cache: Path) -> None:
    """A small random T5 and its tokenizer, as a hub cache holds ``t5-base``."""
    repository = cache / "models--t5-base"
    snapshot = repository / "snapshots" / REVISION
    snapshot.mkdir(parents=True, exist_ok=True)
    (repository / "refs").mkdir(exist_ok=True)
    (repository / "refs" / "main").write_text(REVISION)
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    pieces += [(f"▁{word}", -5.0 - i / 100) for i, word in enumerate(WORDS.split())]
    pieces += [(letter, -8.0 - i / 100) for i, letter in enumerate(LETTERS)]
    T5Tokenizer(vocab=pieces, extra_ids=0).save_pretrained(snapshot)
    torch.manual_seed(0)
    # Width 768 is what audiocraft expects of t5-base.
    config = T5Config(
        vocab_size=len(pieces), d_model=768, d_kv=64, d_ff=256, num_layers=2, num_heads=4
    )
    T5EncoderModel(config).save_pretrained(snapshot)


@torch.no_grad()
def sharpen(lm: torch.nn.Module) -> None:
    """Make random weights have opinions: about the prompt, the past and the next token."""
    for embedding in lm.emb:
        embedding.weight.mul_(16)  # against the positions, which are large
    for head in lm.linears:
        head.weight.mul_(3)
    for layer in lm.transformer.layers:
        layer.self_attn.in_proj_weight.mul_(1.5)
        layer.self_attn.out_proj.weight.mul_(4)
        layer.linear2.weight.mul_(4)
    for conditioner in lm.condition_provider.conditioners.values():
        conditioner.output_proj.weight.mul_(3)


def save(path: Path, model: torch.nn.Module, config: Any) -> None:
    package = {"best_state": model.state_dict(), "xp.cfg": OmegaConf.to_yaml(config)}
    torch.save(package, path)


def language_model_config(shape: Shape) -> dict[str, Any]:
    """As audiocraft's export writes it, in full."""
    conditioners: dict[str, Any] = {
        "args": {"merge_text_conditions_p": 0.25, "drop_desc_p": 0.5},
        "description": {
            "model": "t5",
            "t5": {"name": "t5-base", "finetune": False, "word_dropout": 0.3,
                   "normalize_text": False},
        },
    }  # fmt: skip
    if shape.melody:
        conditioners["self_wav"] = {
            "model": "chroma_stem",
            "chroma_stem": {"sample_rate": 32000, "n_chroma": 12, "radix2_exp": 14,
                            "argmax": True, "match_len_on_eval": False, "eval_wavs": None,
                            "n_eval_wavs": 100, "cache_path": None},
        }  # fmt: skip
    return {
        "solver": "musicgen",
        "device": "cpu",
        "dtype": "float32",
        "lm_model": "transformer_lm",
        "dataset": {"segment_duration": shape.segment},
        "interleave_stereo_codebooks": {"use": shape.stereo, "per_timestep": False},
        "compression_model_n_q": None,
        "transformer_lm": {
            "n_q": shape.codebooks, "card": shape.card, "dim": shape.dim,
            "num_heads": shape.heads, "num_layers": shape.layers, "hidden_scale": 4,
            "dropout": 0.0, "emb_lr": None, "activation": "gelu", "norm_first": True,
            "bias_ff": False, "bias_attn": False, "bias_proj": False, "past_context": None,
            "causal": True, "custom": False, "memory_efficient": True,
            "attention_as_float32": False, "layer_scale": None, "positional_embedding": "sin",
            "xpos": False, "checkpointing": "none", "weight_init": "gaussian",
            "depthwise_init": "current", "zero_bias_init": True, "norm": "layer_norm",
            "cross_attention": False, "qk_layer_norm": False, "qk_layer_norm_cross": False,
            "attention_dropout": None, "kv_repeat": 1, "two_step_cfg": False,
        },
        "codebooks_pattern": {
            "modeling": "delay",
            "delay": {"delays": shape.delays, "flatten_first": 0, "empty_initial": 0},
        },
        "classifier_free_guidance": {"training_dropout": 0.3, "inference_coef": 3.0},
        "attribute_dropout": {"args": {"active_on_eval": False}, "text": {}, "wav": {}},
        "conditioners": conditioners,
        # Real melody checkpoints put both before the music; the others attend to the text.
        "fuser": {
            "cross_attention_pos_emb": False, "cross_attention_pos_emb_scale": 1, "sum": [],
            "prepend": ["self_wav", "description"] if shape.melody else [],
            "cross": [] if shape.melody else ["description"], "input_interpolate": [],
        },
    }  # fmt: skip


def compression_config(shape: Shape) -> dict[str, Any]:
    """EnCodec at 32 kHz and 50 frames a second, mono; stereo wraps it."""
    return {
        "device": "cpu",
        "compression_model": "encodec",
        "sample_rate": 32000,
        "channels": 1,
        "encodec": {"autoencoder": "seanet", "quantizer": "rvq", "sample_rate": 32000,
                    "channels": 1, "causal": False, "renormalize": False},
        "seanet": {
            "dimension": 128, "channels": 1, "causal": False, "n_filters": shape.filters,
            "n_residual_layers": 1, "ratios": [8, 5, 4, 4], "activation": "ELU",
            "activation_params": {"alpha": 1.0}, "norm": "weight_norm", "norm_params": {},
            "kernel_size": 7, "residual_kernel_size": 3, "last_kernel_size": 7,
            "dilation_base": 2, "pad_mode": "constant", "true_skip": True, "compress": 2,
            "lstm": 2, "disable_norm_outer_blocks": 0, "encoder": {},
            "decoder": {"trim_right_ratio": 1.0, "final_activation": None,
                        "final_activation_params": None},
        },
        "rvq": {"n_q": shape.codebooks // (2 if shape.stereo else 1), "q_dropout": False,
                "bins": shape.card, "decay": 0.99, "kmeans_init": False, "kmeans_iters": 50,
                "threshold_ema_dead_code": 2, "orthogonal_reg_weight": 0.0,
                "orthogonal_reg_active_codes_only": False, "orthogonal_reg_max_codes": None},
    }  # fmt: skip
