"""Steps of MusicGen's decoders, audiocraft's and transformers' on random weights of small's shape.

The speed of a step depends on how much was decoded before, not on what it was, so each engine
gets a past of made-up keys at three places of the piece and decodes a few steps there; the mean
is the piece's, as the cost grows in a straight line. All engines run in one process, in turns:
believe the ratios more than the seconds. The weights are noise, so nothing is said of quality.
"""

from __future__ import annotations

import gc
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import fmean, median
from typing import Any

import psutil
import torch

from engine.generators.musicgen.checkpoint import Checkpoint, load_checkpoint
from engine.generators.musicgen.conditions import encode_conditions
from engine.generators.musicgen.decoder import Decoder
from engine.generators.musicgen.decoders.openvino import OpenVinoDecoder
from engine.generators.musicgen.decoders.torch import TorchDecoder
from engine.generators.musicgen.pattern import DelayedTokens
from engine.generators.musicgen.quiet import quiet
from engine.generators.musicgen.sampling import Sampler
from tests.engine.musicgen.checkpoints import SMALL, write_checkpoint, write_text_encoder

with quiet():
    from audiocraft.modules.conditioners import (
        ClassifierFreeGuidanceDropout,
        ConditioningAttributes,
    )
    from huggingface_hub import constants
    from transformers import (
        DynamicCache,
        EncodecConfig,
        MusicgenConfig,
        MusicgenDecoderConfig,
        MusicgenForConditionalGeneration,
        T5Config,
    )

PROMPT = "calm piano and warm strings in the night, slow, with a bass"
FRAME_RATE = 50
QUICK = "DGX_MUSIC_BENCH_QUICK" in os.environ
BATCHES = (1, 4) if QUICK else (1, 4, 8)
STEPS = 6 if QUICK else 12
"""Timed at each place; two more come before."""
PLACES = (1 / 6, 1 / 2, 5 / 6)
"""Of the piece."""

Stepper = Callable[[], object]


def bench() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scratch, offline(Path(scratch) / "hub") as hub:
        write_text_encoder(hub)
        checkpoint = load_checkpoint(write_checkpoint(Path(scratch) / "small", SMALL))
    engines = {
        ("audiocraft", "lm.generate", "fp32"): Audiocraft(checkpoint),
        ("transformers", "forward", "bf16"): Transformers(torch.bfloat16),
        ("ours", "openvino", "int8"): Ours(checkpoint, OpenVinoDecoder(checkpoint)),
    }
    if not QUICK:
        engines["ours", "torch", "int8"] = Ours(checkpoint, TorchDecoder(checkpoint, "int8"))
    rows = [
        {"engine": engine, "decoder": decoder, "precision": precision, **figures}
        for seconds in (5, 30)
        for batch in BATCHES
        for (engine, decoder, precision), figures in measured(engines, seconds, batch)
    ]
    memory = psutil.Process().memory_info()
    return {
        **ratios(rows),
        "bandwidth": {"value": bandwidth(), "unit": "GB/s"},
        "weights_int8": {"value": int8_gigabytes(checkpoint), "unit": "GB"},
        "encodec_5s": {"value": codec_seconds(checkpoint, 5), "unit": "s"},
        "encodec_30s": {"value": codec_seconds(checkpoint, 30), "unit": "s"},
        "first_audio": {"value": first_audio(checkpoint, engines["ours", "openvino", "int8"]),
                        "unit": "s"},
        "memory_of_all_engines": {"value": memory.rss / 1e9, "unit": "GB"},
        "rows": rows,
    }  # fmt: skip


@contextmanager
def offline(hub: Path) -> Iterator[Path]:
    """Let the text encoder come from ``hub`` and nothing from the network."""
    before = constants.HF_HUB_CACHE, constants.HF_HUB_OFFLINE
    constants.HF_HUB_CACHE, constants.HF_HUB_OFFLINE = str(hub), True
    try:
        yield hub
    finally:
        constants.HF_HUB_CACHE, constants.HF_HUB_OFFLINE = before


def measured(
    engines: dict[tuple[str, str, str], Any], seconds: int, batch: int
) -> Iterator[tuple[tuple[str, str, str], dict[str, Any]]]:
    """Each engine's figures at one length and batch; they take turns at each place."""
    times: dict[tuple[str, str, str], list[float]] = {name: [] for name in engines}
    for place in PLACES:
        for name, engine in engines.items():
            with engine.at(batch, int(place * seconds * FRAME_RATE)) as step:
                times[name].append(timed(step))
            gc.collect()
    for name, own in times.items():
        step = fmean(own)
        yield (
            name,
            {
                "batch": batch,
                "seconds": seconds,
                "steps_per_second": 1 / step,
                "rtf_per_take": step * FRAME_RATE / batch,
            },
        )


@torch.no_grad()
def timed(step: Stepper) -> float:
    """Seconds of a step, the median of a few."""
    for _ in range(2):
        step()
    taken = []
    for _ in range(STEPS):
        begun = time.perf_counter()
        step()
        taken.append(time.perf_counter() - begun)
    return median(taken)


class Ours:
    """One of our decoders, with sampling."""

    def __init__(self, checkpoint: Checkpoint, decoder: Decoder[Any]) -> None:
        self.checkpoint = checkpoint
        self.decoder = decoder

    @contextmanager
    def at(self, batch: int, past: int) -> Iterator[Stepper]:
        conditions = encode_conditions(self.checkpoint, PROMPT)
        rows: list[Any] = [self.decoder.open(conditions) for _ in range(batch)]
        samplers = [Sampler(seed) for seed in range(batch)]
        inputs = [torch.randint(2048, (4, 1)) for _ in rows]
        for row in rows:
            row.steps = past

        def step() -> None:
            logits = self.decoder.logits(rows, inputs)
            inputs[:] = [own(said)[:, None] for own, said in zip(samplers, logits, strict=True)]

        yield step
        for row in rows:
            self.decoder.close(row)


