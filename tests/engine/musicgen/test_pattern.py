"""The delay pattern, row by row, against audiocraft's own pattern provider."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as some

from engine.generators.musicgen.pattern import UNKNOWN, DelayedTokens
from engine.generators.musicgen.quiet import quiet

with quiet():
    from audiocraft.modules.codebooks_patterns import DelayedPatternProvider

SPECIAL = 99
DELAYS = some.sampled_from([(0, 1, 2, 3), (0, 0, 1, 1, 2, 2, 3, 3), (0, 0), (0, 2, 5)])


@given(DELAYS, some.integers(1, 12), some.data())
def test_reads_and_writes_where_audiocraft_does(
    delays: tuple[int, ...], frames: int, data: some.DataObject
) -> None:
    known = data.draw(some.integers(0, frames - 1))
    codes = torch.arange(len(delays) * frames).view(len(delays), frames) % SPECIAL
    pattern = DelayedPatternProvider(len(delays), list(delays)).get_pattern(frames)
    sequence = pattern.build_pattern_sequence(codes[None], SPECIAL)[0][0]
    start = pattern.get_first_step_with_timesteps(known)

    tokens = DelayedTokens(frames, delays, SPECIAL, codes[:, :known] if known else None)
    assert torch.equal(tokens.read(), sequence[:, :start])
    assert tokens.length == sequence.shape[1] - 1
    for step in range(start, sequence.shape[1]):
        assert not tokens.complete
        assert tokens.steps_done == step - start
        whole = (tokens.codes != UNKNOWN).all(dim=0)
        assert tokens.frames_done == int(whole.sum())
        # Where the pattern has no place, a model's answer must be dropped.
        tokens.write(torch.where(sequence[:, step] == SPECIAL, 55, sequence[:, step]))
        if not tokens.complete:
            assert torch.equal(tokens.read(), sequence[:, step : step + 1])
    assert tokens.complete
    assert tokens.steps_done == tokens.steps_total
    assert torch.equal(tokens.codes, codes)


@given(some.integers(2, 10), some.data())
def test_resumes_at_any_step(frames: int, data: some.DataObject) -> None:
    delays = (0, 1, 2, 3)
    known = data.draw(some.integers(0, frames - 1))
    tokens = DelayedTokens(frames, delays, SPECIAL, torch.ones(4, known, dtype=torch.long))
    read = [tokens.read()]
    for step in range(data.draw(some.integers(0, tokens.steps_total - 1))):
        tokens.write(torch.full((4,), step))
        read.append(tokens.read())
    again = DelayedTokens.resume(tokens.codes, tokens.position, delays, SPECIAL, known)
    assert torch.equal(again.read(), torch.cat(read, dim=1))
    assert (again.steps_done, again.steps_total) == (tokens.steps_done, tokens.steps_total)
