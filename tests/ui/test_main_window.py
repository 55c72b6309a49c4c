"""The whole window over a scripted engine: what is done in one place shows in the others."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import QEvent, QItemSelectionModel, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.journal import FILE_NAME
from app.notices import Notice
from app.paths import Paths
from app.settings import SettingsFile
from engine.audio.export import Exported
from engine.errors import StorageError
from engine.jobs import Failure, Job, Status
from engine.request import Request
from engine.status import EngineState
from tests.fakes import FakeEngine
from tests.ui.hands import MakeWindow, generate, prompts, shown_texts
from tests.ui.queue.made_jobs import finished
from ui.compose.list_sheet import ListSheet
from ui.compose.models import ModelOption
from ui.library.export_dialog import ExportDialog, ExportWish
from ui.main_window import MainWindow
from ui.settings.settings_dialog import SettingsDialog
from ui.shared.theme import DARK, LIGHT, Appearance, Theme
from ui.shared.translation import install_language
from ui.shared.widgets import Button, ElidedLabel, IconButton

CONTROL = Qt.KeyboardModifier.ControlModifier


def test_from_a_prompt_to_a_take(qtbot: QtBot, window: MainWindow, fake: FakeEngine) -> None:
    assert window.welcome.isVisible()
    id_ = generate(qtbot, window, fake, "calm piano, 70 bpm")
    assert window.queue.view.isVisible()
    assert not window.welcome.isVisible()
    fake.begin(id_)
    fake.progress(id_, 0.5, eta=4)
    fake.complete(id_)
    qtbot.waitUntil(lambda: window.queue.model.jobs.takes == 1)
    window.queue.reveal(id_)
    assert window.take.name.text() == "Calm piano, 70 bpm"
    assert window.menus.export.isEnabled()


def test_an_example_makes_music_with_one_press(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine
) -> None:
    qtbot.mouseClick(window.welcome.examples[0], Qt.MouseButton.LeftButton)
    assert prompts(fake) == [window.welcome.examples[0].text()]
    assert window.compose.prompt.toPlainText() == window.welcome.examples[0].text()


def test_the_menu_sends_in_front(window: MainWindow, fake: FakeEngine) -> None:
    for prompt in ("first", "second"):
        window.compose.fill_prompt(prompt)
        window.menus.generate_front.trigger()
    assert prompts(fake) == ["second", "first"]


def test_only_files_that_are_there_can_be_opened(window: MainWindow) -> None:
    browse = next(b for b in window.compose.audio.findChildren(Button) if b.isVisible())
    for ask in (window.menus.open_list.trigger, window.menus.open_take.trigger, browse.click):
        ask()
        (dialog,) = window.findChildren(QFileDialog)
        assert dialog.fileMode() is QFileDialog.FileMode.ExistingFile
        dialog.setParent(None)
        dialog.deleteLater()


def test_a_list_dropped_anywhere_is_queued_whole(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine, tmp_path: Path
) -> None:
    path = tmp_path / "songs.txt"
    path.write_text("calm piano\ndark techno\n")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(600, 400),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier(0),
    )
    entered = QDragEnterEvent(
        QPoint(600, 400),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier(0),
    )
    QApplication.sendEvent(window, entered)
    assert window.drops.veil.isVisible()
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not window.drops.veil.isVisible()
    QApplication.sendEvent(window, entered)
    QApplication.sendEvent(window, event)
    assert not window.drops.veil.isVisible()
    sheet = window.findChild(ListSheet)
    qtbot.waitUntil(sheet.generate.isEnabled)
    qtbot.mouseClick(sheet.generate, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: prompts(fake) == ["calm piano", "dark techno"])


def test_a_list_is_made_by_what_is_chosen_in_compose(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine
) -> None:
    large = ModelOption("facebook/musicgen-large", "MusicGen large", "dgx01", "The server")
    window.models.set_server_options([large])
    window.models.select(large.id, large.place)
    window.compose.length.set_seconds(42.0)
    window.lists.open_text("prompt,model,length\ncalm,,\ndark,sketch,0:20\n")
    sheet = window.findChild(ListSheet)
    qtbot.waitUntil(sheet.generate.isEnabled)
    said = "2 prompts · 1:02 of music · MusicGen large (The server), Sketch"
    assert sheet.totals.text() == said
    qtbot.mouseClick(sheet.generate, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: prompts(fake) == ["calm", "dark"])
    asked = [(j.request.model, j.request.duration, j.place) for j in fake.queue.waiting()]
    assert asked == [(large.id, 42.0, "dgx01"), ("sketch", 20.0, "local")]


def test_a_refused_list_leaves_nothing_and_says_why(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine
) -> None:
    fake.queue.refuse = StorageError("The disk says no.", hint="Ask it again.")
    window.compose.fill_prompt("{a|b}")
    window.compose.send()
    qtbot.waitUntil(window.notices.isVisible)
    assert "The disk says no. Ask it again." in shown_texts(window.notices)
    assert prompts(fake) == []


def test_what_is_deleted_comes_back(qtbot: QtBot, window: MainWindow, fake: FakeEngine) -> None:
    id_ = generate(qtbot, window, fake, "calm")
    window.queue.reveal(id_)
    qtbot.keyClick(window.queue.view, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: window.welcome.isVisible())
    assert window.notices.isVisible()  # above the welcome too
    window.menus.undo.trigger()
    qtbot.waitUntil(lambda: window.queue.model.jobs.get(id_) is not None)
    assert not window.menus.undo.isEnabled()
    assert prompts(fake) == ["calm"], "it waits again"


def test_stop_and_the_folder_are_those_of_the_export_that_its_notice_tells_of(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = Event()

    def export(wish: ExportWish, job: Job) -> Exported:
        assert go_on.wait(60)
        return Exported(wish.folder / f"{job.id}.wav")

    shown: list[Path] = []
    monkeypatch.setattr("ui.library.export_dialog.run_export", export)
    monkeypatch.setattr(window.revealer, "show_folder", shown.append)
    notices: list[Notice] = []
    window.exporter.noticed.connect(notices.append)
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        window.exporter.run(ExportWish([finished("a"), finished("b")], folder))
    first, second = (notice.key for notice in notices)
    window.notices.acted.emit(first, "stop")
    go_on.set()
    window.exporter.wait()
    QApplication.processEvents()
    ends = {notice.key: notice.text for notice in notices}
    assert ends[first].startswith("Stopped")
    assert ends[second] == f"Exported to {folders[1]}"
    for key in (first, second):
        window.notices.acted.emit(key, "show")
    assert shown == folders
    window.exporter.run(ExportWish([finished("a")], tmp_path))
    assert notices[-1].key == first, "in place of what is told of one that ended"
    window.exporter.wait()


def test_export_and_stop_are_there_for_what_is_selected(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine
) -> None:
    menus, model, view = window.menus, window.queue.model, window.queue.view
    bad, take, grows = (generate(qtbot, window, fake, name) for name in ("bad", "take", "grows"))
    fake.fail(bad, Failure("x", "Something happened."))
    fake.complete(take)
    fake.progress(grows, 0.5)
    qtbot.waitUntil(lambda: model.jobs[grows].status is Status.PROCESSING)
    window.queue.reveal(bad)
    assert not menus.export.isEnabled()
    assert not menus.stop.isEnabled()

    def select(id_: str, flag: QItemSelectionModel.SelectionFlag) -> None:
        """The current row stays the failed one's."""
        view.selectionModel().select(view.model().index(model.row_of(id_), 0), flag)

    select(take, QItemSelectionModel.SelectionFlag.Select)
    select(grows, QItemSelectionModel.SelectionFlag.Select)
    assert menus.export.isEnabled()
    assert menus.stop.isEnabled()
    assert not menus.extend.isEnabled()  # that is for the take in the panel
    menus.export.trigger()
    (dialog,) = window.findChildren(ExportDialog)
    assert "Take" in dialog.windowTitle()
    dialog.reject()
    menus.stop.trigger()
    assert ("stop_here", (grows,)) in fake.queue.calls
    select(take, QItemSelectionModel.SelectionFlag.Deselect)
    assert not menus.export.isEnabled()
    fake.complete(grows)
    qtbot.waitUntil(menus.export.isEnabled)
    assert not menus.stop.isEnabled()


