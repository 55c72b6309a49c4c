"""Steps of MusicGen's decoders, audiocraft's and transformers' on random weights of small's shape.

The speed of a step depends on how much was decoded before, not on what it was, so each engine
gets a past of made-up keys at three places of the piece and decodes a few steps there; the mean
is the piece's, as the cost grows in a straight line. All engines run in one process, in turns,
and of an engine's turns the best counts: believe the ratios more than the seconds. Peak memory is
that of a process of each engine's own. The weights are noise, so nothing is said of quality.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import fmean, median
from typing import Any

import numpy as np
import torch
from benches.equality import equal_tokens
from benches.sketch import peak_memory

from engine.generators.musicgen.checkpoint import Checkpoint, load_checkpoint
from engine.generators.musicgen.codec import Codec
from engine.generators.musicgen.conditions import encode_conditions
from engine.generators.musicgen.decoder import Decoder
from engine.generators.musicgen.decoders.memory import BLOCK
from engine.generators.musicgen.decoders.native import NativeDecoder
from engine.generators.musicgen.decoders.openvino import OpenVinoDecoder
from engine.generators.musicgen.decoders.processor import suits_this_processor
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
TURNS = 1 if QUICK else 2
"""Of each engine at each place."""
STEPS = 3
"""Timed in a turn; one more comes before."""
PLACES = (1 / 6, 1 / 2, 5 / 6)
"""Of the piece."""
DEFAULT = "native" if suits_this_processor() else "openvino"
"""Our decoder on this computer."""

Stepper = Callable[[], object]
Name = tuple[str, str, str]


def bench() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_text_encoder(folder / "hub")
        with offline(folder / "hub"):
            write_checkpoint(folder / "small", SMALL)
            peaks = {} if QUICK else {name: peak_of(name, folder) for name in MAKERS}
            checkpoint = load_checkpoint(folder / "small")
            engines = {name: make(checkpoint) for name, make in MAKERS.items()}
            equal = {} if QUICK else equal_tokens(checkpoint, folder)
    rows = [
        {"engine": engine, "decoder": decoder, "precision": precision, **figures}
        for seconds in (5, 30)
        for batch in BATCHES
        for (engine, decoder, precision), figures in measured(engines, seconds, batch)
    ]
    return {
        **ratios(rows),
        "default_decoder": DEFAULT,
        **bounds(checkpoint, engines["ours", DEFAULT, "int8"]),
        "encodec_5s": {"value": codec_seconds(checkpoint, 5), "unit": "s"},
        "encodec_30s": {"value": codec_seconds(checkpoint, 30), "unit": "s"},
        "first_audio": {"value": first_audio(checkpoint, engines["ours", DEFAULT, "int8"]),
                        "unit": "s"},
        **equal,
        **{f"peak_memory_{'_'.join(name)}": {"value": peak, "unit": "MB"}
           for name, peak in peaks.items()},
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
    engines: dict[Name, Any], seconds: int, batch: int
) -> Iterator[tuple[Name, dict[str, Any]]]:
    """Each engine's figures at one length and batch; they take turns at each place."""
    times: dict[Name, list[float]] = {name: [] for name in engines}
    for place in PLACES:
        turns: dict[Name, list[float]] = {name: [] for name in engines}
        for _ in range(TURNS):
            for name, engine in engines.items():
                with engine.at(batch, int(place * seconds * FRAME_RATE)) as step:
                    turns[name].append(timed(step))
                gc.collect()
        for name, own in turns.items():
            times[name].append(min(own))
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
    step()
    taken = []
    for _ in range(STEPS):
        begun = time.perf_counter()
        step()
        taken.append(time.perf_counter() - begun)
    return median(taken)


def peak_of(name: Name, folder: Path) -> int:
    """MB that a process of its own needs to load an engine and to step four takes of 25 s."""
    # As a module: its folder holds a queue.py, which must not hide Python's own.
    command = [sys.executable, "-m", "benches.decode", *name, str(folder)]
    paths = os.pathsep.join(str(Path(path).resolve()) for path in sys.path if path)
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, check=True
    )
    return int(done.stdout.split()[-1])


def tell_peak(name: Name, folder: Path) -> None:
    """What the process of ``peak_of`` does."""
    with offline(folder / "hub"), torch.no_grad():
        engine = MAKERS[name](load_checkpoint(folder / "small"))
        with engine.at(4, 25 * FRAME_RATE) as step:
            step()
    print(peak_memory())


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

        if isinstance(self.decoder, NativeDecoder):
            write_past(self.decoder, rows)
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


