import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import DiskFull, InvalidRequest, OutOfMemory
from engine.jobs import Failure, new_id
from engine.limits import MAX_SEED
from engine.request import Request, parse_request


def refusal(**settings: object) -> str:
    with pytest.raises(InvalidRequest) as caught:
        parse_request(settings)
    return caught.value.message


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"duration": 0}, "duration: must be 1 or more"),
        ({"duration": -1}, "duration: must be 1 or more"),
        ({"duration": 1e9}, "duration: must be 600 or less"),
        ({"duration": math.nan}, "duration: must be a number"),
        ({"duration": math.inf}, "duration: must be a number"),
        ({"duration": "soon"}, "duration: must be a number"),
        ({"duration": None}, "duration: must be a number"),
        ({"seed": -1}, "seed: must be 0 or more"),
        ({"seed": MAX_SEED + 1}, "seed: must be 2,147,483,647 or less"),
        ({"seed": 1.5}, "seed: must be a whole number"),
        ({"seed": "9" * 5_000}, "seed: must be a whole number"),
        ({"temperature": 0}, "temperature: must be more than 0"),
        ({"loop": "perhaps"}, "loop: must be yes or no"),
        ({"output_format": "aac"}, "output_format: must be one of 'wav', 'flac', 'mp3' or 'ogg'"),
        ({"prompt": 7}, "prompt: must be text"),
        ({"prompt": "\ud800"}, "prompt: must be text"),
        ({"prompt": "x" * 100_000}, "prompt: is too long: at most 2,000 characters"),
        (
            {"prompt": "calm\x00piano"},
            "prompt: has an invisible control character (U+0000) at position 4",
        ),
        ({"mood": "sad"}, "mood: is not a setting of this program"),
        ({"model": ""}, "model: is empty"),
        (
            {"duration": 0, "top_p": 2},
            "duration: must be 1 or more; top_p: must be 1 or less",
        ),
    ],
)
def test_what_is_refused_and_in_which_words(settings: dict[str, object], message: str) -> None:
    assert refusal(**settings) == message


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("calm 🎹 piano 👩‍👩‍👧", "calm 🎹 piano 👩‍👩‍👧"),
        ("بيانو هادئ", "بيانو هادئ"),
        ("  two\n\tlines ", "two lines"),
        ("e\u0301tude", "\u00e9tude"),
        ("", ""),
        ("x" * 2_000, "x" * 2_000),
    ],
)
def test_prompts_that_are_taken(given: str, kept: str) -> None:
    assert parse_request({"prompt": given}).prompt == kept


def test_limits_are_part_of_what_is_taken() -> None:
    for duration in (1, 600):
        assert parse_request({"duration": duration}).duration == duration


@given(st.dictionaries(st.text(max_size=12), st.none() | st.booleans() | st.floats() | st.text()))
def test_any_data_is_a_request_or_is_refused_in_words(data: dict[str, object]) -> None:
    try:
        parse_request(data)
    except InvalidRequest as error:
        assert error.problems
        assert all(problem.message for problem in error.problems)


def test_a_request_survives_json() -> None:
    request = Request(prompt="calm 🎹 بيانو", duration=12.5, seed=7, melody="hum.wav")
    assert Request.model_validate_json(request.model_dump_json()) == request


def test_the_fingerprint_is_the_same_everywhere() -> None:
    """Stored in the take cache: it may only change with what a request is."""
    request = Request(prompt="calm 🎹 piano", seed=7)
    code = (
        "from engine.request import Request;"
        "print(Request(seed=7, prompt=' calm 🎹  piano ').fingerprint('sketch 1'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == request.fingerprint("sketch 1")


def test_the_fingerprint_changes_with_all_that_is_heard() -> None:
    request = Request(prompt="calm", seed=7)
    others = [
        request.model_copy(update={"seed": 8}),
        request.model_copy(update={"prompt": "tense"}),
        request.model_copy(update={"duration": 17.0}),
        request.model_copy(update={"loop": True}),
    ]
    prints = {item.fingerprint("1") for item in [request, *others]} | {request.fingerprint("2")}
    assert len(prints) == 6


def test_a_seed_is_drawn_once() -> None:
    seeded = Request(prompt="calm").seeded()
    assert seeded.seed is not None
    assert seeded.seeded() is seeded


def test_ids_differ() -> None:
    assert len({new_id() for _ in range(1_000)}) == 1_000


def test_failures_say_what_happened_and_what_to_do() -> None:
    failure = Failure.of(OutOfMemory("The graphics card ran out of memory."))
    assert (failure.code, failure.hint) == ("out_of_memory", OutOfMemory.default_hint)
    assert Failure.of(DiskFull("Full.", detail="ENOSPC")).detail == "ENOSPC"
    assert Failure.of(ValueError("odd")).detail == "ValueError: odd"
    assert Failure.of(ValueError("odd")).code == "unexpected"
