"""A musician's first minutes on a real screen: words in, music out, and every way around it."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile as sf
from numpy.typing import NDArray

from tests.e2e.a11y import ScreenReader
from tests.e2e.conftest import Start, StartStudio
from tests.e2e.processes import Program, wait_until
from tests.e2e.sound import SoundCard
from tests.e2e.studio import COMMAND, Studio
from tests.e2e.x11 import Screen, Window

STUDIO = "DGX Music Studio"
PROMPT = "melancholic lo-fi hip hop, 84 bpm, in D minor"
ROW = "list item|table cell"
"""Roles of the list's rows; which one depends on Qt's version."""
NAME = 0.2
"""How far across a row its name is; further right the waveform begins."""
TAKE = r"Melancholic lo-fi hip hop.*, take, .*"


@pytest.fixture
def studio(start_studio: StartStudio) -> Studio:
    return start_studio()


def steps_until(done: str, reader: ScreenReader) -> list[str]:
    """What the rows of the list said, one after the other, until one is ``done``."""
    said: list[str] = []

    def finished() -> bool:
        said.extend(reader.names(ROW, STUDIO))
        assert not any("failed" in row for row in said), said[-1]
        return any(re.fullmatch(done, row) for row in said)

    wait_until(finished, done)
    return said


def assert_heard(samples: NDArray[np.float32], played: NDArray[np.float32]) -> None:
    """``samples`` are in ``played`` one after the other, to a 24-bit step."""
    first = int(np.flatnonzero(np.abs(samples).max(axis=1) > 1e-3)[0])
    begins = np.flatnonzero(np.abs(played - samples[first]).max(axis=1) < 2**-22)
    assert any(
        np.allclose(played[at : at + len(samples) - first], samples[first:], atol=2**-22)
        for at in begins
    ), "what the sound card got is not the take"


def test_words_become_music_that_is_heard(
    screen: Screen, studio: Studio, screen_reader: ScreenReader, sound_card: SoundCard
) -> None:
    screen.find(STUDIO)
    screen_reader.set_value("slider", "Length", 40)
    screen_reader.focus("text", "Prompt")
    screen.type(PROMPT)
    screen.press("ctrl+Return")
    said = steps_until(TAKE, screen_reader)
    assert any("generating" in row for row in said), said
    [take] = studio.takes()
    samples, rate = sf.read(take, dtype="float32")
    assert rate == 44_100
    screen.click(*screen_reader.place(ROW, TAKE, across=NAME))
    screen.press("space")
    wait_until(lambda: len(sound_card.played()) >= len(samples), "the whole take in the card")
    assert_heard(samples, sound_card.played())


def test_everything_is_there_for_a_screen_reader(
    studio: Studio, screen_reader: ScreenReader
) -> None:
    screen_reader.write("text", "Prompt", PROMPT)
    screen_reader.press("button", "Generate")
    screen_reader.wait_for(ROW, TAKE)
    assert len(studio.takes()) == 1
    nameless = [
        control
        for control in screen_reader.controls(STUDIO)
        if "focusable" in control.states and not control.name
    ]
    assert not nameless


def test_a_prompt_list_is_dropped_from_another_program(
    screen: Screen, studio: Studio, start: Start, screen_reader: ScreenReader, tmp_path: Path
) -> None:
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("# for the film\ncalm piano, 70 bpm\ndark techno, 128 bpm\n")
    window = screen.find(STUDIO)
    start("drag_source", prompts)
    screen.drag(screen.find("Files to drag").middle, window.middle)
    screen.find("Prompt list")
    screen_reader.press("button", "Generate 2 takes")
    screen_reader.wait_for(ROW, "Calm piano, 70 bpm, take, .*")
    screen_reader.wait_for(ROW, "Dark techno, 128 bpm, take, .*")
    assert len(studio.takes()) == 2


def test_a_take_is_dragged_into_another_program(
    screen: Screen, studio: Studio, start: Start, screen_reader: ScreenReader
) -> None:
    screen_reader.write("text", "Prompt", PROMPT)
    screen_reader.press("button", "Generate")
    screen_reader.wait_for(ROW, TAKE)
    target = start("drop_target")
    place = screen.find("Place to drop")
    screen.drag(screen_reader.place(ROW, TAKE, across=NAME), place.middle)
    target.wait_for("got")
    [take] = studio.takes()
    size, digest, path = re.search(r"got (\d+) (\w+) (.*)", target.output()).groups()
    assert Path(path).name == "Melancholic lo-fi hip hop, 84 bpm, in D minor.wav"
    dropped, _ = sf.read(path)
    np.testing.assert_array_equal(dropped, sf.read(take)[0])
    assert hashlib.sha256(Path(path).read_bytes()).hexdigest() == digest
    assert Path(path).stat().st_size == int(size)


def test_a_take_made_in_the_terminal_comes_into_the_open_window(
    studio: Studio, session: dict[str, str], screen_reader: ScreenReader
) -> None:
    screen_reader.wait_for("button", "Generate")
    made = subprocess.run(
        [COMMAND, "generate", "night bus home, 70 bpm", "--duration", "4"],
        env={**session, "DGX_MUSIC_HOME": str(studio.home)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(made.stdout.strip()) in studio.takes()
    screen_reader.wait_for(ROW, "Night bus home.*, take, 0:04.*")


ENDINGS = {
    "alt+F4": "calm piano, 70 bpm",
    "ctrl+q": "dark techno, 128 bpm",
    "SIGTERM": "folk guitar, 96 bpm",
    "SIGINT": "gentle waltz, 120 bpm",
}
"""Each way to end it, and what is made before that."""


def press_to_end(screen: Screen, window: Window, program: Program, keys: str) -> None:
    """Once more where a busy screen has swallowed it, as anybody would."""
    for _ in range(2):
        screen.activate(window)
        screen.press(keys)
        with suppress(AssertionError):
            wait_until(lambda: not program.running, keys, 20)
            return


def test_it_ends_in_order_and_remembers(
    screen: Screen, start_studio: StartStudio, screen_reader: ScreenReader
) -> None:
    """Again and again, each time in another way."""
    studio = start_studio()
    for ending, prompt in ENDINGS.items():
        window = screen.find(STUDIO)
        screen_reader.write("text", "Prompt", prompt)
        screen_reader.press("button", "Generate")
        take = f"(?i){prompt}, take, .*"
        screen_reader.wait_for(ROW, take)
        family = psutil.Process(studio.program.pid).children(recursive=True)
        assert family, "the host"
        print("ended by", ending)
        if ending.startswith("SIG"):
            os.kill(studio.program.pid, signal.Signals[ending])
        else:
            press_to_end(screen, window, studio.program, ending)
        assert studio.program.wait() == 0, ending
        assert studio.program.output() == "", ending
        psutil.wait_procs(family, timeout=10)
        assert not any(process.is_running() for process in family), ending
        studio = start_studio()
        screen_reader.wait_for(ROW, take)
