"""What is said of takes, and deletions, can be undone and done again: the last deed first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QUndoStack
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.studio import Studio
from engine.jobs import Job
from tests.fakes import FakeEngine
from tests.ui.hands import CONTROL, generate, shown_texts
from tests.ui.queue.made_jobs import finished
from ui.library.marks import Marks
from ui.library.trash import Trash
from ui.main_window import MainWindow

IDS = ("a", "b", "c")

deeds = st.lists(
    st.tuples(
        st.lists(st.sampled_from(IDS), min_size=1, max_size=3, unique=True),
        st.one_of(
            st.fixed_dictionaries({"stars": st.integers(0, 5)}),
            st.fixed_dictionaries({"kept": st.sampled_from([None, True, False])}),
            st.fixed_dictionaries({"name": st.sampled_from(["Rain", "Dusk"])}),
            st.fixed_dictionaries({"notes": st.sampled_from(["", "too loud", "too loud!"])}),
            st.fixed_dictionaries({"tags": st.sampled_from([(), ("drums",)])}),
            st.none(),  # deleted
        ),
    ),
    max_size=12,
)


@given(deeds)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_all_that_was_done_is_undone_and_done_again(
    qtbot: QtBot, deeds: list[tuple[list[str], dict[str, object] | None]]
) -> None:
    fake, parent, stack = FakeEngine([finished(id_) for id_ in IDS]), QObject(), QUndoStack()
    studio = Studio(fake, parent)
    marks, trash = Marks(studio, fake.queue.by_id.get, stack, parent), Trash(studio, stack, parent)

    def state() -> dict[str, Job]:
        return dict(fake.queue.by_id)

    states = [state()]
    for ids, fields in deeds:
        there = [id_ for id_ in ids if id_ in fake.queue.by_id]
        count = stack.count()
        if fields is not None:
            marks.set(ids, fields)
        elif there:
            trash.delete(there)
        if stack.count() > count:
            states.append(state())
        else:
            # Nobody was there, or notes that were written before were written on, or back.
            states[stack.count() :] = [state()]
    for expected in reversed(states[:-1]):
        stack.undo()
        assert state() == expected
    assert not stack.canUndo()
    for expected in states[1:]:
        stack.redo()
        assert state() == expected
    assert not stack.canRedo()


@pytest.fixture
def takes(qtbot: QtBot, window: MainWindow, fake: FakeEngine) -> Iterator[list[str]]:
    """Three takes in the list, the first of them selected."""
    ids = [generate(qtbot, window, fake, prompt) for prompt in ("calm", "dark", "slow")]
    for id_ in ids:
        fake.complete(id_)
    qtbot.waitUntil(lambda: window.queue.model.jobs.takes == 3)
    window.queue.reveal(ids[0])
    window.queue.view.setFocus()
    yield ids


def stars(fake: FakeEngine, ids: list[str]) -> list[int]:
    found = (fake.queue.by_id[id_].take for id_ in ids)
    return [take.stars if take else -1 for take in found]


def test_takes_that_were_rated_together_are_one_deed(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine, takes: list[str]
) -> None:
    view = window.queue.view
    view.selectAll()
    QTest.keyClick(view, Qt.Key.Key_4)
    assert stars(fake, takes) == [4, 4, 4]
    assert window.menus.undo.text() == "Undo stars"
    QTest.keyClick(view, Qt.Key.Key_Z, CONTROL)
    assert stars(fake, takes) == [0, 0, 0]
    assert not window.menus.undo.isEnabled()
    assert window.menus.redo.text() == "Redo stars"
    QTest.keyClick(view, Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert stars(fake, takes) == [4, 4, 4]


def test_undo_leads_to_the_row_that_it_changes(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine, takes: list[str]
) -> None:
    QTest.keyClick(window.queue.view, Qt.Key.Key_3)
    window.queue.reveal(takes[2])
    window.menus.undo.trigger()
    assert [job.id for job in window.queue.view.selection.jobs()] == [takes[0]]


def test_the_notice_of_a_deletion_never_undoes_something_else(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine, takes: list[str]
) -> None:
    QTest.keyClick(window.queue.view, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: "1 job deleted." in shown_texts(window.notices))
    qtbot.waitUntil(lambda: window.queue.model.jobs.takes == 2)
    QTest.keyClick(window.queue.view, Qt.Key.Key_5)
    assert not window.notices.keys()
    window.menus.undo.trigger()
    window.menus.undo.trigger()
    qtbot.waitUntil(lambda: window.queue.model.jobs.takes == 3)
    assert stars(fake, takes) == [0, 0, 0]


def kept_notes(window: MainWindow, id_: str) -> str:
    take = window.queue.model.jobs[id_].take
    return take.notes if take is not None else "no take"


def test_notes_are_undone_whole_and_the_panel_shows_it_at_once(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine, takes: list[str]
) -> None:
    notes = window.take.notes
    notes.setFocus()
    for typed, kept in (("too ", "too "), ("loud", "too loud")):
        QTest.keyClicks(notes, typed)
        window.take.save_notes()
        qtbot.waitUntil(lambda kept=kept: kept_notes(window, takes[0]) == kept)  # type: ignore[misc]
    window.menus.undo.trigger()
    qtbot.waitUntil(lambda: kept_notes(window, takes[0]) == "")
    assert notes.toPlainText() == ""  # though it has the keyboard
    assert not window.menus.undo.isEnabled()
    window.menus.redo.trigger()
    qtbot.waitUntil(lambda: notes.toPlainText() == "too loud")


def test_notes_that_were_taken_back_leave_nothing_to_undo(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine, takes: list[str]
) -> None:
    for text in ("loud", ""):
        window.take.notes.setPlainText(text)
        window.take.save_notes()
        qtbot.waitUntil(lambda text=text: kept_notes(window, takes[0]) == text)  # type: ignore[misc]
    assert not window.menus.undo.isEnabled()


def test_notes_that_were_just_written_are_not_what_comes_before_their_takes_deletion(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine, takes: list[str]
) -> None:
    QTest.keyClicks(window.take.notes, "too loud")
    QTest.keyClick(window.queue.view, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: window.queue.model.jobs.takes == 2)
    window.menus.undo.trigger()
    qtbot.waitUntil(lambda: window.queue.model.jobs.takes == 3)
    assert kept_notes(window, takes[0]) == "too loud"


def test_what_is_being_written_as_the_window_closes_is_kept(
    qtbot: QtBot, window: MainWindow, fake: FakeEngine, takes: list[str]
) -> None:
    QTest.keyClicks(window.take.notes, "too loud")
    window.take.tags.field.setFocus()
    QTest.keyClicks(window.take.tags.field, "drums")
    window.close()
    take = fake.queue.by_id[takes[0]].take
    assert take is not None
    assert (take.notes, take.tags) == ("too loud", ("drums",))
