"""Tokens are chosen as audiocraft chooses them, from a stream of chance that is the take's own."""

from __future__ import annotations

import pytest
import torch

from engine.errors import ModelDamaged
from engine.generators.musicgen.quiet import quiet
from engine.generators.musicgen.sampling import Sampler

with quiet():
    from audiocraft.utils import utils

LOGITS = 2 * torch.randn(4, 50, generator=torch.Generator().manual_seed(3))


def drawn(sampler: Sampler, count: int = 20_000) -> torch.Tensor:
    """How often each token comes [codebooks, card]."""
    tokens = sampler(LOGITS.repeat(count, 1)).view(count, 4)
    return torch.stack([tokens[:, k].bincount(minlength=50) for k in range(4)]) / count


@pytest.mark.parametrize(
    ("temperature", "top_k", "top_p"), [(1.0, 0, 0.0), (0.7, 8, 0.0), (1.3, 8, 0.6), (1.0, 500, 0)]
)
def test_the_shares_are_audiocrafts(temperature: float, top_k: int, top_p: float) -> None:
    ours = drawn(Sampler(1, temperature, top_k, top_p))
    torch.manual_seed(2)
    probabilities = torch.softmax(LOGITS.repeat(20_000, 1, 1) / temperature, dim=-1)
    if top_p:
        theirs = utils.sample_top_p(probabilities, top_p)
    elif 0 < top_k < 50:
        theirs = utils.sample_top_k(probabilities, top_k)
    else:
        theirs = utils.multinomial(probabilities, 1)
    shares = torch.stack([theirs[:, k, 0].bincount(minlength=50) for k in range(4)]) / 20_000
    assert (ours - shares).abs().max() < 0.02
    assert torch.equal(ours > 0.002, (ours > 0.002) & (shares > 0))  # none that it would not take


def test_the_stream_is_the_takes_own_and_can_be_resumed() -> None:
    one, other = Sampler(5), Sampler(6)
    alone = [one(LOGITS) for _ in range(6)]
    again = Sampler(5)
    for step in range(3):
        other(LOGITS)
        assert torch.equal(again(LOGITS), alone[step])
    resumed = Sampler(0)
    resumed.state = again.state
    assert torch.equal(resumed(LOGITS), alone[3])
    assert any(not torch.equal(other(LOGITS), token) for token in alone)


def test_no_numbers_are_no_music() -> None:
    assert torch.equal(Sampler(0, temperature=0)(LOGITS), LOGITS.argmax(-1))
    with pytest.raises(ModelDamaged):
        Sampler(0)(torch.full((4, 50), torch.nan))


@pytest.mark.parametrize("temperature", [1e-300, 1e-46, 1e-45, 1e-40, 1e-38, 1e-30])
def test_a_temperature_of_almost_nothing_takes_the_likeliest(temperature: float) -> None:
    """In 32 bits the smallest ones are nothing, and the next ones' quotients are not finite."""
    for top_k, top_p in ((0, 0.0), (8, 0.0), (0, 0.5)):
        tokens = Sampler(1, temperature, top_k, top_p)(LOGITS)
        assert torch.equal(tokens, LOGITS.argmax(dim=-1))
