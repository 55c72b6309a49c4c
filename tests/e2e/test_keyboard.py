"""The whole way by keyboard alone: from an empty window to an exported take, and on from it."""

from __future__ import annotations

import re

import soundfile as sf

from tests.e2e.a11y import ScreenReader
from tests.e2e.conftest import StartStudio
from tests.e2e.processes import wait_until
from tests.e2e.sound import SoundCard
from tests.e2e.test_studio import ROW, STUDIO
from tests.e2e.x11 import Screen

LIST = "list Jobs and takes"
MANY = 60
"""Tabs after which the keyboard must have been everywhere."""


def focused(reader: ScreenReader) -> str:
    """Role and name of what has the keyboard; of a list, the list."""
    found = [
        f"{control.role} {control.name}"
        for control in reader.controls(STUDIO)
        if {"focused", "focusable"} <= control.states and not re.fullmatch(ROW, control.role)
    ]
    return found[-1] if found else ""


def tab(screen: Screen, reader: ScreenReader, place: str) -> str:
    """Press Tab at this place; what has the keyboard when it has left."""
    screen.press("Tab")
    found: list[str] = []

    def left() -> bool:
        found.append(focused(reader))
        return found[-1] not in ("", place)

    wait_until(left, f"the keyboard leaves {place}")
    return found[-1]


def tab_to(screen: Screen, reader: ScreenReader, what: str) -> None:
    """Press Tab until this has the keyboard."""
    passed = [focused(reader)]
    for _ in range(MANY):
        passed.append(tab(screen, reader, passed[-1]))
        if re.fullmatch(what, passed[-1]):
            return
    raise AssertionError(f"{what} is never reached; passed: {passed}")


def test_from_nothing_to_an_exported_take(
    screen: Screen,
    start_studio: StartStudio,
    screen_reader: ScreenReader,
    sound_card: SoundCard,
) -> None:
    studio = start_studio()
    screen.activate(screen.find(STUDIO))
    wait_until(lambda: focused(screen_reader) == "text Prompt", "the prompt has the keyboard")

    # Words, a word more by its chip, a shorter length, and off.
    screen.type("calm piano, 70 bpm")
    tab_to(screen, screen_reader, ".* dark")
    screen.press("space")
    assert screen_reader.text("text", "Prompt") == "calm piano, 70 bpm, dark"
    tab_to(screen, screen_reader, "text Length in minutes and seconds")
    screen.press("ctrl+a")
    screen.type("0:06")
    screen.press("ctrl+Return")
    take = "Calm piano, 70 bpm, dark, take, .*"
    screen_reader.wait_for(ROW, take)

    # To the list; play, rate, keep, rename.
    tab_to(screen, screen_reader, LIST)
    screen.press("space")
    wait_until(lambda: len(sound_card.played()) > 44_100, "a second of sound")
    screen.press("space", "4", "m", "F2")
    screen.press("ctrl+a")
    screen.type("Rain on tin")
    screen.press("Return")
    screen_reader.wait_for(ROW, "Rain on tin, take, 0:0.*, 4 of 5 stars, kept, .*")

    # To the take panel and back into the list.
    screen.press("Return")
    wait_until(lambda: focused(screen_reader) == "text Name of the take", "the take panel")
    tab_to(screen, screen_reader, "text Notes")
    screen.type("for the film")
    tab_to(screen, screen_reader, "(push )?button Export….*")

    # The export, from its button; it says so when it is done.
    screen.press("space")
    screen.find("Export.*")
    screen.press("Return")
    exported = studio.home / "takes" / "Exported" / "Rain on tin.wav"
    wait_until(exported.exists, "the exported file")
    wait_until(lambda: not list(exported.parent.glob(".*")), "nothing half-written")
    assert sf.info(exported).duration > 5

    # Back to the prompt, Escape and Ctrl+Z on the way, and the second take.
    screen.press("ctrl+f")
    screen.type("rain")
    screen.press("Escape", "Escape")
    wait_until(lambda: focused(screen_reader) == LIST, "the list")
    screen.press("Delete")
    wait_until(lambda: not screen_reader.names(ROW, STUDIO), "the row is gone")
    screen.press("ctrl+z")
    screen_reader.wait_for(ROW, "Rain on tin, take, .*")
    screen.press("ctrl+l")
    wait_until(lambda: focused(screen_reader) == "text Prompt", "the prompt")


def test_no_place_holds_the_keyboard(
    screen: Screen, start_studio: StartStudio, screen_reader: ScreenReader
) -> None:
    start_studio()
    screen.activate(screen.find(STUDIO))
    wait_until(lambda: focused(screen_reader) == "text Prompt", "the prompt has the keyboard")
    screen.type("calm piano, 70 bpm")
    screen.press("ctrl+Return")
    screen_reader.wait_for(ROW, "Calm piano.*, take, .*")
    around = [focused(screen_reader)]
    while len(around) < MANY:
        around.append(tab(screen, screen_reader, around[-1]))
        if around[-1] == "text Prompt":
            break
    assert around[-1] == "text Prompt", around  # all around
    wanted = ("Generate", "All", "Search takes", "Jobs and takes", "Notes", "Extend…", "Export…")
    places = [next(n for n, place in enumerate(around) if name in place) for name in wanted]
    assert places == sorted(places), around  # as the eye goes
    assert any("This computer" in place for place in around)
    screen.press(*["shift+Tab"] * (len(around) - 1))
    wait_until(lambda: focused(screen_reader) == "text Prompt", "the same way back")
