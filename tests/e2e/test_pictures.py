"""Pictures of the studio at work, dark and light: the README's, with ``--screenshots FOLDER``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage

from tests.e2e.a11y import ScreenReader
from tests.e2e.conftest import StartStudio
from tests.e2e.processes import wait_until
from tests.e2e.sound import SoundCard
from tests.e2e.test_studio import NAME, ROW, STUDIO
from tests.e2e.x11 import Screen

FINISHED = (
    "bright bossa nova guitar, 120 bpm",
    "calm piano with strings, slow, rain outside",
    "dark synthwave at night, 104 bpm, F# minor",
    "melancholic lo-fi hip hop, 84 bpm, in D minor",
)
UNDER_WAY = (
    "ambient for a gallery, slow and wide",
    "house for the late hours, 122 bpm",
    "folk guitar by the fire, 3/4",
    "orchestral opening, hopeful, C major",
    "gamelan in the morning mist",
)
NEXT = "warm jazz trio, brushes, 96 bpm"
GROUNDS = {"dark": "#101215", "light": "#f4f4f2"}


def test_the_studio_at_work(
    screen: Screen,
    start_studio: StartStudio,
    screen_reader: ScreenReader,
    sound_card: SoundCard,
    tmp_path: Path,
    pytestconfig: pytest.Config,
) -> None:
    folder = pytestconfig.getoption("--screenshots") or tmp_path
    settings = tmp_path / "home" / "config" / "settings.json"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"appearance": "dark", "language": "en"}))
    studio = start_studio()
    window = screen.find(STUDIO)
    generate(screen_reader, FINISHED)
    for prompt in FINISHED:
        screen_reader.wait_for(ROW, f"(?i){prompt}.*, take, .*")
    for prompt, stars in zip(FINISHED[1:], "435", strict=True):
        screen.click(*screen_reader.place(ROW, f"(?i){prompt}.*", across=NAME))
        screen.press(stars)
    screen_reader.set_value("slider", "Length", 180)
    generate(screen_reader, UNDER_WAY)
    screen_reader.wait_for(ROW, r".*, generating, [1-9]\d ?%.*")
    screen_reader.write("text", "Prompt", NEXT)
    listen(screen, screen_reader, sound_card)
    assert_drawn(screen.screenshot(folder / "studio-dark.png", window), "dark")

    screen.close(window)
    studio.program.wait()
    settings.write_text(json.dumps({"appearance": "light", "language": "en"}))
    start_studio()
    window = screen.find(STUDIO)
    screen_reader.wait_for(ROW, r".*, generating, [1-9]\d ?%.*")
    screen_reader.write("text", "Prompt", NEXT)
    listen(screen, screen_reader, sound_card)
    assert_drawn(screen.screenshot(folder / "studio-light.png", window), "light")


def generate(screen_reader: ScreenReader, prompts: tuple[str, ...]) -> None:
    screen_reader.write("text", "Prompt", "{" + "|".join(prompts) + "}")
    screen_reader.press("button", r"Generate( \d.*)?")


def listen(screen: Screen, screen_reader: ScreenReader, sound_card: SoundCard) -> None:
    """Play the last of FINISHED to its end, and go back to its middle."""
    sound_card.path.unlink(missing_ok=True)
    screen.click(*screen_reader.place(ROW, f"(?i){FINISHED[-1]}.*", across=NAME))
    screen.press("space")
    wait_until(lambda: len(sound_card.played()) > 15 * 44_100, "the take's sound")
    screen_reader.wait_for("button", "Play")  # no longer "Pause"
    screen_reader.set_value("slider", "Position.*", 7_000)  # milliseconds
    wait_until(lambda: screen_reader.value("slider", "Position.*") == 7_000, "the playhead there")


def assert_drawn(picture: Path, looks: str) -> None:
    image = QImage(str(picture))
    assert (image.width(), image.height()) == (1440, 900)
    colours = [image.pixelColor(x, y) for x in range(0, 1440, 8) for y in range(0, 900, 8)]
    assert colours.count(QColor(GROUNDS[looks])) > len(colours) // 8, "the looks' own ground"
    assert len(set(map(QColor.name, colours))) > 20, "and something on it"
