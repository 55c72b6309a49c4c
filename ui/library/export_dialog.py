"""Export: where to, as what, how loud; the work itself is done in the background."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from engine.audio.stems import has_stems
from engine.beats import Beats
from engine.errors import NotFound
from engine.jobs import Failure, Job
from engine.limits import FORMATS
from ui.library import licence_words
from ui.shared.background import Background
from ui.shared.engine_words import in_own_words
from ui.shared.main_button import MainButton
from ui.shared.tokens import Space
from ui.shared.widgets import Button, ElidedLabel, label

if TYPE_CHECKING:
    from engine.audio.export import Exported

__all__ = ["ExportDialog", "ExportWish", "run_export"]

_RATES = (None, 44_100, 48_000, 96_000)
_LOUDNESS = (None, -14.0, -16.0, -23.0)


@dataclass(frozen=True, slots=True)
class ExportWish:
    """Takes, the folder to put them into, and ``engine.audio.export.export``'s options."""

    jobs: Sequence[Job]
    folder: Path
    options: Mapping[str, Any] = field(default_factory=dict)


def run_export(wish: ExportWish, job: Job) -> Exported:
    """Do it for one of the jobs; takes as long as reading and writing its take does. Raises
    MusicError."""
    # Imported where it is needed: it brings the audio libraries, which the first paint can spare.
    from engine.audio.export import export

    if job.take is None:
        raise NotFound("This take is not finished yet.")
    return export(job.take, job.request, job.name, wish.folder, **wish.options)


