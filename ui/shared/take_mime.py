"""What is carried when takes are dragged or copied: their files, and which takes these are.

Other programs take the files. This one knows by the ids that they are its own, so that what is
made from them stays theirs in the library.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QUrl

from engine.jobs import Job

__all__ = ["carried", "carry"]

_TAKES = "application/x-dgx-music-takes"
"""Ids of finished jobs, one a line."""


def carry(mime: QMimeData, jobs: Sequence[Job], files: Sequence[Path]) -> None:
    """``files`` are those of the takes of ``jobs``."""
    mime.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    mime.setData(_TAKES, "\n".join(job.id for job in jobs).encode())


def carried(mime: QMimeData) -> list[str]:
    """Ids of the takes; none where it is something else."""
    return bytes(mime.data(_TAKES).data()).decode().split()
