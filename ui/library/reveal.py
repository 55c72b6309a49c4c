"""Folders and files in the system's file manager."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from engine.jobs import Job

__all__ = ["show_folder", "show_take"]


def show_folder(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def show_take(job: Job) -> None:
    """The folder that a take's file is in."""
    if job.take is not None:
        show_folder(job.take.path.parent)