def test_export_asks_about_the_take_in_the_panel_where_no_row_is_selected(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine
) -> None:
    id_ = generate(qtbot, window, fake, "calm piano")
    fake.begin(id_)
    fake.complete(id_)
    qtbot.waitUntil(window.menus.export.isEnabled)
    window.queue.view.clearSelection()
    window.menus.export.trigger()
    (dialog,) = window.findChildren(ExportDialog)
    assert "calm piano" in dialog.windowTitle().lower()
    dialog.reject()


def test_again_with_fills_compose_exactly(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine
) -> None:
    window.compose.fill(Request(prompt="calm", duration=33.3, seed=77, guidance=4.25, loop=True))
    window.compose.send()
    (job,) = fake.queue.waiting()
    window.compose.fill(Request(prompt="other"))
    qtbot.waitUntil(lambda: window.queue.model.jobs.get(job.id) is not None)
    window.queue.reveal(job.id)
    window.menus.again.trigger()
    window.compose.send()
    first, second = fake.queue.waiting()
    assert first.request == second.request


def test_stars_given_in_the_panel_reach_the_queue(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine
) -> None:
    id_ = generate(qtbot, window, fake, "calm")
    fake.complete(id_)
    qtbot.waitUntil(lambda: window.queue.model.jobs.takes == 1)
    window.queue.reveal(id_)
    qtbot.keyClick(window.take.stars, Qt.Key.Key_4)
    assert fake.queue.by_id[id_].take.stars == 4


