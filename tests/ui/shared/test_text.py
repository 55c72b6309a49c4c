import pytest

from ui.shared.text import clock, size, tidy


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (16, "0:16"), (59.6, "1:00"), (3725, "1:02:05"), (-1, "0:00")],
)
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_clock_with_tenths_never_shows_sixty_seconds() -> None:
    assert clock(59.97, tenths=True) == "1:00.0"
    assert clock(7.04, tenths=True) == "0:07.0"


def test_sizes_and_figures() -> None:
    assert (size(42.3e9), size(1.5e6), size(900), size(2e15)) == (
        "42 GB",
        "1.5 MB",
        "900 B",
        "2000 TB",
    )
    assert (tidy(84.0), tidy(84.26)) == ("84", "84.3")
