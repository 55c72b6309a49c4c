"""Where a take made in the terminal goes: the place that was asked for, or the takes folder."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from engine.audio.atomic import in_plain_words, linked
from engine.audio.names import safe_name, unique
from engine.errors import InvalidRequest, Problem, StorageError
from engine.jobs import Job, Take
from engine.limits import FORMATS

__all__ = ["Delivery", "Undelivered"]


class Undelivered(StorageError):
    """No place takes a take: what is made must stay where it is."""

    def __init__(self, error: StorageError) -> None:
        super().__init__(error.message, hint=error.hint, detail=error.detail)
        self.code = error.code


class Delivery:
    """``out`` is a file's name when it ends like one, else a folder; None: the usual folder.

    Raises InvalidRequest when the file's ending and ``format`` (None: not given) disagree.
    """

    def __init__(self, out: Path | None, usual: Path, format: str | None) -> None:
        self._out, self._usual = out, usual
        ending = out.suffix.lstrip(".").lower() if out is not None and not out.is_dir() else ""
        self._to_file = ending in FORMATS
        self.format = format or (ending if self._to_file else "wav")
        """What the takes are to be written as."""
        if self._to_file and self.format != ending:
            message = f"ends in .{ending}, but the format is {self.format}"
            raise InvalidRequest((Problem("out", message),))

    def prepare(self, takes: int) -> None:
        """See that it will work, before anything is generated.

        Raises InvalidRequest, FolderNotWritable or DiskFull.
        """
        if self._to_file and takes > 1:
            message = f"is the name of one file, but there will be {takes} takes; name a folder"
            raise InvalidRequest((Problem("out", message),))
        folder = self._folder()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise in_plain_words(error, folder) from error

    def deliver(self, job: Job, take: Take) -> Take:
        """Move the take's files to their place; the take as it is there.

        Raises StorageError; the files are then where they were.
        """
        return _moved(take, self._path(job, take))

    def rescue(self, take: Take) -> Take:
        """Move them to the takes folder, as what their place did not take. Raises as ``deliver``
        does."""
        return _moved(take, self._usual / take.path.name)

    def _folder(self) -> Path:
        if self._out is None:
            return self._usual
        return self._out.absolute().parent if self._to_file else self._out.absolute()

    def _path(self, job: Job, take: Take) -> Path:
        folder = self._folder()
        if self._out is None:
            return folder / take.path.name  # it ends in the job's id, by which the window knows it
        if self._to_file:
            return folder / self._out.name
        return unique(folder / f"{safe_name(job.name)}{take.path.suffix}")


def _moved(take: Take, path: Path) -> Take:
    """The only copy goes when there is another."""
    midi = None if take.midi_path is None else path.with_suffix(".mid")
    if take.midi_path is not None and midi is not None:
        linked(take.midi_path, midi)
    try:
        linked(take.path, path)  # the last: once it is there, a window that is open takes it in
    except StorageError:
        if midi is not None:
            midi.unlink(missing_ok=True)
        raise
    for source in filter(None, (take.path, take.midi_path)):
        with suppress(OSError):  # it goes with its folder, at the latest
            source.unlink()
    return replace(take, path=path, midi_path=midi)
