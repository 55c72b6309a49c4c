import pytest

from engine.errors import InvalidRequest
from engine.limits import MAX_SEED
from engine.request import Request
from ui.compose.draft import MAX_JOBS, Draft


def test_each_prompt_and_take_gets_its_order_with_seeds_in_a_row() -> None:
    draft = Draft({"prompt": "{calm|tense} piano", "seed": 7, "duration": 8.0}, takes=2)
    found = [(order.request.prompt, order.request.seed) for order in draft.orders()]
    assert found == [("calm piano", 7), ("calm piano", 8), ("tense piano", 7), ("tense piano", 8)]


def test_the_seed_after_the_last_is_the_first() -> None:
    orders = Draft({"prompt": "x", "seed": MAX_SEED}, takes=2).orders()
    assert [order.request.seed for order in orders] == [MAX_SEED, 0]


def test_without_a_seed_one_is_drawn_for_all() -> None:
    first, second = Draft({"prompt": "x"}, takes=2).orders()
    assert first.request.seed is not None
    assert second.request.seed == (first.request.seed + 1) % (MAX_SEED + 1)


def test_every_wrong_field_is_named() -> None:
    with pytest.raises(InvalidRequest) as caught:
        Draft({"prompt": "x", "duration": "soon", "seed": -1, "model": "sketch"}).orders()
    assert {problem.field for problem in caught.value.problems} == {"duration", "seed"}


def test_too_many_jobs_are_refused_before_they_are_made() -> None:
    with pytest.raises(InvalidRequest, match="1,000"):
        Draft({"prompt": "{a|b|c} piano"}, takes=MAX_JOBS // 2).prompts()


def test_a_request_makes_itself_again() -> None:
    request = Request(prompt="calm", duration=12.345, seed=9, guidance=3.14159, output_format="mp3")
    assert Draft(request.model_dump()).orders()[0].request == request
