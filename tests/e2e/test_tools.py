"""The tools of the end-to-end tests do what they say, on a window that tells what it sees."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from PySide6.QtGui import QImage

from tests.e2e.a11y import ScreenReader
from tests.e2e.conftest import Start
from tests.e2e.processes import wait_until
from tests.e2e.sound import SoundCard
from tests.e2e.x11 import Screen


def test_keys_and_mouse_reach_a_window(screen: Screen, start: Start) -> None:
    playground = start("playground")
    window = screen.find("Playground")
    screen.click(window.x + window.width // 2, window.y + window.height // 6)
    screen.type("Calm piano, 70 bpm")
    screen.press("Return")
    playground.wait_for("typed Calm piano, 70 bpm")
    screen.close(window)
    assert playground.wait() == 0


def test_what_is_played_reaches_the_file(
    screen: Screen, start: Start, sound_card: SoundCard
) -> None:
    playground = start("playground")
    screen.click(*screen.find("Playground").middle)
    playground.wait_for("beeped")
    ramp = np.linspace(-1, 1, 4410, dtype=np.float32)
    np.testing.assert_array_equal(sound_card.played()[:4410], np.stack([ramp, -ramp], axis=1))


def test_files_are_dragged_from_one_program_to_another(
    screen: Screen, start: Start, tmp_path: Path
) -> None:
    file = tmp_path / "a file, with spaces.txt"
    file.write_text("calm piano\n")
    target = start("drop_target")
    place = screen.find("Place to drop")
    source = start("drag_source", file)
    files = screen.find("Files to drag")
    screen.drag(files.middle, place.middle)
    target.wait_for("got")
    assert hashlib.sha256(file.read_bytes()).hexdigest() in target.output()
    source.wait_for("dropped as CopyAction")


def test_the_screen_reader_sees_and_acts(
    screen: Screen, start: Start, screen_reader: ScreenReader
) -> None:
    playground = start("playground")
    screen.find("Playground")
    screen_reader.write("text", "Words", "lo-fi")
    assert screen_reader.text("text", "Words") == "lo-fi"
    screen_reader.set_value("slider", "Level", 40)
    assert screen_reader.value("slider", "Level") == 40
    playground.wait_for("level 40")
    screen_reader.press("button", "Beep")
    playground.wait_for("beeped")
    names = {(item.role, item.name) for item in screen_reader.controls("playground")}
    assert {("text", "Words"), ("button", "Beep"), ("slider", "Level")} <= names


def test_a_screenshot_shows_the_window(screen: Screen, start: Start, tmp_path: Path) -> None:
    start("playground")
    window = screen.find("Playground")

    def painted() -> bool:
        image = QImage(str(screen.screenshot(tmp_path / "shot.png")))
        assert (image.width(), image.height()) == (1600, 1000)
        return image.pixelColor(window.x + 2, window.y + 2).lightness() > 100

    wait_until(painted, "a window on the screenshot")
