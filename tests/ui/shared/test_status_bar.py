"""The foot of the window: what computes, in which numbers, how fast."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from engine.status import EngineState, EngineStatus
from ui.main_window import MainWindow
from ui.shared.status_bar import StatusBar
from ui.shared.theme import Theme


def test_device_numbers_and_speed_of_the_loaded_model(qtbot: QtBot, theme: Theme) -> None:
    bar = StatusBar(theme)
    qtbot.addWidget(bar)
    made_by = "musicgen-small openvino int8"
    bar.show_status(EngineStatus(EngineState.READY, device="CPU int8", model=made_by, speed=1.1))
    assert bar._engine.text() == "Engine ready · MusicGen small · CPU int8 · 1.1× real time"
    assert bar._engine.accessibleDescription() == made_by
    bar.show_status(EngineStatus(EngineState.READY, device=""))
    assert bar._engine.text() == "Engine ready"


def test_the_estimate_is_for_the_model_that_is_chosen(window: MainWindow) -> None:
    window.compose.fill_prompt("calm")
    window.compose.length.set_seconds(30)
    window._show_status(EngineStatus(model="musicgen-small openvino int8", speed=0.5))
    window._show_status(EngineStatus(model="sketch 1", speed=10.0))
    assert window.compose.count.text() == "1 take · about 0:03"
    window.models.select("facebook/musicgen-small")
    assert window.compose.count.text() == "1 take · about 1:00"
    window.models.select("facebook/musicgen-large")
    assert window.compose.count.text() == "1 take"  # nobody knows yet
