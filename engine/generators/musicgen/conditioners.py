"""What a model is told with: the text encoder of its checkpoint, and maybe an ear for melodies.

Audiocraft knows more ways, most of which load further files that the checkpoint names. Only these
two are built here.
"""

from __future__ import annotations

from engine.errors import ModelUnavailable
from engine.generators.musicgen.melody import MelodyConditioner
from engine.generators.musicgen.quiet import quiet

with quiet():
    from audiocraft.models import builders
    from audiocraft.modules.conditioners import ConditioningProvider
    from omegaconf import DictConfig
    from omegaconf.errors import OmegaConfBaseException

__all__ = ["MELODY", "build_conditioners"]

MELODY = "self_wav"
"""Audiocraft's name for given audio that a take shall follow."""
CHROMA = ("sample_rate", "n_chroma", "radix2_exp", "nfft", "winlen", "winhop", "argmax", "norm")
"""Of all that a checkpoint says of its melody, what shapes it; the rest is for training."""
WRONG = (OmegaConfBaseException, KeyError, TypeError, AttributeError, AssertionError)
"""Raised by audiocraft for a description that makes no sense."""


def build_conditioners(config: DictConfig) -> ConditioningProvider:
    """All that the checkpoint's ``config`` asks for, without its own weights.

    Raises ModelUnavailable for what is not known, not here or damaged, and one of WRONG.
    """
    told, dim = config.conditioners, config.transformer_lm.dim
    melody = told.pop(MELODY, None)
    _see_that_they_are_known(told, melody)
    try:
        with quiet():
            provider = builders.get_conditioner_provider(dim, config)
    except WRONG:
        raise
    except OSError as error:  # transformers finds its files nowhere
        raise ModelUnavailable(
            "A part that this model reads prompts with is not on this computer.",
            hint="Download the model again while connected.",
            detail=str(error),
        ) from error
    except Exception as error:  # of whichever library reads the file
        raise _damaged(f"{type(error).__name__}: {error}") from error
    for name in provider.text_conditions:
        _see_that_it_reads(provider, name)
    if melody is not None:
        said = melody.chroma_stem
        chroma = {name: said[name] for name in CHROMA if name in said}
        seconds = float(config.dataset.segment_duration)
        # Ours: audiocraft's would fetch another model, and run what that one says.
        provider.conditioners[MELODY] = MelodyConditioner(dim, seconds, config.device, chroma)
    return provider.to(config.device)


def _see_that_they_are_known(told: DictConfig, melody: DictConfig | None) -> None:
    kinds = {str(name): said.model for name, said in told.items() if name != "args"}
    strange = {name: kind for name, kind in kinds.items() if kind != "t5"}
    if melody is not None and melody.model != "chroma_stem":
        strange[MELODY] = melody.model
    if strange:
        raise ModelUnavailable(
            "This model is told what to play in a way that this program does not know.",
            detail=", ".join(f"{name}: {kind}" for name, kind in strange.items()),
        )


def _see_that_it_reads(provider: ConditioningProvider, name: str) -> None:
    """Without its vocabulary a tokenizer is built all the same, and no word means anything."""
    tokenizer = provider.conditioners[name].t5_tokenizer
    if tokenizer.unk_token_id in tokenizer("a calm piano").input_ids:
        raise _damaged("the tokenizer does not know the plainest words")


def _damaged(detail: str) -> ModelUnavailable:
    return ModelUnavailable(
        "A part that this model reads prompts with is damaged.",
        hint="Download the model again while connected.",
        detail=detail,
    )
