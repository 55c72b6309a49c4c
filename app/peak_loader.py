"""Peaks for everything that paints a waveform: asked for while painting, loaded on a thread."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from engine.errors import AudioError

if TYPE_CHECKING:
    from engine.audio.peaks import Peaks

__all__ = ["PeakLoader"]

log = logging.getLogger(__name__)

_KEEP = 32 * 2**20
"""Bytes of peaks in memory: some thousand takes of half a minute."""
_ON_DISK = 256 * 2**20
"""Bytes of the cache on the disk; some ten thousand takes."""
_DAYS = 90
"""Without being asked for, after which an entry is removed."""
_WAITING = 64
"""Requests that wait at most; the oldest are dropped, for what they were asked by is gone."""

_PATIENCE = 2.0
"""Seconds that the end waits for a file; one on a network that is away may take for ever."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    path: Path
    version: float | None
    peaks: Peaks | None
    """None: there is nothing to show, and asking again would not help."""

    @property
    def size(self) -> int:
        """Bytes, all zooms together."""
        return 256 if self.peaks is None else self.peaks.finest.nbytes * 4 // 3


class PeakLoader(QObject):
    """Answers at once with what it has; what it has not comes later, the newest request first.

    >>> peaks = loader.get(take.path)               # None the first time
    >>> loader.loaded.connect(widget.update)        # then ask again
    """

    loaded = Signal(Path)
    """The peaks of this file are there now, or are newer."""

    _came = Signal(_Loaded)

    def __init__(self, cache_folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cache_folder = cache_folder
        self._kept: OrderedDict[Path, _Loaded] = OrderedDict()
        self._size = 0
        self._asked: OrderedDict[Path, float | None] = OrderedDict()
        self._loading: tuple[Path, float | None] | None = None  # until it is kept
        self._closing = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._came.connect(self._keep, Qt.ConnectionType.QueuedConnection)

    def get(self, path: Path, version: float | None = None) -> Peaks | None:
        """Peaks of a file, or None while there are none.

        ``version`` is for a file that is being rewritten: any value that changes as the file
        does. The older peaks are answered until the newer ones are there.
        """
        found = self._kept.get(path)
        if found is None or found.version != version:
            self._ask(path, version)
        else:
            self._kept.move_to_end(path)
        return found.peaks if found else None

    def close(self) -> None:
        """End the thread; call it before the program ends."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(_PATIENCE)

    def _ask(self, path: Path, version: float | None) -> None:
        with self._changed:
            if self._loading == (path, version):
                return
            self._asked[path] = version
            self._asked.move_to_end(path)
            while len(self._asked) > _WAITING:
                self._asked.popitem(last=False)
            self._changed.notify()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="peaks", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        pruned = False
        while True:
            if not pruned and not self._asked:  # once, when there is nothing better to do
                pruned = True
                self._prune()
            with self._changed:
                self._changed.wait_for(
                    lambda: self._closing or (self._asked and self._loading is None)
                )
                if self._closing:
                    return
                self._loading = path, version = self._asked.popitem()
            loaded = _Loaded(path, version, self._load(path, version))
            if not self._closing:  # else who would hear of it may be gone
                self._came.emit(loaded)

    def _prune(self) -> None:
        # Here: the window starts without the weight of numpy.
        from engine.audio.peaks import prune

        try:
            prune(self._cache_folder, most_bytes=_ON_DISK, most_days=_DAYS)
        except Exception:
            log.exception("the cache of peaks can't be cleared")

    def _load(self, path: Path, version: float | None) -> Peaks | None:
        from engine.audio.peaks import Peaks, load_or_make

        try:
            if version is None:
                return load_or_make(path, self._cache_folder)
            return Peaks.read(path)  # soon rewritten: not worth a place in the cache
        except AudioError:
            # A take whose file is gone has no waveform; playing or exporting it says why.
            return None
        except Exception:
            # The thread has all others to load: it costs this one its waveform, and no more.
            log.exception("the peaks of %s can't be read", path.name)
            return None

    def _keep(self, loaded: _Loaded) -> None:
        with self._changed:
            self._loading = None
            self._changed.notify()
        before = self._kept.pop(loaded.path, None)
        if loaded.peaks is None and before is not None and loaded.version is not None:
            loaded = _Loaded(loaded.path, loaded.version, before.peaks)  # caught half-written
        self._size += loaded.size - (before.size if before else 0)
        self._kept[loaded.path] = loaded
        while self._size > _KEEP and len(self._kept) > 1:
            self._size -= self._kept.popitem(last=False)[1].size
        self.loaded.emit(loaded.path)
