"""Takes leave the studio as files, and files bring their settings back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.notices import Level, Notice
from engine.audio.files import write_audio
from engine.errors import MusicError, NotFound
from engine.generators.base import Audio, Facts
from engine.generators.sketch.generator import LICENCE
from engine.generators.sketch.version import MADE_BY
from engine.jobs import Job, Status, Step, Take, utc_now
from engine.models.catalogue import find
from engine.request import Request
from ui.library.export_dialog import ExportDialog, ExportWish
from ui.library.exporter import Exporter
from ui.library.reopener import Reopener

REQUEST = Request(prompt="calm piano, 120 bpm", duration=3, seed=5)
NC = str(find("facebook/musicgen-small").licence)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A take of 3 s: at 120 bpm and 4/4, one bar and a half."""
    path = tmp_path / "takes" / "gen_1.wav"
    path.parent.mkdir()
    noise = np.random.default_rng(1).uniform(-0.2, 0.2, (3 * 44_100, 2)).astype(np.float32)
    facts = Facts("sketch 1", tempo=120, beats_per_bar=4, key="C major")
    write_audio(path, Audio(noise, 44_100, facts), REQUEST)
    take = Take(path, 3.0, 44_100, 2, "", tempo=120, beats_per_bar=4, key="C major")
    return Job(
        "gen_1", REQUEST, "Calm: piano", Status.COMPLETED, Step.COMPLETED, utc_now(), take=take
    )


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    return window


@pytest.fixture
def exporter(window: QWidget, tmp_path: Path) -> Exporter:
    return Exporter(tmp_path / "out", tmp_path / "dragged", window)


def under(licence: str, job: Job, name: str = "") -> Job:
    assert job.take is not None
    return job.with_(name=name or job.name, take=replace(job.take, licence=licence))


def told(source: Exporter | Reopener) -> list[Notice]:
    notices: list[Notice] = []
    source.noticed.connect(notices.append)
    return notices


def test_what_is_chosen_in_the_dialog_is_in_the_file(
    qtbot: QtBot, window: QWidget, exporter: Exporter, job: Job, tmp_path: Path
) -> None:
    notices = told(exporter)
    exporter.open([job])
    dialog = window.findChild(ExportDialog)
    dialog.format.setCurrentText("FLAC")
    dialog.rate.setCurrentText("48 kHz")
    dialog.pattern.setText("{name} {tempo}bpm {key}")
    dialog.bars.setChecked(True)
    qtbot.waitUntil(lambda: dialog.preview.text() == "Calm- piano 120bpm C major.flac")
    qtbot.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(notices) and notices[-1].level is Level.GOOD, timeout=20_000)
    info = soundfile.info(tmp_path / "out" / "Calm- piano 120bpm C major.flac")
    assert (info.samplerate, info.frames) == (48_000, 96_000)  # one whole bar is 2 s
    assert str(exporter.folder) in notices[-1].text


def test_the_next_export_begins_as_the_last_one_was(
    qtbot: QtBot, window: QWidget, exporter: Exporter, job: Job
) -> None:
    notices = told(exporter)
    exporter.open([job])
    dialog = window.findChild(ExportDialog)
    dialog.format.setCurrentText("FLAC")
    dialog.loudness.setCurrentIndex(1)
    dialog.bars.setChecked(True)
    dialog.pattern.setText("{key} {name}")
    wishes: list[ExportWish] = []
    dialog.wished.connect(wishes.append)
    dialog.accept()
    dialog.setParent(None)
    exporter.open([job])
    again = window.findChild(ExportDialog)
    again.wished.connect(wishes.append)
    again.accept()
    assert wishes[0] == wishes[1]
    qtbot.waitUntil(lambda: notices[-1].level is Level.GOOD, timeout=20_000)
    exporter.wait()


def test_stems_are_offered_where_there_are_some(
    window: QWidget, exporter: Exporter, job: Job
) -> None:
    assert job.take is not None
    played = job.with_(take=replace(job.take, made_by=MADE_BY))
    for jobs, some in (([job], False), ([job, played], True)):
        dialog = ExportDialog(jobs, exporter.folder, window)
        assert dialog.stems.isVisibleTo(dialog) is some
        wishes: list[ExportWish] = []
        dialog.wished.connect(wishes.append)
        dialog.stems.setChecked(some)
        dialog.accept()
        assert wishes[0].options["stems"] is some


def test_a_pattern_that_does_not_work_says_why(
    qtbot: QtBot, window: QWidget, exporter: Exporter, job: Job
) -> None:
    exporter.open([job])
    dialog = window.findChild(ExportDialog)
    dialog.pattern.setText("{nmae}")
    qtbot.waitUntil(lambda: "{nmae}" in dialog.preview.text())
    assert not dialog.export.isEnabled()
    dialog.pattern.setText("{name}")
    qtbot.waitUntil(dialog.export.isEnabled)
    dialog.reject()


def test_an_export_that_fails_says_what_to_do(
    qtbot: QtBot, window: QWidget, exporter: Exporter, job: Job, tmp_path: Path
) -> None:
    (tmp_path / "out").write_text("a file where the folder should be")
    notices = told(exporter)
    exporter.open([job])
    qtbot.mouseClick(window.findChild(ExportDialog).export, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(notices) and notices[-1].level is Level.BAD, timeout=20_000)
    assert "Choose another folder" in notices[-1].text