class ExportDialog(QDialog):
    wished = Signal(ExportWish)

    def __init__(
        self,
        jobs: Sequence[Job],
        folder: Path,
        parent: QWidget | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        """``jobs`` have takes; the preview shows the first one's name. ``options`` are an earlier
        ExportWish's, to begin with."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        title = self.tr("Export %n take(s)", "", len(jobs))
        if len(jobs) == 1:
            title = self.tr("Export “{name}”").format(name=jobs[0].name)
        self.setWindowTitle(title)
        self._jobs, self._folder = jobs, folder
        self._background = Background(self)
        self.format = _combo(self.tr("Format"), [name.upper() for name in FORMATS])
        as_it_is = self.tr("As it is")
        self.rate = _combo(
            self.tr("Sample rate"),
            [as_it_is if rate is None else f"{rate / 1000:g} kHz" for rate in _RATES],
        )
        self.loudness = _combo(
            self.tr("Loudness"),
            [as_it_is if level is None else f"−{-level:g} LUFS" for level in _LOUDNESS],
        )
        self.pattern = QLineEdit("{name}")
        self.pattern.setAccessibleName(self.tr("File name"))
        self.pattern.setToolTip("{name} {tempo} {key} {model} {seed} {prompt}")
        self.preview = ElidedLabel("", "small")
        self.folder = ElidedLabel(str(folder), "muted", Qt.TextElideMode.ElideMiddle)
        self.choose = Button(self.tr("Choose…"), "small")
        self.bars = QCheckBox(self.tr("End on a whole bar"))
        self.midi = QCheckBox(self.tr("The notes too, as MIDI"))
        self.stems = QCheckBox(self.tr("Each instrument by itself, too (stems)"))
        self.stems.setToolTip(
            self.tr("WAV files of the same length, in a folder beside it, before mastering")
        )
        self.licence = label(licence_words.line(jobs), "caution-small")
        self.licence.setWordWrap(True)
        self.licence.setVisible(bool(self.licence.text()))
        takes = [job.take for job in jobs if job.take is not None]
        self.bars.setEnabled(all(map(Beats.of, takes)))
        self.midi.setVisible(any(take.midi_path is not None for take in takes))
        self.stems.setVisible(any(map(has_stems, takes)))
        self.cancel = Button(self.tr("Cancel"))
        self.export = MainButton(self.tr("Export"), "⏎")
        self.export.setDefault(True)
        self._lay_out()
        if options is not None:
            self._fill(options)
        self.choose.clicked.connect(self._choose)
        self.cancel.clicked.connect(self.reject)
        self.export.clicked.connect(self.accept)
        self.pattern.textChanged.connect(self._show_name)
        self.format.currentIndexChanged.connect(self._show_name)
        self._show_name()

    def _fill(self, options: Mapping[str, Any]) -> None:
        self.format.setCurrentIndex(FORMATS.index(options["format"]))
        self.rate.setCurrentIndex(_place(options["sample_rate"], _RATES))
        self.loudness.setCurrentIndex(_place(options["loudness"], _LOUDNESS))
        self.pattern.setText(options["pattern"])
        self.bars.setChecked(options["trim_to_bars"] and self.bars.isEnabled())
        self.midi.setChecked(options["midi"])
        self.stems.setChecked(options["stems"])

    def accept(self) -> None:
        options = {
            "format": FORMATS[self.format.currentIndex()],
            "sample_rate": _RATES[self.rate.currentIndex()],
            "loudness": _LOUDNESS[self.loudness.currentIndex()],
            "pattern": self.pattern.text(),
            "trim_to_bars": self.bars.isChecked(),
            "midi": self.midi.isChecked(),
            "stems": self.stems.isChecked(),
        }
        self.wished.emit(ExportWish(self._jobs, self._folder, options))
        super().accept()

    def done(self, result: int) -> None:
        self._background.wait()
        super().done(result)

    def _show_name(self) -> None:
        """What the file will be called, or why the pattern does not work."""
        job, pattern = self._jobs[0], self.pattern.text()
        suffix = FORMATS[self.format.currentIndex()]

        def name() -> str:
            from engine.audio.export import file_name  # late for the reason in run_export

            return file_name(pattern, job.name, job.take, job.request) if job.take else ""

        self._background.run(name, lambda stem: self._show_preview(f"{stem}.{suffix}"), self._fail)

    def _show_preview(self, name: str) -> None:
        self.preview.setText(name)
        self.export.setEnabled(True)

    def _fail(self, failure: Failure) -> None:
        self.preview.setText(in_own_words(failure.message))
        self.export.setEnabled(False)

    def _choose(self) -> None:
        dialog = QFileDialog(self, self.tr("Export to"), str(self._folder))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self._use_folder)
        dialog.open()

    def _use_folder(self, folder: str) -> None:
        self._folder = Path(folder)
        self.folder.setText(folder)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(Space.EDGE)
        grid.setVerticalSpacing(Space.HALF)
        grid.setColumnStretch(1, 1)
        folder = QHBoxLayout()
        folder.addWidget(self.folder, 1)
        folder.addWidget(self.choose)
        rows: list[tuple[str, QWidget | QHBoxLayout]] = [
            (self.tr("Folder"), folder),
            (self.format.accessibleName(), self.format),
            (self.rate.accessibleName(), self.rate),
            (self.loudness.accessibleName(), self.loudness),
            (self.pattern.accessibleName(), self.pattern),
            ("", self.preview),
            ("", self.bars),
            ("", self.midi),
            ("", self.stems),
        ]
        for row, (name, content) in enumerate(rows):
            grid.addWidget(label(name, "muted"), row, 0)
            if isinstance(content, QWidget):
                grid.addWidget(content, row, 1)
            else:
                grid.addLayout(content, row, 1)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.export)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.WIDE)
        column.setSpacing(Space.WIDE)
        column.addLayout(grid)
        column.addWidget(self.licence)
        column.addLayout(buttons)
        self.setMinimumWidth(440)


def _place(value: float | None, offered: Sequence[float | None]) -> int:
    """Where a choice stands; one that another version offered is as if none had been made."""
    return offered.index(value) if value in offered else 0


def _combo(name: str, entries: list[str]) -> QComboBox:
    combo = QComboBox()
    combo.addItems(entries)
    combo.setAccessibleName(name)
    return combo