class Audiocraft:
    """A step of ``lm.generate``."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.lm = checkpoint.lm

    @contextmanager
    def at(self, batch: int, past: int) -> Iterator[Stepper]:
        lm = self.lm
        wanted = [ConditioningAttributes(text={"description": PROMPT})] * batch
        both = wanted + ClassifierFreeGuidanceDropout(p=1.0)(wanted)
        with torch.no_grad():
            tensors = lm.condition_provider(lm.condition_provider.tokenize(both))
        tokens = torch.randint(2048, (batch, 4, 1))

        def step() -> None:
            nonlocal tokens
            tokens = lm._sample_next_token(  # noqa: SLF001 - what generate repeats
                tokens, tensors, {}, True, 1.0, 250, 0.0, 3.0
            )

        with lm.streaming(), torch.no_grad():
            step()
            state = lm.get_streaming_state()
            for name, tensor in state.items():
                if name.endswith(("past_keys", "past_values")):
                    state[name] = tensor.expand(-1, -1, past, -1).contiguous()
                elif name.endswith("offsets"):
                    state[name] = torch.full_like(tensor, past)
            lm.set_streaming_state(state)
            yield step


class Transformers:
    """A step of transformers' MusicGen: its decoder, guidance and sampling, without the overhead
    of its ``generate``."""

    def __init__(self, dtype: torch.dtype) -> None:
        config = MusicgenConfig(
            text_encoder=T5Config(num_layers=1, d_model=768, vocab_size=50),
            audio_encoder=EncodecConfig(sampling_rate=32000, num_filters=4),
            decoder=MusicgenDecoderConfig(),
        )
        with quiet():
            model = MusicgenForConditionalGeneration(config).eval()
        self.decoder = model.decoder.to(dtype)
        self.dtype = dtype

    @contextmanager
    def at(self, batch: int, past: int) -> Iterator[Stepper]:
        config = self.decoder.config
        heads, layers = config.num_attention_heads, config.num_hidden_layers
        shape = (2 * batch, heads, past, config.hidden_size // heads)
        keys = torch.zeros(shape, dtype=self.dtype)
        cache = DynamicCache(config=config)
        for layer in range(layers):
            cache.update(keys, keys, layer)
        prompt = torch.randn(2 * batch, 20, config.hidden_size, dtype=self.dtype)
        tokens = torch.randint(2048, (batch * 4, 1))

        def step() -> None:
            nonlocal tokens
            logits = (
                self.decoder(
                    input_ids=torch.cat([tokens, tokens]),
                    encoder_hidden_states=prompt,
                    past_key_values=cache,
                    use_cache=True,
                )
                .logits[:, -1]
                .float()
            )
            wanted, absent = logits.chunk(2)
            probabilities = torch.softmax(absent + 3 * (wanted - absent), dim=-1)
            values, order = probabilities.topk(250)
            tokens = order.gather(1, torch.multinomial(values, 1))

        yield step


def ratios(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Our default against the others, and against the clock; with the goals."""
    by = {
        (row["engine"], row["seconds"], row["batch"]): row["rtf_per_take"]
        for row in rows
        if row["decoder"] != "torch"
    }
    ours, theirs, others = (
        {key[1:]: rtf for key, rtf in by.items() if key[0] == engine}
        for engine in ("ours", "audiocraft", "transformers")
    )
    return {
        "5s_batch1_times_audiocraft": {"value": theirs[5, 1] / ours[5, 1], "min": 5},
        "5s_batch1_times_transformers": {"value": others[5, 1] / ours[5, 1], "min": 3},
        "5s_batch4_times_audiocraft": {"value": theirs[5, 4] / ours[5, 4], "min": 10},
        "30s_batch1_times_audiocraft": {"value": theirs[30, 1] / ours[30, 1], "min": 6},
        "30s_batch1_rtf": {"value": ours[30, 1], "max": 1.2},
        "30s_batch4_rtf_per_take": {"value": ours[30, 4], "max": 0.6},
    }


def bandwidth() -> float:
    """What this machine reads from memory, in GB/s: the bound of every decoder."""
    data = torch.ones(2**28)
    return data.nbytes / timed(data.sum) / 1e9


def int8_gigabytes(checkpoint: Checkpoint) -> float:
    """What a step must read at least."""
    lm = checkpoint.lm
    matrices = [*lm.transformer.parameters(), *lm.linears.parameters()]
    return sum(p.numel() for p in matrices) / 1e9


@torch.no_grad()
def codec_seconds(checkpoint: Checkpoint, seconds: int) -> float:
    codes = torch.randint(2048, (1, 4, seconds * FRAME_RATE))
    begun = time.perf_counter()
    checkpoint.codec.decode(codes)
    return time.perf_counter() - begun


@torch.no_grad()
def first_audio(checkpoint: Checkpoint, engine: Ours) -> float:
    """From the prompt to the first two seconds that can be heard."""
    begun = time.perf_counter()
    tokens = DelayedTokens(10 * FRAME_RATE, checkpoint.delays, checkpoint.card)
    row = engine.decoder.open(encode_conditions(checkpoint, PROMPT))
    sampler = Sampler(1)
    while tokens.frames_done < 2 * FRAME_RATE:
        tokens.write(sampler(engine.decoder.logits([row], [tokens.read()])[0]))
    checkpoint.codec.decode(tokens.codes[None, :, : tokens.frames_done])
    engine.decoder.close(row)
    return time.perf_counter() - begun