def test_the_state_of_the_engine_is_told_in_words(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine
) -> None:
    fake.set_status(state=EngineState.RESTARTING)
    qtbot.waitUntil(lambda: "Engine restarting…" in " ".join(shown_texts(window.status)))
    window.menus.pause.trigger()
    qtbot.waitUntil(lambda: "Paused" in " ".join(shown_texts(window.status)))
    assert fake.queue.paused
    assert window.menus.pause.isChecked()


def test_a_queue_at_rest_says_so_and_how_to_go_on(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine
) -> None:
    fake.set_status(paused=True)  # as at a start, when it was left so
    fake.queue.paused = True
    qtbot.waitUntil(lambda: "The queue is paused." in shown_texts(window.notices))
    go_on = next(b for b in window.notices.findChildren(Button) if b.text() == "Go on")
    qtbot.mouseClick(go_on, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.menus.pause.isChecked())
    assert not fake.queue.paused
    assert not window.notices.keys()
    window.menus.pause.trigger()
    qtbot.waitUntil(lambda: "The queue is paused." in shown_texts(window.notices))
    window.menus.pause.trigger()
    qtbot.waitUntil(lambda: not window.notices.keys())


def test_diagnostics_are_copied_without_the_persons_name(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch, music_home: Path
) -> None:
    monkeypatch.setattr(Path, "home", lambda: music_home.parent)
    log = Paths.find().logs / FILE_NAME
    log.parent.mkdir(parents=True)
    log.write_text('{"message": "the last thing that happened"}\n')
    window.menus.diagnostics.trigger()
    qtbot.waitUntil(lambda: "clipboard" in " ".join(shown_texts(window.notices)), timeout=20_000)
    copied = QGuiApplication.clipboard().text()
    assert "python: " in copied
    assert "the last thing that happened" in copied
    assert str(music_home.parent) not in copied


def test_looks_and_layout_are_remembered(
    make_window: MakeWindow, theme: Theme, music_home: Path
) -> None:
    window = make_window()
    window.preferences.set_appearance(Appearance.LIGHT)
    assert theme.tokens is not DARK
    window.resize(window.minimumSize())  # fits on the screen of the tests
    window.splitter.setSizes([330, 350, 280])
    sizes = window.splitter.sizes()
    window.close()
    assert SettingsFile(music_home / "config").current.appearance == "light"
    assert make_window().splitter.sizes() == sizes


def test_settings_take_effect_and_are_kept(
    qtbot: QtBot, window: MainWindow, theme: Theme, music_home: Path
) -> None:
    window.menus.settings.trigger()
    dialog = window.findChild(SettingsDialog)
    dialog.appearance.setFocus()
    qtbot.keyClick(dialog.appearance, Qt.Key.Key_End)  # the last one: light
    qtbot.keyClick(dialog.language, Qt.Key.Key_End)  # Indonesian
    qtbot.keyClick(dialog.precision, Qt.Key.Key_End)
    assert theme.tokens is LIGHT
    assert dialog.rows["language"].later.isVisible()  # it waits for the next start
    assert not dialog.rows["appearance"].later.isVisible()
    kept = SettingsFile(music_home / "config").current
    assert (kept.appearance, kept.language, kept.precision) == ("light", "id", "int4")
    dialog.accept()