def test_one_take_that_fails_does_not_take_the_others_along(
    qtbot: QtBot, exporter: Exporter, job: Job, tmp_path: Path
) -> None:
    assert job.take is not None
    gone = job.with_(take=replace(job.take, path=tmp_path / "gone.wav"))
    notices = told(exporter)
    exporter.run(ExportWish([gone, job, job], tmp_path / "out"))
    qtbot.waitUntil(lambda: notices[-1].level is Level.BAD, timeout=20_000)
    assert notices[-1].text == "2 of 3 takes are exported, the others not."
    assert "gone.wav" in notices[-1].problems[0]
    assert len(list((tmp_path / "out").glob("*.wav"))) == 2


def test_a_long_export_is_stopped_after_the_take_at_hand(
    qtbot: QtBot, exporter: Exporter, job: Job, tmp_path: Path
) -> None:
    notices = told(exporter)
    exporter.run(ExportWish([job] * 30, tmp_path / "out"))
    assert [action.id for action in notices[0].actions] == ["stop"]
    qtbot.waitUntil(lambda: len(notices) > 1, timeout=20_000)
    assert notices[1].text == "Exporting: 3 of 30 takes…"
    exporter.stop(notices[-1].key)
    qtbot.waitUntil(lambda: notices[-1].text.startswith("Stopped"))
    there = len(list((tmp_path / "out").glob("*.wav")))
    assert 3 <= there < 30
    assert notices[-1].text == f"Stopped: {there} of 30 takes are exported."


def test_a_dragged_file_is_the_take_with_a_human_name(exporter: Exporter, job: Job) -> None:
    assert job.take is not None
    path = exporter.file_of(job)
    assert path.name == "Calm- piano.wav"
    assert path.read_bytes() == job.take.path.read_bytes()
    with pytest.raises(NotFound):
        exporter.file_of(job.with_(take=None))


def test_an_export_says_which_takes_must_not_be_sold(
    window: QWidget, exporter: Exporter, job: Job
) -> None:
    free, bound = under(LICENCE, job), under(NC, job)
    many = [under(NC, job, f"Take {number}") for number in range(1, 5)]
    for jobs, said in (
        ([free, under("", job)], ""),
        ([bound], "This take must not be sold or used commercially: CC BY-NC 4.0"),
        ([bound, bound], "These takes must not be sold or used commercially: CC BY-NC 4.0"),
        (
            [free, bound],
            "1 of 2 takes must not be sold or used commercially (CC BY-NC 4.0): Calm: piano",
        ),
        (
            [*many, free, under("cc-by-nc-4.0", job)],
            "5 of 6 takes must not be sold or used commercially (CC BY-NC 4.0, cc-by-nc-4.0): "
            "Take 1, Take 2, Take 3, …",
        ),
    ):
        dialog = ExportDialog(jobs, exporter.folder, window)
        assert (dialog.licence.text(), dialog.licence.isVisibleTo(dialog)) == (said, bool(said))
        dialog.reject()


def test_a_take_that_goes_out_without_the_dialog_says_once_that_it_must_not_be_sold(
    exporter: Exporter, job: Job
) -> None:
    notices = told(exporter)
    exporter.file_of(under(LICENCE, job))
    assert not notices
    for licence in (NC, NC, "cc-by-nc-sa-4.0", NC):
        assert exporter.file_of(under(licence, job)).exists()
    assert [(notice.level, notice.seconds) for notice in notices] == [(Level.CAUTION, None)] * 2
    assert notices[0].text == (
        "“Calm: piano” must not be sold or used commercially: CC BY-NC 4.0. "
        "A search for licence:nc shows all such takes."
    )
    assert "cc-by-nc-sa-4.0" in notices[1].text


def test_a_file_that_does_not_go_out_says_nothing_of_selling(
    exporter: Exporter, job: Job, tmp_path: Path
) -> None:
    assert job.take is not None
    notices = told(exporter)
    gone = job.with_(take=replace(job.take, licence=NC, path=tmp_path / "gone.wav"))
    with pytest.raises(MusicError):
        exporter.file_of(gone)
    assert not notices


def test_a_take_from_outside_brings_its_settings_back(
    qtbot: QtBot, window: QWidget, job: Job
) -> None:
    assert job.take is not None
    reopener = Reopener(window)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(job.take.path))])
    path = reopener.path_of(mime)
    assert path is not None
    with qtbot.waitSignal(reopener.found) as caught:
        reopener.read(path)
    assert caught.args == [REQUEST]


def test_a_file_of_another_program_is_told_apart(
    qtbot: QtBot, window: QWidget, tmp_path: Path
) -> None:
    path = tmp_path / "other.wav"
    soundfile.write(path, np.zeros(1000), 44_100)
    reopener = Reopener(window)
    notices = told(reopener)
    reopener.read(path)
    qtbot.waitUntil(lambda: bool(notices))
    assert "has no settings" in notices[0].text
