"""Whether takes can be kept in a folder, and how much room there is."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from ui.shared.text import breakable, size

__all__ = ["FolderLook", "look_at"]

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class FolderLook:
    """What a look at the disk gave."""

    path: Path
    usable: bool
    free: int = 0
    """Bytes."""

    @property
    def words(self) -> str:
        """The room there is; or why nothing can be kept there."""
        if self.usable:
            return translate("Settings", "{size} free there.").format(size=size(self.free))
        text = translate("Settings", "Nothing can be kept in “{name}”: choose another folder.")
        return breakable(text.format(name=self.path.name or str(self.path)))


def look_at(folder: Path) -> FolderLook:
    """Ask the disk, which may take its time: not for the window's thread."""
    try:
        free = shutil.disk_usage(folder).free
    except OSError:  # gone, or not to be looked at
        return FolderLook(folder, usable=False)
    usable = folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
    return FolderLook(folder, usable, free)
