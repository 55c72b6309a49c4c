import pytest

from engine.lengths import parse_length


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0:16", 16), ("1:02:05", 3725), ("90", 90), (" 2.5 s", 2.5), ("2,5", 2.5), ("1:30s", 90)],
)
def test_a_typed_length_is_read(text: str, seconds: float) -> None:
    assert parse_length(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "1:2:3:4", "-3", "1e9", ":", "nan", "²"])
def test_what_is_no_length_is_none(text: str) -> None:
    assert parse_length(text) is None
