"""The window's models over the real downloads and a hub on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.models import ModelEntry, Models
from app.notices import Notice
from tests.engine.models.conftest import MODEL_FILES, SMALL, TEXT_FILES, growing_part
from tests.hub import Hub


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as hub:
        hub.put(SMALL, MODEL_FILES)
        hub.put("t5-base", TEXT_FILES)
        yield hub


@pytest.fixture
def models(hub: Hub, tmp_path: Path, qapp: QApplication, qtbot: QtBot) -> Iterator[Models]:
    models = Models(tmp_path / "models", endpoint=hub.endpoint)
    with qtbot.waitSignal(models.loaded):
        models.refresh()
    yield models
    hub.go_on()
    models.close()
    models.deleteLater()


def told_by(models: Models) -> list[ModelEntry]:
    """The snapshots of the small model from now on."""
    told: list[ModelEntry] = []
    models.changed.connect(lambda entry: told.append(entry) if entry.id == SMALL else None)
    return told


def test_a_model_comes_and_goes(models: Models, qtbot: QtBot) -> None:
    told = told_by(models)
    with qtbot.waitSignal(models.arrived, timeout=20_000) as arrived:
        models.download(SMALL)
        models.download(SMALL)  # one at a time: the second press does nothing
    assert told[0].progress is not None, "it is seen at once"
    assert told[-2].progress is not None
    assert told[-2].progress.done == told[-2].progress.total
    assert arrived.args is not None
    assert arrived.args[0] == told[-1]
    assert (told[-1].state, told[-1].progress) == ("installed", None)
    assert told[-1].present_bytes > 2_000_000
    models.remove(SMALL)
    qtbot.waitUntil(lambda: told[-1].state == "absent")


def test_paused_and_gone_on(models: Models, hub: Hub, tmp_path: Path, qtbot: QtBot) -> None:
    told = told_by(models)
    hub.trouble("GET /cdn/", hold_after=150_000)
    models.download(SMALL)
    part = growing_part(tmp_path, at_least=100_000)
    models.pause(SMALL)
    qtbot.waitUntil(lambda: told[-1].progress is None)
    assert told[-1].state == "partial"
    kept = part.stat().st_size
    hub.go_on()
    with qtbot.waitSignal(models.arrived, timeout=20_000):
        models.download(SMALL)
    assert [call.start for call in hub.bodies()] == [0, kept, 0, 0]


def test_what_fails_is_a_notice(models: Models, hub: Hub, qtbot: QtBot) -> None:
    told = told_by(models)
    hub.trouble("GET /api/", status=503)
    with qtbot.waitSignal(models.noticed, timeout=20_000) as noticed:
        models.download(SMALL)
    assert noticed.args is not None
    notice = noticed.args[0]
    assert isinstance(notice, Notice)
    assert "trouble" in notice.text
    assert (told[-1].state, told[-1].progress) == ("absent", None)
    with qtbot.waitSignal(models.noticed, timeout=20_000) as noticed:
        models.remove(SMALL)
    assert noticed.args is not None
    assert "not installed" in noticed.args[0].text


def test_closing_stops_what_runs(models: Models, hub: Hub, tmp_path: Path) -> None:
    hub.trouble("GET /cdn/", hold_after=150_000)
    models.download(SMALL)
    growing_part(tmp_path, at_least=100_000)
    models.close()  # returns: the hub is silent, so only a cancel can have ended the download
    assert next(tmp_path.rglob("parts/*")).stat().st_size > 100_000


def test_a_new_look_keeps_what_runs(models: Models, hub: Hub, tmp_path: Path, qtbot: QtBot) -> None:
    hub.trouble("GET /cdn/", hold_after=150_000)
    models.download(SMALL)
    growing_part(tmp_path, at_least=100_000)
    with qtbot.waitSignal(models.loaded) as loaded:
        models.refresh()
    assert loaded.args is not None
    (entry,) = (entry for entry in loaded.args[0] if entry.id == SMALL)
    assert entry.progress is not None