def test_a_request_for_a_model_that_is_not_here_is_shown_whole(window: MainWindow) -> None:
    request = Request(prompt="calm", model="facebook/musicgen-small", guidance=4.5, seed=1)
    window.compose.fill(request)
    assert "MusicGen small · not installed" in window.models.accessibleName()
    window.compose.more.fold.click()
    assert window.compose.more.numbers["guidance"].isVisible()
    window.models.select("sketch")
    assert not window.compose.more.numbers["guidance"].isVisible()


def test_side_panels_go_and_come(window: MainWindow) -> None:
    window.menus.compose_panel.trigger()
    window.menus.take_panel.trigger()
    assert not window.compose.isVisible()
    assert not window.take.isVisible()
    window.menus.compose_panel.trigger()
    assert window.compose.isVisible()


def test_everything_is_reached_by_keyboard_and_has_a_name(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine
) -> None:
    id_ = generate(qtbot, window, fake, "calm")
    fake.complete(id_)
    qtbot.waitUntil(lambda: window.queue.model.jobs.takes == 1)
    window.queue.reveal(id_)
    window.compose.prompt.setFocus()
    walked: list[QWidget] = []
    while (focused := window.focusWidget()) not in walked:
        walked.append(focused)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert window.focusWidget() is window.compose.prompt  # round, and back where it began
    for wanted in (
        window.compose.generate,
        window.queue.view,
        window.take.name,
        window.take.notes,
        window.take.export,
        window.take.drag,
        window.models,
    ):
        assert wanted in walked, wanted
    nameless = [w for w in walked if not (w.accessibleName() or getattr(w, "text", str)())]
    assert not nameless


@pytest.mark.parametrize("size", [(1024, 640), (960, 480)])
@pytest.mark.parametrize("language", ["en", "id"])
def test_nothing_is_clipped_in_a_small_window(
    qtbot: QtBot,
    qapp: QApplication,
    make_window: MakeWindow,
    fake: FakeEngine,
    language: str,
    size: tuple[int, int],
) -> None:
    install_language(qapp, language)
    try:
        window = make_window()
    finally:
        install_language(qapp, "en")
    window.resize(*size)
    id_ = generate(qtbot, window, fake, "calm")
    fake.complete(id_)
    qtbot.waitUntil(lambda: window.queue.model.jobs.takes == 1)
    window.queue.reveal(id_)
    QApplication.processEvents()
    assert (window.width(), window.height()) == size
    clipped = [
        f"{widget.text()!r}: {widget.width()} of {widget.sizeHint().width()}"
        for widget in window.findChildren(QWidget)
        if isinstance(widget, Button | IconButton | QLabel)
        and not isinstance(widget, ElidedLabel)
        and widget.isVisible()
        and not (isinstance(widget, QLabel) and widget.wordWrap())
        and widget.width() < widget.sizeHint().width()
    ]
    assert not clipped
    outside = [
        f"{type(widget).__name__} {widget.accessibleName()!r}"
        for widget in window.findChildren(Button)
        if widget.isVisible()
        and not window.rect().contains(widget.mapTo(window, QPoint(widget.width() - 1, 0)))
    ]
    assert not outside


def test_a_long_name_of_a_model_leaves_the_menus_their_room(window: MainWindow) -> None:
    name = "A model of many words that somebody trained in the basement of the conservatory"
    option = ModelOption("m", f"{name} & beyond", place="s", place_name="Our very large machine")
    window.models.set_server_options([option])
    window.resize(1024, 640)
    window.models.select("m", "s")
    QApplication.processEvents()
    bar = window.menuWidget()
    assert bar.minimumSizeHint().width() <= 1024
    assert window.menus.width() >= window.menus.sizeHint().width()
    assert window.models.geometry().right() < bar.width()
    window.models._fill()
    assert any("&& beyond" in action.text() for action in window.models._menu.actions())


def test_a_closed_window_leaves_no_widget_behind(
    qtbot: QtBot, qapp: QApplication, make_window: MakeWindow, fake: FakeEngine
) -> None:
    before = set(qapp.allWidgets())
    window = make_window()
    generate(qtbot, window, fake, "calm")
    fake.notify(Failure("x", "Something happened.", detail="in detail"))
    window.preferences.open()
    window.lists.open_text("one\ntwo")
    qtbot.waitUntil(lambda: window.findChild(ListSheet).generate.isEnabled())
    window.close()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()
    assert set(qapp.allWidgets()) <= before
