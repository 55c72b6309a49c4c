"""Our decoders say what audiocraft says: for each kind of take, alone and in a ragged batch."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.errors import GenerationError, ModelDamaged, ModelUnavailable, OutOfMemory
from engine.generators.musicgen.checkpoint import Checkpoint, load_checkpoint
from engine.generators.musicgen.conditions import encode_conditions
from engine.generators.musicgen.decoder import Decoder
from engine.generators.musicgen.decoders import openvino
from engine.generators.musicgen.decoders.native import NativeDecoder
from engine.generators.musicgen.decoders.openvino import OpenVinoDecoder
from engine.generators.musicgen.decoders.reference import ReferenceDecoder
from engine.generators.musicgen.decoders.torch import TorchDecoder
from tests.engine.musicgen.growing import Take, by_audiocraft, grow

Make = Callable[[Checkpoint], Decoder[Any]]


def exact_openvino(checkpoint: Checkpoint) -> Decoder[Any]:
    return OpenVinoDecoder(checkpoint, "fp32")


def coarse(checkpoint: Checkpoint) -> NativeDecoder:
    return NativeDecoder(checkpoint, "int4")


pairs, quads = (partial(NativeDecoder, quads=own) for own in (False, True))
NATIVE = {"int8-pairs": pairs, "int8-quads": quads, "int4": coarse}
FAST = {"torch": TorchDecoder, "openvino": exact_openvino}
ALL = {"reference": ReferenceDecoder, **FAST}


@pytest.fixture(params=ALL.values(), ids=ALL)
def make(request: pytest.FixtureRequest) -> Make:
    return request.param


def tune(checkpoint: Checkpoint, seconds: float) -> Tensor:
    """A melody of four notes [1, samples]."""
    count = int(seconds * checkpoint.sample_rate)
    time = torch.arange(count) / checkpoint.sample_rate
    pitches = torch.tensor([220.0, 330.0, 262.0, 294.0])[(time * 4).long() % 4]
    return 0.5 * torch.sin(2 * math.pi * pitches * time)[None]


@pytest.mark.parametrize("prompt", ["calm piano", "fast drums and bass, 140", ""])
def test_a_prompt(make: Make, tiny: Checkpoint, prompt: str) -> None:
    take = Take(prompt)
    truth = by_audiocraft(tiny, take)
    assert torch.equal(grow(tiny, make(tiny), [take])[0], truth)
    assert not torch.equal(truth, by_audiocraft(tiny, Take("warm strings")))  # or it proves nothing


def test_a_continuation(make: Make, tiny: Checkpoint) -> None:
    known = by_audiocraft(tiny, Take("slow guitar", 25))
    take = Take("calm piano", known=known)
    assert torch.equal(grow(tiny, make(tiny), [take])[0], by_audiocraft(tiny, take))


def test_stereo(make: Make, stereo: Checkpoint) -> None:
    assert stereo.abilities == {"text", "continuation", "stereo"}
    take = Take("warm strings", 40)
    assert torch.equal(grow(stereo, make(stereo), [take])[0], by_audiocraft(stereo, take))


def test_a_melody(make: Make, melody: Checkpoint) -> None:
    assert melody.abilities == {"text", "continuation", "melody"}
    takes = [Take("calm piano", 40, melody=tune(melody, 1.5)), Take("calm piano", 40, joins=3)]
    truth = [by_audiocraft(melody, take) for take in takes]
    assert not torch.equal(*truth)
    for grown, own in zip(grow(melody, make(melody), takes), truth, strict=True):
        assert torch.equal(grown, own)


def test_extended_windows(make: Make, melody: Checkpoint) -> None:
    """Six seconds of a model that knows four: the second window goes on from the first."""
    truth = by_audiocraft(melody, Take("fast drums"), seconds=6, stride=3)
    first = grow(melody, make(melody), [Take("fast drums", 200)])[0]
    second = grow(melody, make(melody), [Take("fast drums", 150, known=first[:, 150:])])[0]
    assert torch.equal(torch.cat([first[:, :150], second], dim=1), truth)


RAGGED = [
    Take("calm piano", 30),
    Take("fast drums and bass", 8),
    Take("", 20, joins=3),
    Take("warm strings in the night", 20, joins=5, guidance=1.5, rests=range(9, 17)),
    Take("rain", 5, joins=6),
    Take("slow guitar", 9, joins=17),
    Take("a", 12, joins=18, rests=(20, 21, 27)),
    Take("the bass of the night, and strings of rain", 15, joins=20, guidance=5.0),
]


def test_eight_ragged_rows_that_join_leave_and_rest(make: Make, tiny: Checkpoint) -> None:
    known = by_audiocraft(tiny, Take("slow guitar", 10))
    takes = [*RAGGED[:-1], Take("rain", 16, joins=20, known=known)]
    truth = [by_audiocraft(tiny, take) for take in takes]
    for number, (grown, own) in enumerate(zip(grow(tiny, make(tiny), takes), truth, strict=True)):
        assert torch.equal(grown, own), number


@pytest.mark.parametrize(
    ("make", "bound"),
    [(TorchDecoder, 1e-4), (exact_openvino, 1e-4), (OpenVinoDecoder, 0.02)],
    ids=["torch", "openvino", "openvino-int8"],
)
def test_neighbours_change_no_more_than_the_last_bits(
    make: Make, tiny: Checkpoint, bound: float
) -> None:
    """Sums are rounded differently in another batch, far below what sampling can tell."""
    takes = again(RAGGED)
    decoder = make(tiny)
    together = grow(tiny, decoder, takes)
    for take, codes in zip(takes, together, strict=True):
        alone = Take(take.prompt, take.frames, guidance=take.guidance)
        grow(tiny, decoder, [alone], [codes])
        difference = (torch.stack(alone.heard) - torch.stack(take.heard)).abs().max()
        assert difference < bound, take.prompt  # of logits whose spread is about 6


SAMPLED = {**FAST, "openvino-int8": OpenVinoDecoder}


@pytest.mark.parametrize("make", SAMPLED.values(), ids=SAMPLED)
def test_a_sampled_take_is_the_same_alone_and_in_a_batch(make: Make, tiny: Checkpoint) -> None:
    """Holds here and on most machines; an answer on the edge may tip where rounding differs."""
    assert make(tiny).repeats == "nearly"
    prompts = [take.prompt for take in RAGGED]
    takes = [
        Take(prompt, 25, joins=2 * i, temperature=1.0, seed=i) for i, prompt in enumerate(prompts)
    ]
    for take, codes in zip(takes, grow(tiny, make(tiny), takes), strict=True):
        alone = Take(take.prompt, 25, temperature=1.0, seed=take.seed)
        assert torch.equal(grow(tiny, make(tiny), [alone])[0], codes), take.prompt


@pytest.mark.parametrize(
    ("rough", "agreeing", "divergence"),
    [
        (partial(TorchDecoder, precision="bf16"), 0.95, 0.005),
        (partial(TorchDecoder, precision="int8"), 0.95, 0.005),
        (OpenVinoDecoder, 0.95, 0.005),
        (pairs, 0.95, 0.005),
        (quads, 0.95, 0.005),
        (coarse, 0.8, 0.05),
    ],
    ids=["torch-bf16", "torch-int8", "openvino-int8", *(f"native-{name}" for name in NATIVE)],
)
def test_low_precision_is_close(
    tiny: Checkpoint, rough: Make, agreeing: float, divergence: float
) -> None:
    """Teacher forcing: the exact tokens are given, the next ones are foretold by both."""
    exact, close = again(RAGGED), again(RAGGED)
    codes = grow(tiny, TorchDecoder(tiny), exact)
    grow(tiny, rough(tiny), close, codes)
    truth, said = (
        torch.cat([torch.stack(take.heard) for take in takes]) for takes in (exact, close)
    )
    assert (truth.argmax(-1) == said.argmax(-1)).float().mean() > agreeing
    assert kl_divergence(truth, said) < divergence


@pytest.mark.parametrize("native", NATIVE.values(), ids=NATIVE)
def test_native_logits_are_the_same_to_the_last_bit(
    native: Callable[[Checkpoint], NativeDecoder], tiny: Checkpoint, melody: Checkpoint
) -> None:
    """Alone, in any batch, by any number of threads, and when a take goes on from its tokens,
    which are read in one go."""
    decoder = native(tiny)
    assert decoder.repeats == "exactly"
    decoder._threads = 2
    takes = [replace(take, temperature=1.0, seed=n) for n, take in enumerate(again(RAGGED))]
    for take, codes in zip(takes, grow(tiny, decoder, takes), strict=True):
        alone = replace(take, joins=0, rests=(), row=None, heard=[])
        assert torch.equal(grow(tiny, native(tiny), [alone])[0], codes)
        assert torch.equal(torch.stack(alone.heard), torch.stack(take.heard)), take.prompt
    long = Take("calm piano", 120, melody=tune(melody, 1.5))
    codes = grow(melody, native(melody), [long])[0]
    later = replace(long, known=codes[:, :100], row=None, heard=[])
    grow(melody, native(melody), [later], [codes])
    assert torch.equal(torch.stack(later.heard), torch.stack(long.heard)[100:])


@pytest.mark.parametrize("native", NATIVE.values(), ids=NATIVE)
def test_native_hides_no_damage(native: Make, tiny: Checkpoint) -> None:
    """Rounding to whole numbers must not turn what is no number into one."""
    weight = tiny.lm.transformer.layers[0].linear1.weight
    before = weight.detach().clone()
    try:
        with torch.no_grad():
            weight[3, 5] = torch.nan
        with pytest.raises(ModelDamaged):
            grow(tiny, native(tiny), [Take("rain", 3)])
    finally:
        with torch.no_grad():
            weight.copy_(before)


def again(takes: Sequence[Take]) -> list[Take]:
    return [replace(take, row=None, heard=[]) for take in takes]


def kl_divergence(truth: Tensor, said: Tensor) -> float:
    """Mean over steps and codebooks, in nats."""
    truth, said = truth.log_softmax(-1), said.log_softmax(-1)
    return float((truth.exp() * (truth - said)).sum(-1).mean())


def test_a_row_takes_the_memory_that_is_foretold(tiny: Checkpoint) -> None:
    sizes = []
    for rows in (1, 2, 3):
        decoder = TorchDecoder(tiny)
        grow(tiny, decoder, [Take("rain", 300) for _ in range(rows)])
        cache = decoder._past
        sizes.append(sum(t.nbytes for t in (*cache.keys, *cache.values)))
    assert {more - less for less, more in pairwise(sizes)} == {decoder.row_bytes(300)}


def test_blocks_are_used_again(tiny: Checkpoint) -> None:
    decoder = OpenVinoDecoder(tiny, "fp32")
    row_blocks = 2 * 2  # streams of 70 steps at the end, in blocks of 32
    for _ in range(3):
        grow(tiny, decoder, [Take("rain", 60), Take("a", 60)])
    pool = decoder._pool["key_cache.0"]
    assert pool.shape[0] == len(decoder._free) < 3 * 2 * row_blocks + 32
    per_block = sum(tensor.byte_size for tensor in decoder._pool.values()) / pool.shape[0]
    assert decoder.row_bytes(60) == per_block * row_blocks


@pytest.mark.parametrize("make", [TorchDecoder, exact_openvino, NativeDecoder])
def test_decoders_with_weights_of_their_own_need_no_others(
    make: Make, tiny: Checkpoint, tiny_folder: Path
) -> None:
    expected = grow(tiny, make(tiny), [Take("rain", 9)])[0]
    checkpoint = load_checkpoint(tiny_folder)
    decoder = make(checkpoint)
    before = sum(parameter.nbytes for parameter in checkpoint.lm.transformer.parameters())
    checkpoint.shed()
    after = sum(parameter.nbytes for parameter in checkpoint.lm.transformer.parameters())
    assert after < 0.25 * before
    assert torch.equal(grow(checkpoint, decoder, [Take("rain", 9)])[0], expected)


def test_native_uses_its_blocks_again(tiny: Checkpoint) -> None:
    decoder = NativeDecoder(tiny)
    for _ in range(3):
        grow(tiny, decoder, [Take("rain", 70), Take("a", 70)])  # two blocks, and one of the prompt
    assert len(decoder._cache) == len(decoder._free) == 16
    per_block = decoder._cache.nbytes / 16
    assert decoder.row_bytes(73) == per_block * 2 * 3


def test_memory_that_ends_is_told_apart(tiny: Checkpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    decoder = TorchDecoder(tiny)

    def full(*sizes: int) -> None:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried ...")

    monkeypatch.setattr(decoder._past, "make_room", full)
    with pytest.raises(OutOfMemory):
        decoder.open(encode_conditions(tiny, "rain"))


def test_a_row_that_could_not_be_opened_keeps_nothing(
    tiny: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: Any) -> None:
        raise MemoryError

    conditions = encode_conditions(tiny, "rain")
    native, torches = NativeDecoder(tiny), TorchDecoder(tiny)
    monkeypatch.setattr(native, "_keep_prompts", full)
    monkeypatch.setattr(torches, "_keep_prompt", full)
    for decoder in (native, torches):
        with pytest.raises(OutOfMemory):
            decoder.open(conditions)
    assert len(native._free) == len(native._cache) > 0
    assert not any(torches._seats.taken)


class Ends:
    """Memory that ends at its ``last`` piece, once."""

    def __init__(self, real: Callable[..., Any], last: int) -> None:
        self._real, self._left = real, last

    def __call__(self, *given: Any) -> Any:
        self._left -= 1
        if not self._left:
            raise MemoryError
        return self._real(*given)


@pytest.mark.parametrize("last", [1, 2, 3])
def test_memory_that_ends_half_way_costs_nobody_else(
    tiny: Checkpoint, monkeypatch: pytest.MonkeyPatch, last: int
) -> None:
    """One take grows past the room that there is while memory is short; then it is tried again."""
    replays: list[str] = []
    decoder = TorchDecoder(tiny)
    monkeypatch.setattr(decoder._recorder, "forget", lambda: replays.append("forgotten"))
    row = decoder.open(encode_conditions(tiny, "rain"))
    tokens = torch.zeros(len(tiny.delays), 1, dtype=torch.long)
    decoder.logits([row], [tokens])
    row.skip(300)
    replays.clear()
    monkeypatch.setattr(decoder._past, "_empty", Ends(decoder._past._empty, last))
    with pytest.raises(OutOfMemory):
        decoder.logits([row], [tokens])
    assert replays, "what was recorded holds memory that is gone"
    other = TorchDecoder(tiny)
    fresh = other.open(encode_conditions(tiny, "rain"))
    other.logits([fresh], [tokens])
    fresh.skip(300)
    assert torch.equal(decoder.logits([row], [tokens]), other.logits([fresh], [tokens]))


@pytest.mark.parametrize("last", [1, 2, 3])
def test_a_pool_that_could_not_grow_goes_on_as_it_was(
    tiny: Checkpoint, monkeypatch: pytest.MonkeyPatch, last: int
) -> None:
    decoder = OpenVinoDecoder(tiny, "fp32")
    monkeypatch.setattr(openvino.ov, "Tensor", Ends(openvino.ov.Tensor, last))
    with pytest.raises(MemoryError):
        decoder._grow()
    assert decoder._pool_blocks == len(decoder._free) == 0
    monkeypatch.undo()
    expected = grow(tiny, OpenVinoDecoder(tiny, "fp32"), [Take("rain", 40)])
    assert torch.equal(grow(tiny, decoder, [Take("rain", 40)])[0], expected[0])


def test_what_a_model_cannot_do_is_refused(tiny: Checkpoint) -> None:
    with pytest.raises(ModelUnavailable, match="8 bits"):
        TorchDecoder(tiny, "int8", "meta")
    with pytest.raises(GenerationError, match="follows no melody"):
        encode_conditions(tiny, "rain", tune(tiny, 1))
    tiny.lm.transformer.positional_embedding = "rope"
    try:
        with pytest.raises(ModelUnavailable):
            TorchDecoder(tiny)
    finally:
        tiny.lm.transformer.positional_embedding = "sin"
