"""The list's model: whatever happens, it is what a model built anew would be."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from engine.jobs import Change, Job, Status
from engine.request import Request
from engine.status import EngineStatus
from tests.ui.queue.made_jobs import failed, finished, running, waiting
from ui.queue.model import QueueModel, Role
from ui.queue.order import Filter, Show

IDS = [f"j{n}" for n in range(24)]


def ids(model: QueueModel) -> list[str]:
    return [model.job_at(row).id for row in range(model.rowCount())]


def built(*jobs: Job) -> QueueModel:
    model = QueueModel()
    model.set_jobs(jobs)
    return model


def test_what_was_cancelled_at_once_stays_in_the_queues_order() -> None:
    jobs = [failed(id_, 5, position=place) for place, id_ in enumerate("zaky")]
    assert ids(built(*reversed(jobs), failed("later", 6))) == ["later", "z", "a", "k", "y"]


snapshots = st.builds(
    lambda make, id_, number, removed: Change(make(id_, number), removed=removed),
    st.sampled_from(
        [
            lambda id_, n: waiting(id_, float(n)),
            lambda id_, n: waiting(id_, 1.0, priority=n % 3),
            lambda id_, n: running(id_, n, progress=n / 10),
            lambda id_, n: finished(id_, n, stars=n % 6),
            lambda id_, n: failed(id_, n),
        ]
    ),
    st.sampled_from(IDS),
    st.integers(0, 9),
    st.sampled_from([False, False, False, True]),
)
filters = st.builds(
    Filter.of, st.sampled_from(Show), st.sampled_from(["", "", "j1", "d minor", "PROMPT take"])
)


@given(st.lists(st.lists(snapshots, max_size=60), max_size=6), filters, filters)
def test_any_changes_give_the_rows_of_a_model_built_anew(
    batches: list[list[Change]], first: Filter, second: Filter
) -> None:
    model = QueueModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    model.set_filter(first)
    present: dict[str, Job] = {}
    counts: dict[Show, int] = {}
    model.counted.connect(counts.update)
    for at, batch in enumerate(batches):
        if at == 3:
            model.set_filter(second)
        held = {id_: QPersistentModelIndex(model.index(row)) for row, id_ in enumerate(ids(model))}
        model.apply(batch)
        for change in batch:
            present.pop(change.job.id, None)
            if not change.removed:
                present[change.job.id] = change.job
        fresh = QueueModel()
        fresh.set_filter(model.filter)
        fresh_counts: dict[Show, int] = {}
        fresh.counted.connect(fresh_counts.update)
        fresh.set_jobs(present.values())
        rows = [model.job_at(row) for row in range(model.rowCount())]
        assert rows == [fresh.job_at(row) for row in range(fresh.rowCount())]
        if batch:
            assert counts == fresh_counts
        for row, job in enumerate(rows):
            assert model.row_of(job.id) == row
            if job.id in held:  # what a view remembers of a row follows it
                assert held[job.id].row() == row
        for id_, index in held.items():
            assert index.isValid() == (id_ in ids(model))
    del tester


def test_running_stand_first_then_the_queue_then_the_newest() -> None:
    model = built(
        finished("old", 1),
        finished("new", 9),
        waiting("last", 2.0),
        waiting("urgent", 5.0, priority=1),
        waiting("first", 1.0),
        running("later", 8),
        running("longest", 3),
        failed("broken", 5),
    )
    assert ids(model) == [
        *("longest", "later", "urgent", "first", "last", "new", "broken", "old"),
    ]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("seed 12", ["twelve"]),
        ("Seed  12 take", ["twelve"]),
        ("seed 1", []),
        ("112", ["more"]),
        ("seed", ["twelve", "more"]),  # on the way to a number
        ("F♯ minor", ["twelve"]),
        ("f# minor", ["twelve"]),
        ("B♭", ["more"]),
        ("Bb major", ["more"]),
        ("E♭m", ["twelve"]),
        ("g#", ["more"]),
        ("rabbit", ["twelve"]),
        ("rab♭it", []),
    ],
)
def test_a_search_knows_seeds_and_both_spellings_of_keys(search: str, found: list[str]) -> None:
    twelve = Request(prompt="12 rabbits in Ebm", seed=12)
    more = Request(prompt="rain in G♯, take 12", seed=1125)
    model = built(
        finished("twelve", 2, key="F# minor", request=twelve),
        finished("more", 1, key="Bb major", request=more),
    )
    model.set_filter(Filter.of(Show.ALL, search))
    assert ids(model) == found


def test_a_thousand_new_rows_come_as_one(qtbot: QtBot) -> None:
    model = built(finished("done"), running("now"))
    inserts: list[tuple[int, int]] = []
    model.rowsInserted.connect(lambda _parent, first, last: inserts.append((first, last)))
    model.apply([Change(waiting(f"w{n:04}", n)) for n in range(1_000)])
    assert inserts == [(1, 1_000)]
    assert ids(model)[0] == "now"
    assert ids(model)[-1] == "done"


def test_progress_touches_its_row_alone(qtbot: QtBot) -> None:
    model = built(running("a", 1), running("b", 2), waiting("c"))
    touched: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: touched.append((first.row(), last.row())))
    with qtbot.assertNotEmitted(model.layoutChanged), qtbot.assertNotEmitted(model.rowsMoved):
        model.apply([Change(running("b", 2, progress=p)) for p in (0.6, 0.7)])
    assert touched == [(1, 1)]
    assert model.index(1).data(Role.PROGRESS) == 0.7


def test_a_job_that_starts_stays_where_it_is(qtbot: QtBot) -> None:
    """The next to run already stands beneath those that run."""
    model = built(running("a", 1), waiting("b", 1.0), waiting("c", 2.0))
    with qtbot.assertNotEmitted(model.rowsMoved):
        model.apply([Change(running("b", 2))])
    assert ids(model) == ["a", "b", "c"]


def test_search_looks_at_all_words_and_follows_changes() -> None:
    model = built(
        finished("a", name="Night drive", tempo=104.0, key="F# minor"),
        finished("b", name="Night rain", tags=("piano",)),
        waiting("c", request=Request(prompt="loud brass at night", seed=4127)),
    )
    for search, expected in {
        "night": {"a", "b", "c"},
        "NIGHT piano": {"b"},
        "104 bpm f#": {"a"},
        "seed 4127": {"c"},
        "nothing": set(),
    }.items():
        model.set_filter(Filter.of(Show.ALL, search))
        assert set(ids(model)) == expected, search
    model.set_filter(Filter.of(Show.ALL, "drive"))
    model.apply([Change(finished("a", name="Day walk"))])
    assert ids(model) == []
    model.apply([Change(finished("b", name="Night drive"))])
    assert ids(model) == ["b"]


def test_search_tells_takes_that_must_not_be_sold_from_those_that_may_be() -> None:
    bound = "CC BY-NC 4.0. The music made with it may be shared, with credit, but not sold."
    model = built(
        finished("bound", licence=bound),
        finished("other", licence="cc-by-nc-sa-4.0", name="Dance"),
        finished("own", licence="yours: no restrictions"),
        finished("unknown", licence="not known. Read it on the model's page."),
        finished("old"),
        waiting("next"),
    )
    for search, expected in {
        "licence:nc": {"bound", "other"},
        "dance LICENCE:NC": {"other"},
        "licence:yours": {"own"},
    }.items():
        model.set_filter(Filter.of(Show.ALL, search))
        assert set(ids(model)) == expected, search


def test_where_a_row_would_go_on_is_known_of_hidden_rows_too() -> None:
    jobs = [finished(id_, at, name=f"{id_}{id_}") for at, id_ in enumerate("cba")]
    model = built(*jobs, waiting("w"))
    assert ids(model) == ["w", "a", "b", "c"]
    assert [model.row_after(id_) for id_ in "wabc"] == [1, 2, 3, 4]
    for search, expected in {"cc": [0, 0, 0, 1], "aa": [0, 1, 1, 1]}.items():
        model.set_filter(Filter.of(Show.ALL, search))
        assert [model.row_after(id_) for id_ in "wabc"] == expected
    model.apply([Change(finished("a"), removed=True)])
    assert model.row_after("a") == 0


def test_tabs_hold_what_they_say() -> None:
    model = built(
        running("r"),
        waiting("w"),
        finished("plain"),
        finished("good", stars=4),
        finished("kept", kept=True),
        failed("f"),
    )
    expected = {
        Show.ALL: {"r", "w", "plain", "good", "kept", "f"},
        Show.QUEUE: {"r", "w"},
        Show.FAVOURITES: {"good", "kept"},
        Show.FAILED: {"f"},
    }
    for show, rows in expected.items():
        model.set_filter(Filter(show))
        assert set(ids(model)) == rows


def line(model: QueueModel, id_: str) -> str:
    text = model.index(model.row_of(id_)).data(Role.SECOND_LINE)
    assert isinstance(text, str)
    return text


def test_waiting_rows_tell_their_place_and_their_start() -> None:
    ten = Request(prompt="ten", duration=10.0, seed=1)
    model = built(
        running("r", eta_seconds=11.0),
        *(waiting(f"w{n}", float(n), request=ten) for n in range(1, 13)),
    )
    assert line(model, "w2") == "waiting · 2nd"  # nothing was measured yet
    model.set_status(EngineStatus(speed=2.0))
    assert line(model, "w1") == "waiting · next · starts in 0:11"
    assert line(model, "w3") == "waiting · 3rd · starts in 0:21"
    assert line(model, "w11") == "waiting · 11th · starts in 1:01"
    model.set_filter(Filter.of(Show.QUEUE, "w12"))
    assert line(model, "w12").startswith("waiting · 12th")
    model.apply([Change(waiting("w1", 1.0), removed=True)])
    assert line(model, "w12").startswith("waiting · 11th")
    model.set_status(EngineStatus(speed=2.0, paused=True))
    assert line(model, "w12") == "paused · 11th"


@pytest.mark.parametrize(
    ("job", "spoken"),
    [
        (running("a", progress=0.487), "Take a, generating, 48 %"),
        (running("a", cancelling=True), "Take a, cancelling…"),
        (failed("a"), "Take a, failed, Out of memory. Try again alone?"),
        (waiting("a"), "Take a, waiting · next"),
        (
            finished("a", stars=3, kept=True),
            "Take a, take, 0:16, 3 of 5 stars, kept, 84 bpm · D minor · Sketch · seed 12",
        ),
    ],
)
def test_a_screen_reader_hears_name_state_and_progress(job: Job, spoken: str) -> None:
    model = built(job)
    assert model.index(0).data(Qt.ItemDataRole.AccessibleTextRole) == spoken


def test_a_tip_shows_the_whole_prompt_and_runs_none_of_it() -> None:
    request = Request(prompt="<b>loud</b> & <img src=x>", seed=1)
    model = built(failed("a", request=request))
    assert model.index(0).data(Qt.ItemDataRole.ToolTipRole) == (
        "<p>Take a</p><p>&lt;b&gt;loud&lt;/b&gt; &amp; &lt;img src=x&gt;</p>"
        "<p>Out of memory. Try again alone?</p>"
    )


def test_a_new_name_is_asked_for_and_comes_back_as_a_change(qtbot: QtBot) -> None:
    model = built(finished("a", name="Old"))
    with qtbot.waitSignal(model.rename_requested) as asked:
        assert model.setData(model.index(0), "  New   name ")
    assert asked.args == ["a", "New name"]
    assert model.index(0).data() == "Old"
    assert not model.setData(model.index(0), "   ")
    assert not model.setData(model.index(0), "Old")


def test_only_waiting_rows_and_takes_can_be_dragged() -> None:
    model = built(running("r"), waiting("w"), finished("t"), failed("f"))
    draggable = {
        id_
        for row, id_ in enumerate(ids(model))
        if model.flags(model.index(row)) & Qt.ItemFlag.ItemIsDragEnabled
    }
    assert draggable == {"w", "t"}
    assert model.rowCount(model.index(0)) == 0
    assert model.data(QModelIndex()) is None


def test_roles_have_names() -> None:
    names = {bytes(name.data()).decode() for name in QueueModel().roleNames().values()}
    assert {"job", "id", "status", "progress", "stars", "second_line"} <= names


def test_the_status_of_a_job_is_known_by_id() -> None:
    model = built(waiting("a"))
    job = model.jobs.get("a")
    assert job is not None
    assert job.status is Status.PENDING
    assert model.jobs.get("b") is None
    assert model.row_of("b") == -1
    assert replace(job, name="x").id == "a"
