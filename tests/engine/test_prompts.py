import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidRequest
from engine.prompts import count, expand


@pytest.mark.parametrize(
    ("text", "prompts"),
    [
        (
            "{calm|tense} piano, {90|120} bpm",
            [
                "calm piano, 90 bpm",
                "calm piano, 120 bpm",
                "tense piano, 90 bpm",
                "tense piano, 120 bpm",
            ],
        ),
        ("no groups | at all", ["no groups | at all"]),
        ("{slow |}piano", ["slow piano", "piano"]),
        ("a {slow|} piano", ["a slow piano", "a piano"]),
        ("{a|{b|c{d|}}}x", ["ax", "bx", "cdx", "cx"]),
        ("{a|a} {b|b}", ["a b"]),
        ("{piano}", ["piano"]),
        ("{}", [""]),
        ("", [""]),
        ("open {a|b", ["open {a|b"]),
        ("close a|b}", ["close a|b}"]),
        ("{a {b|c}", ["{a b", "{a c"]),
        ("{b|c}} d", ["b} d", "c} d"]),
        ("  two\n lines\t", ["two lines"]),
        ("{🎹|🥁} {هادئ|calm}", ["🎹 هادئ", "🎹 calm", "🥁 هادئ", "🥁 calm"]),
    ],
)
def test_expand(text: str, prompts: list[str]) -> None:
    assert expand(text) == prompts


def test_too_many_prompts_are_counted_and_never_built() -> None:
    text = "{a|b}" * 5_000
    assert count(text) == 2**5_000
    with pytest.raises(InvalidRequest, match="more than 10,000 prompts"):
        expand(text)
    assert len(expand("{0|1|2|3|4|5|6|7|8|9}" * 4)) == 10_000


def test_a_limit_is_the_most_that_is_given() -> None:
    assert len(expand("{a|b|c}", limit=3)) == 3
    with pytest.raises(InvalidRequest, match="more than 2 prompts"):
        expand("{a|b|c}", limit=2)


def test_a_prompt_that_no_request_would_take_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="at most 2,000 characters"):
        expand("{a|b}" + "x" * 100_000)


def test_nesting_may_be_as_deep_as_the_text() -> None:
    assert expand("{" * 20_000 + "a|b" + "}" * 20_000) == ["a", "b"]


@given(st.text(alphabet="{|} ab", max_size=30))
def test_any_text_gives_prompts_or_says_why(text: str) -> None:
    try:
        prompts = expand(text, limit=100)
    except InvalidRequest:
        assert count(text) > 100
    else:
        assert 1 <= len(prompts) == len(set(prompts)) <= count(text)
