"""Rows that are dragged: takes go out as real files, waiting rows change places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData

from engine.jobs import Job, Status
from ui.queue.model import QueueModel
from ui.shared.take_mime import carry

__all__ = ["ROWS", "drop_row", "row_mime"]

ROWS = "application/x-dgx-music-rows"
"""Ids of waiting jobs, one a line; understood by this list alone."""


def row_mime(jobs: Sequence[Job], file_of: Callable[[Job], Path]) -> QMimeData | None:
    """What is dragged of ``jobs``: files of the takes, ids of the waiting; None if neither.

    ``file_of`` gives a file with a human name that stays valid after the drag; it may raise
    MusicError.
    """
    takes = [job for job in jobs if job.take is not None]
    files = [file_of(job) for job in takes]
    ids = [job.id for job in jobs if job.status is Status.PENDING]
    if not files and not ids:
        return None
    mime = QMimeData()
    if files:
        carry(mime, takes, files)
    if ids:
        mime.setData(ROWS, "\n".join(ids).encode())
    return mime


def drop_row(model: QueueModel, row: int) -> int | None:
    """The row before which waiting rows are put that are dropped near the top of ``row``.

    Kept within the rows that wait; None where their order is not the queue's, as in a search.
    """
    if model.filter.words:
        return None
    waiting = model.jobs.waiting()
    if not waiting:
        return None
    first, last = model.row_of(waiting[0].id), model.row_of(waiting[-1].id)
    return min(max(row, first), last + 1) if first >= 0 else None