MAKERS: dict[Name, Callable[[Checkpoint], Any]] = {
    ("audiocraft", "lm.generate", "fp32"): Audiocraft,
    ("transformers", "forward", "bf16"): lambda _: Transformers(torch.bfloat16),
    ("ours", "native", "int8"): lambda own: Ours(own, NativeDecoder(own)),
    ("ours", "native", "int4"): lambda own: Ours(own, NativeDecoder(own, "int4")),
    ("ours", "openvino", "int8"): lambda own: Ours(own, OpenVinoDecoder(own)),
}
"""By engine, decoder and precision."""


def write_past(decoder: NativeDecoder, rows: list[Any]) -> None:
    """Memory that nobody wrote is one page for all, and near: it would be read for nothing."""
    decoder.logits(rows, [torch.zeros(4, 1, dtype=torch.long) for _ in rows])  # makes room
    cache = decoder._cache  # noqa: SLF001 - nothing else wants to write it
    cache.reshape(-1).view(np.int64)[:] = 0x0102_0304_FF02_0103
    cache[..., -2 * 4 * BLOCK :].view(np.float32)[:] = 0.01  # the scales


def ratios(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Our default decoder against the others, and against the clock; with the goals."""
    by = {
        (row["engine"], row["seconds"], row["batch"]): row["rtf_per_take"]
        for row in rows
        if row["engine"] != "ours" or (row["decoder"], row["precision"]) == (DEFAULT, "int8")
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
        **{f"moonshot_{seconds}s_batch{batch}": {"value": ours[seconds, batch], "unit": "RTF",
                                                 "wish": wish}
           for seconds in (5, 30) for batch, wish in ((1, 0.8), (4, 0.3))},
    }  # fmt: skip


def bandwidth() -> float:
    """What this machine reads from memory, in GB/s: the bound of every decoder."""
    data = torch.ones(2**28)
    return data.nbytes / min(timed(data.sum) for _ in range(3)) / 1e9


def bounds(checkpoint: Checkpoint, engine: Ours) -> dict[str, Any]:
    """What a step must read at least: the weights once, and each take's past. 30 s of music have
    half of that behind them on average."""
    lm, speed = checkpoint.lm, bandwidth()
    matrices = [*lm.transformer.parameters(), *lm.linears.parameters()]
    weights = sum(p.numel() for p in matrices) / 1e9
    past = engine.decoder.row_bytes(15 * FRAME_RATE) / 1e9
    return {
        "bandwidth": {"value": speed, "unit": "GB/s"},
        "weights_int8": {"value": weights, "unit": "GB"},
        "past_15s": {"value": past, "unit": "GB for each take"},
        "bound_5s_batch1": {"value": weights / speed * FRAME_RATE, "unit": "RTF"},
        **{f"bound_30s_batch{batch}": {
            "value": (weights / batch + past) / speed * FRAME_RATE, "unit": "RTF per take"}
           for batch in (1, 4)},
    }  # fmt: skip


@torch.no_grad()
def codec_seconds(checkpoint: Checkpoint, seconds: int) -> float:
    codec = Codec(checkpoint)
    codes = torch.randint(2048, (4, seconds * FRAME_RATE))
    taken = []
    for _ in range(2):
        begun = time.perf_counter()
        codec.stream().finish(codes)
        taken.append(time.perf_counter() - begun)
    return min(taken)


@torch.no_grad()
def first_audio(checkpoint: Checkpoint, engine: Ours) -> float:
    """From the prompt to the first two seconds that can be heard."""
    codec = Codec(checkpoint)
    begun = time.perf_counter()
    tokens = DelayedTokens(10 * FRAME_RATE, checkpoint.delays, checkpoint.card)
    row = engine.decoder.open(encode_conditions(checkpoint, PROMPT))
    sampler, stream = Sampler(1), codec.stream()
    while len(stream.sound) < 2 * codec.sample_rate:
        tokens.write(sampler(engine.decoder.logits([row], [tokens.read()])[0]))
        stream.go_on(tokens.codes, tokens.frames_done)
    engine.decoder.close(row)
    return time.perf_counter() - begun


if __name__ == "__main__":
    tell_peak((sys.argv[1], sys.argv[2], sys.argv[3]), Path(sys.argv[4]))
