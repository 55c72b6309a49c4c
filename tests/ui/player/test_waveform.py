"""The large waveform by mouse, wheel and keyboard; and the stretch of a take that it shows."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.audio.peaks import Peaks
from engine.beats import Beats
from ui.player.ruler import marks
from ui.player.waveform import Waveform
from ui.player.window import Window
from ui.shared.theme import Theme

RATE = 44_100
BEATS = Beats(tempo=120.0, per_bar=4)  # a beat is 25 pixels
WIDTH, DURATION = 800, 16.0
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
NONE = Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton


def peaks(seconds: float = DURATION) -> Peaks:
    rng = np.random.default_rng(0)
    samples = rng.uniform(-0.8, 0.8, (int(seconds * RATE), 2)).astype(np.float32)
    return Peaks.of(samples, RATE)


@pytest.fixture
def waveform(qtbot: QtBot, theme: Theme) -> Waveform:
    waveform = Waveform(theme)
    qtbot.addWidget(waveform)
    waveform.resize(WIDTH, 80)
    waveform.set_take(peaks(), DURATION)
    waveform.show()
    qtbot.waitExposed(waveform)
    return waveform


def drag(waveform: Waveform, start: int, end: int, held: Qt.KeyboardModifier = NONE) -> None:
    QTest.mousePress(waveform, LEFT, held, QPoint(start, 40))
    QTest.mouseMove(waveform, QPoint((start + end) // 2, 40))
    QTest.mouseMove(waveform, QPoint(end, 40))
    QTest.mouseRelease(waveform, LEFT, held, QPoint(end, 40))


def turn(waveform: Waveform, notches: int, x: int) -> None:
    at = QPointF(x, 40)
    event = QWheelEvent(
        at,
        waveform.mapToGlobal(at),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        NONE,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(waveform, event)


def test_a_click_seeks_and_a_drag_seeks_to_where_it_ends(qtbot: QtBot, waveform: Waveform) -> None:
    sought: list[float] = []
    waveform.sought.connect(sought.append)
    QTest.mouseClick(waveform, LEFT, NONE, QPoint(200, 40))
    drag(waveform, 100, 600)
    drag(waveform, 100, 2_000)
    assert sought == [pytest.approx(4.0), pytest.approx(12.0), DURATION]


def test_a_shift_drag_draws_a_region_and_a_shift_click_takes_it_away(
    qtbot: QtBot, waveform: Waveform
) -> None:
    drawn: list[object] = []
    waveform.loop_drawn.connect(drawn.append)
    drag(waveform, 400, 200, SHIFT)
    assert drawn == [(pytest.approx(4.0), pytest.approx(8.0))]
    QTest.mouseClick(waveform, LEFT, SHIFT, QPoint(300, 40))
    assert drawn[-1] is None


def test_an_edge_of_the_region_can_be_moved(qtbot: QtBot, waveform: Waveform) -> None:
    waveform.set_loop((4.0, 8.0))
    with qtbot.waitSignal(waveform.loop_drawn) as drawn, qtbot.assertNotEmitted(waveform.sought):
        drag(waveform, 400, 500)
    assert drawn.args == [(pytest.approx(4.0), pytest.approx(10.0))]


def test_the_edges_of_a_region_fall_on_beats_unless_alt_is_held(
    qtbot: QtBot, waveform: Waveform
) -> None:
    waveform.set_take(peaks(), DURATION, BEATS)
    drawn: list[object] = []
    waveform.loop_drawn.connect(drawn.append)
    drag(waveform, 104, 209, SHIFT)
    drag(waveform, 103, 107, SHIFT)  # within one beat: that beat
    drag(waveform, 104, 209, SHIFT | ALT)
    waveform.set_snapping(False)
    drag(waveform, 104, 209, SHIFT)
    loose = (pytest.approx(2.08), pytest.approx(4.18))
    assert drawn == [(2.0, 4.0), (2.0, 2.5), loose, loose]
    waveform.set_snapping(True)
    waveform.set_loop((2.0, 4.0))
    drag(waveform, 200, 262)
    waveform.set_position(6.9)
    QTest.keyClicks(waveform, "[")
    assert drawn[4:] == [(2.0, 5.0), (4.0, 7.0)]


def test_a_click_seeks_to_where_it_is_and_not_to_a_beat(waveform: Waveform) -> None:
    waveform.set_take(peaks(), DURATION, BEATS)
    sought: list[float] = []
    waveform.sought.connect(sought.append)
    QTest.mouseClick(waveform, LEFT, NONE, QPoint(104, 40))
    assert sought == [pytest.approx(2.08)]


def test_bars_are_reached_and_told_by_keyboard(waveform: Waveform) -> None:
    waveform.set_take(peaks(), DURATION, BEATS)
    sought: list[float] = []
    waveform.sought.connect(sought.append)
    waveform.set_position(7.0)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left):
        QTest.keyClick(waveform, key, Qt.KeyboardModifier.ControlModifier)
    waveform.set_position(15.0)
    QTest.keyClick(waveform, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert sought == [8.0, 6.0, 16.0]
    assert waveform.accessibleDescription() == "bar 8, 0:15 / 0:16"


def test_the_wheel_zooms_where_the_pointer_is(qtbot: QtBot, waveform: Waveform) -> None:
    turn(waveform, 3, x=200)
    sought: list[float] = []
    waveform.sought.connect(sought.append)
    for x in (200, 0, 800):
        QTest.mouseClick(waveform, LEFT, NONE, QPoint(x, 40))
    at, left, right = sought
    assert at == pytest.approx(4.0)
    assert right - left == pytest.approx(DURATION / 1.25**3)
    for _ in range(60):
        turn(waveform, 3, x=200)
    # As deep as there is something to see: one bucket of peaks for each bar.
    assert waveform._window.length == pytest.approx(200 * 256 / RATE)
    for _ in range(60):
        turn(waveform, -3, x=700)
    assert waveform._window.is_whole


def test_the_view_turns_over_like_a_page_as_the_playhead_leaves_it(waveform: Waveform) -> None:
    waveform.set_position(3.9)
    turn(waveform, 5, x=200)
    end = waveform._window.end
    waveform.set_position(end - 0.01)
    assert waveform._window.end == end
    waveform.set_position(end + 0.01)
    assert waveform._window.start > end - waveform._window.length * 0.1
    # Whoever looks elsewhere is left alone.
    elsewhere = waveform._window.scrolled(-100)
    waveform._look_at(elsewhere)
    waveform.set_position(end + 0.1)
    assert waveform._window == elsewhere


def test_a_screen_reader_finds_a_slider_that_says_and_takes_the_position(
    qtbot: QtBot, waveform: Waveform
) -> None:
    waveform.setAccessibleName("Position in Rain")
    interface = QAccessible.queryAccessibleInterface(waveform)
    assert interface.role() is QAccessible.Role.Slider
    assert interface.text(QAccessible.Text.Name) == "Position in Rain"
    waveform.set_position(7.0)
    value = interface.valueInterface()
    assert value.currentValue() == 7_000
    assert value.maximumValue() == 16_000
    assert interface.text(QAccessible.Text.Description) == "0:07 / 0:16"
    with qtbot.waitSignal(waveform.sought) as sought:
        value.setCurrentValue(9_000)
    assert sought.args == [9.0]


def test_keys_seek_zoom_and_repeat(qtbot: QtBot, waveform: Waveform) -> None:
    sought: list[float] = []
    drawn: list[object] = []
    waveform.sought.connect(sought.append)
    waveform.sought.connect(waveform.set_position)  # as the player answers, at once
    waveform.loop_drawn.connect(drawn.append)
    waveform.set_position(6.0)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_PageUp, Qt.Key.Key_Home, Qt.Key.Key_End):
        QTest.keyClick(waveform, key)
    assert sought == [7.0, 12.0, 0.0, 16.0]
    waveform.set_position(6.0)
    QTest.keyClicks(waveform, "[")
    waveform.set_loop((6.0, 16.0))
    waveform.set_position(9.0)
    QTest.keyClicks(waveform, "]")
    QTest.keyClick(waveform, Qt.Key.Key_Escape)
    assert drawn == [(6.0, 16.0), (6.0, 9.0), None]
    QTest.keyClicks(waveform, "+")
    assert waveform._window.length == pytest.approx(DURATION / 1.25)


def test_keys_step_from_where_the_playhead_is(waveform: Waveform) -> None:
    sought: list[float] = []
    waveform.sought.connect(sought.append)
    for step in range(13, 20):  # as it plays: up to just before a whole second
        waveform.set_position(step * 0.15)
    assert not sought
    QTest.keyClick(waveform, Qt.Key.Key_Right)
    waveform.set_position(2.85)
    QTest.keyClick(waveform, Qt.Key.Key_Left)
    waveform.set_position(15.9)
    QTest.keyClick(waveform, Qt.Key.Key_PageUp)
    assert sought == [3.85, 1.85, 16.0]


def test_playing_seeks_nothing_and_repaints_little(qtbot: QtBot, waveform: Waveform) -> None:
    QApplication.processEvents()
    widths: list[int] = []
    paint = waveform.paintEvent
    waveform.paintEvent = lambda event: (widths.append(event.rect().width()), paint(event))[1]  # type: ignore[method-assign]
    with qtbot.assertNotEmitted(waveform.sought):
        for step in range(1, 40):
            waveform.set_position(step * 0.05)
            QApplication.processEvents()
    assert max(widths) < 40


def test_a_take_that_grows_is_shown_as_far_as_it_has_grown(
    qtbot: QtBot, theme: Theme, waveform: Waveform
) -> None:
    waveform.set_take(peaks(4.0), DURATION)
    image = waveform.grab().toImage()
    wave = theme.color("wave").rgb()

    def bars_in(left: int, right: int) -> int:
        pixels = ((x, y) for x in range(left, right) for y in range(20, 60))
        return sum(image.pixelColor(x, y).rgb() == wave for x, y in pixels)

    assert bars_in(0, 200) > 1_000
    assert bars_in(204, 800) == 0


def test_soft_music_looks_soft_and_zooming_changes_no_heights() -> None:
    loud, soft = peaks(), Peaks.of(np.full((RATE, 2), 0.01, np.float32), RATE)
    assert max(loud.bars(100)) > 0.9
    assert max(soft.bars(100)) < 0.1
    whole, half = loud.bars(100), loud.bars(100, 0, loud.frames // 2)
    assert np.mean(half) == pytest.approx(np.mean(whole[:50]), rel=0.1)


def test_the_ruler_counts_bars_or_seconds_as_closely_as_there_is_room() -> None:
    def names(window: Window, beats: Beats | None) -> list[str]:
        return [mark.name for mark in marks(window, 800, beats) if mark.name]

    whole = Window.whole(DURATION)
    assert names(whole, BEATS) == [str(bar) for bar in range(1, 10)]
    assert len(marks(whole, 800, BEATS)) == 33  # each beat has a tick
    assert names(Window(DURATION, 3.9, 5.9), BEATS) == ["3", "3.2", "3.3", "3.4"]
    assert names(Window.whole(600.0), BEATS)[:3] == ["1", "33", "65"]
    assert names(whole, None) == ["0:00", "0:05", "0:10", "0:15"]
    assert names(Window(DURATION, 3.9, 4.45), None)[:3] == ["0:03.9", "0:04.0", "0:04.1"]
    assert names(Window.whole(0.0), BEATS) == []


any_beats = st.none() | st.builds(Beats, st.floats(30, 300), st.integers(1, 12))


@given(st.floats(0.1, 700), st.floats(0, 1), st.floats(0.01, 1), st.integers(80, 4_000), any_beats)
def test_marks_are_few_and_in_sight(
    duration: float, start: float, length: float, width: int, beats: Beats | None
) -> None:
    window = Window(
        duration, start * duration * (1 - length), duration * (start * (1 - length) + length)
    )
    found = marks(window, width, beats)
    assert len(found) <= width / 7 + 2
    named = [window.x_of(mark.seconds, width) for mark in found if mark.name]
    assert all(second - first > 51 for first, second in pairwise(named))
    assert all(window.start - 1e-3 <= mark.seconds <= window.end + 1e-3 for mark in found)


seconds = st.floats(0, 700, allow_nan=False)


@given(seconds, st.lists(st.tuples(st.sampled_from("zsp"), seconds, st.floats(0.1, 10))))
def test_the_window_stays_within_the_take(
    duration: float, steps: list[tuple[str, float, float]]
) -> None:
    window = Window.whole(duration)
    for kind, at, factor in steps:
        match kind:
            case "z":
                window = window.zoomed(factor, min(at, duration), shortest=0.5)
            case "s":
                window = window.scrolled(at - 350)
            case "p":
                window = window.showing(min(at, duration))
                assert window.start - 1e-6 <= min(at, duration) <= window.end + 1e-6
        assert -1e-6 <= window.start <= window.end <= duration + 1e-6
        assert window.length >= min(0.5, duration) - 1e-6
        x = window.x_of(window.start + window.length / 3, 900)
        assert window.seconds_at(x, 900) == pytest.approx(window.start + window.length / 3)
