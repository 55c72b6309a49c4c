"""The desk as it was left: what the next start of the window begins with."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.settings import Settings, SettingsFile
from engine.jobs import LOCAL, Job
from tests.fakes import FakeEngine
from tests.ui.hands import MakeWindow, generate
from ui.compose.models import SKETCH, ModelOption
from ui.library.export_dialog import ExportDialog, ExportWish
from ui.main_window import MainWindow

SMALL = ModelOption("facebook/musicgen-small", "MusicGen Small", samples=True, size_bytes=1)
THERE = ModelOption("facebook/musicgen-small", "MusicGen Small", "a1", "dgx01", samples=True)
OPTIONS = {
    "format": "flac",
    "sample_rate": 48_000,
    "loudness": -14.0,
    "pattern": "{name} {key}",
    "trim_to_bars": False,
    "midi": False,
    "stems": False,
}


@pytest.fixture
def kept(music_home: Path) -> SettingsFile:
    """As it is on the disk when this is first asked for."""
    return SettingsFile(music_home / "config")


def left(music_home: Path) -> Settings:
    return SettingsFile(music_home / "config").current


def chosen(window: MainWindow) -> tuple[str, str]:
    return window.models.current.id, window.models.current.place


def test_the_desk_is_found_as_it_was_left(make_window: MakeWindow) -> None:
    window = make_window()
    compose = window.compose
    compose.length.set_seconds(33.5)
    compose.takes.setValue(4)
    compose.more.fold.click()
    compose.more.format.setCurrentText("MP3")
    compose.more.loop.setChecked(True)
    window.menus.take_panel.trigger()
    window.menus.play_on.trigger()
    window.close()

    again = make_window()
    settings = again.compose.more.settings()
    assert (again.compose.length.seconds(), again.compose.takes.value()) == (33.5, 4)
    assert (settings["output_format"], settings["loop"]) == ("mp3", True)
    assert again.compose.more.loop.isVisible()  # and not unseen behind the fold
    assert again.compose.isVisible()
    assert not again.take.isVisible()
    assert not again.menus.take_panel.isChecked()
    assert again.menus.play_on.isChecked()
    assert again.listening._plays_on
    again.menus.take_panel.trigger()
    assert again.take.isVisible()
    assert not again.notices.keys()


def test_a_loop_is_remembered_while_the_model_makes_none(make_window: MakeWindow) -> None:
    window = make_window()
    window.compose.more.loop.setChecked(True)
    window.compose.set_model(SMALL)
    window.close()
    assert make_window().compose.more.loop.isChecked()


def test_where_all_is_as_usual_the_fold_is_closed(make_window: MakeWindow) -> None:
    make_window().close()
    window = make_window()
    assert not window.compose.more.loop.isVisible()
    assert not window.menus.play_on.isChecked()
    assert (window.compose.length.seconds(), window.compose.takes.value()) == (16.0, 1)
    assert window.focusWidget() is window.compose.prompt


def test_without_compose_the_keyboard_begins_in_the_list(
    qtbot: QtBot, make_window: MakeWindow, fake: FakeEngine
) -> None:
    window = make_window()
    generate(qtbot, window, fake, "calm")
    window.menus.compose_panel.trigger()
    window.close()
    again = make_window()
    assert not again.compose.isVisible()
    assert again.focusWidget() is again.queue.view
    again.menus.prompt.trigger()
    assert again.focusWidget() is again.compose.prompt


def test_a_length_that_is_none_is_not_remembered(make_window: MakeWindow, music_home: Path) -> None:
    window = make_window()
    window.compose.length.set_seconds(20.0)
    window.close()
    for typed in ("soon", "9:00:00", "0"):
        again = make_window()
        again.compose.length.field.setText(typed)
        again.close()
        assert left(music_home).length == 20.0, typed


def test_a_model_is_chosen_again_once_it_is_found(
    make_window: MakeWindow, kept: SettingsFile
) -> None:
    kept.update(model=SMALL.id, place=LOCAL)
    window = make_window()
    assert chosen(window) == ("sketch", LOCAL)
    window.models.set_server_options([THERE])  # the same elsewhere is another choice
    assert chosen(window) == ("sketch", LOCAL)
    window.models.set_options([SKETCH, SMALL])
    assert chosen(window) == (SMALL.id, LOCAL)
    window.compose.more.fold.click()
    assert window.compose.more.numbers["guidance"].isVisible()  # Compose knows, too


def test_a_model_of_a_server_is_chosen_again_once_that_answers(
    make_window: MakeWindow, kept: SettingsFile
) -> None:
    kept.update(model=THERE.id, place=THERE.place)
    window = make_window()
    window.models.set_options([SKETCH, SMALL])
    assert chosen(window) == ("sketch", LOCAL)
    window.models.set_server_options([THERE])
    assert chosen(window) == (THERE.id, "a1")


def test_a_model_that_is_gone_is_not_asked_for_and_nothing_is_said(
    make_window: MakeWindow, kept: SettingsFile, music_home: Path
) -> None:
    kept.update(model="/media/stick/model", place="a9")
    window = make_window()
    window.models.set_options([SKETCH, SMALL])
    window.models.set_server_options([THERE])
    assert chosen(window) == ("sketch", LOCAL)
    assert not window.notices.keys()
    window.close()  # its server may only be away, so it is not forgotten by that
    assert (left(music_home).model, left(music_home).place) == ("/media/stick/model", "a9")


def test_what_is_chosen_or_used_meanwhile_stays(
    qtbot: QtBot,
    make_window: MakeWindow,
    fake: FakeEngine,
    kept: SettingsFile,
    music_home: Path,
) -> None:
    kept.update(model=THERE.id, place=THERE.place)

    def by_hand(window: MainWindow) -> None:
        window.models.select("sketch")

    def by_use(window: MainWindow) -> None:
        generate(qtbot, window, fake, "calm")

    for settle in (by_hand, by_use):
        window = make_window()
        settle(window)
        window.models.set_server_options([THERE])
        assert chosen(window) == ("sketch", LOCAL)
        window.close()
        assert left(music_home).model == "sketch"
        kept.update(model=THERE.id, place=THERE.place)


def test_the_model_that_was_chosen_last_is_kept(make_window: MakeWindow, music_home: Path) -> None:
    window = make_window()
    window.models.set_server_options([THERE])
    window.models.select(THERE.id, THERE.place)
    window.close()
    assert (left(music_home).model, left(music_home).place) == (THERE.id, "a1")


def export_dialog(qtbot: QtBot, window: MainWindow, fake: FakeEngine) -> tuple[ExportDialog, Job]:
    id_ = generate(qtbot, window, fake, "calm piano")
    fake.complete(id_)
    qtbot.waitUntil(lambda: window.queue.model.jobs.takes > 0)
    window.exporter.open([fake.queue.by_id[id_]])
    return window.findChildren(ExportDialog)[-1], fake.queue.by_id[id_]


def test_an_export_begins_as_the_last_one_was_before_the_start(
    qtbot: QtBot, make_window: MakeWindow, fake: FakeEngine, tmp_path: Path
) -> None:
    window = make_window()
    folder = tmp_path / "for the film"
    window.exporter.run(ExportWish([], folder, OPTIONS))
    window.close()
    again = make_window()
    dialog, _ = export_dialog(qtbot, again, fake)
    wishes: list[ExportWish] = []
    dialog.wished.disconnect(again.exporter.run)
    dialog.wished.connect(wishes.append)
    dialog.accept()
    assert (wishes[0].folder, wishes[0].options) == (folder, OPTIONS)


def test_the_usual_folder_of_exports_moves_with_the_takes(
    make_window: MakeWindow, kept: SettingsFile, music_home: Path, tmp_path: Path
) -> None:
    make_window().close()
    assert left(music_home).export_folder is None
    kept.update(takes_folder=tmp_path / "elsewhere")
    assert make_window().exporter.folder == tmp_path / "elsewhere" / "Exported"


def test_choices_that_are_offered_no_more_are_as_if_never_made(
    qtbot: QtBot, make_window: MakeWindow, fake: FakeEngine, kept: SettingsFile
) -> None:
    kept.update(export_options=OPTIONS | {"sample_rate": 22_050, "loudness": -9.5})
    dialog, _ = export_dialog(qtbot, make_window(), fake)
    assert (dialog.rate.currentText(), dialog.loudness.currentText()) == ("As it is", "As it is")
    assert dialog.format.currentText() == "FLAC"
    dialog.reject()


@pytest.mark.logs("can't be used")
@pytest.mark.parametrize("odd", [None, -1, "odd", [], {}, {"format": 1}, 1e300, True])
def test_no_odd_value_keeps_the_window_from_opening(
    qtbot: QtBot, make_window: MakeWindow, fake: FakeEngine, music_home: Path, odd: Any
) -> None:
    path = music_home / "config" / "settings.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(dict.fromkeys(asdict(Settings()), odd) | {"servers": []}))
    window = make_window()
    dialog, _ = export_dialog(qtbot, window, fake)
    dialog.accept()
    window.close()
    assert left(music_home).length == 16.0


def test_a_panel_that_comes_back_is_as_wide_as_it_was(
    qtbot: QtBot, make_window: MakeWindow
) -> None:
    window = make_window()
    window.resize(window.minimumSize())  # fits on the screen of the tests
    window.splitter.setSizes([330, 350, 280])
    sizes = window.splitter.sizes()
    window.menus.take_panel.trigger()
    window.close()
    again = make_window()
    again.menus.take_panel.trigger()
    qtbot.waitUntil(lambda: again.splitter.sizes() == sizes)
