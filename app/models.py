"""The window's door to models: what there is, and downloads that run beside everything else."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.notices import Notice
from app.window_thread import WindowThread
from engine.jobs import Failure

if TYPE_CHECKING:  # imported by the first look, on its thread: the first paint does not wait
    from engine.models.catalogue import Model
    from engine.models.download import Download
    from engine.models.folder import ModelFolder
    from engine.models.progress import Progress

__all__ = ["ModelEntry", "ModelProgress", "Models"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ModelProgress:
    """A download under way."""

    phase: str = "asking"
    """asking, checking, downloading or waiting."""
    done: int = 0
    """Bytes that are here, of ``total``; both 0 until the hub has said how many."""
    total: int = 0
    speed: float | None = None
    """Bytes a second."""
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model as the window shows it. Sizes are bytes; None is not known."""

    id: str
    name: str
    licence: str
    commercial: bool | None
    """Whether the music may be sold."""
    abilities: frozenset[str]
    """Of text, melody, continuation, stereo, style."""
    state: str
    """absent, partial, damaged or installed."""
    built_in: bool = False
    parameters: int | None = None
    download_bytes: int | None = None
    memory_bytes: int | None = None
    present_bytes: int = 0
    free_bytes: int = 0
    """Of the disk where it is kept, or would be."""
    needs: str = ""
    """What is not here, or must be newer, for it to play."""
    progress: ModelProgress | None = None
    """None: it is not being downloaded."""

    @property
    def installed(self) -> bool:
        return self.state == "installed"


class Models(QObject):
    """Lives on the window's thread; every verb returns at once.

    >>> models.loaded.connect(sheet.set_entries)
    >>> models.changed.connect(sheet.show_entry)
    >>> models.refresh()
    """

    loaded = Signal(list)
    """list[ModelEntry]: all of them."""
    changed = Signal(ModelEntry)
    """A new snapshot; upsert by id."""
    arrived = Signal(ModelEntry)
    """It was downloaded just now."""
    noticed = Signal(Notice)

    def __init__(
        self, folder: Path, parent: QObject | None = None, *, endpoint: str | None = None
    ) -> None:
        """``endpoint`` is the hub's address; None: the usual one."""
        super().__init__(parent)
        self._root = folder
        self._endpoint = endpoint
        self._entries: dict[str, ModelEntry] = {}
        self._downloads: dict[str, Download] = {}
        self._threads: set[threading.Thread] = set()
        self._here = WindowThread(self)

    def refresh(self) -> None:
        """Look what there is; ``loaded`` brings it."""
        self._start("models", self._look)

    def download(self, model_id: str) -> None:
        """Fetch it, or go on with it. Its licence must have been on the screen."""
        entry = self._entries.get(model_id)
        if entry is None or model_id in self._downloads:
            return
        from engine.models.download import Download

        download = Download(
            _find(model_id), self._folder, licence_seen=True, endpoint=self._endpoint
        )
        self._downloads[model_id] = download
        self._show(replace(entry, progress=ModelProgress()))
        self._start(f"download of {model_id}", partial(self._run, model_id, download))

    def pause(self, model_id: str) -> None:
        """Stop a download; what has arrived is kept, and ``download`` goes on from there."""
        if model_id in self._downloads:
            self._downloads[model_id].cancel()

    def remove(self, model_id: str) -> None:
        """Delete it from the disk."""
        self._start(f"removal of {model_id}", partial(self._remove, model_id))

    def close(self) -> None:
        """Stop all downloads and wait for the threads: well under a second."""
        for download in self._downloads.values():
            download.cancel()
        for thread in self._threads:
            thread.join()

    @property
    def _folder(self) -> ModelFolder:
        from engine.models.folder import ModelFolder

        return ModelFolder(self._root)

    # On threads of their own; what comes of it goes to the window's by ``_here``.

    def _look(self) -> None:
        self._here.call(self._load, [self._entry(model) for model in self._folder.all_models()])

    def _run(self, model_id: str, download: Download) -> None:
        failure = None
        try:
            download.run(lambda progress: self._here.call(self._advance, model_id, progress))
        except CancelledError:
            log.info("the download of %s was paused; what has arrived is kept", model_id)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is shown
            failure = Failure.of(error)
        self._here.call(self._end, self._entry(_find(model_id)), failure)

    def _remove(self, model_id: str) -> None:
        model = _find(model_id)
        try:
            self._folder.remove(model)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is shown
            self._here.call(self.noticed.emit, Notice.of(Failure.of(error)))
        self._here.call(self._show, self._entry(model))

    def _entry(self, model: Model) -> ModelEntry:
        presence = self._folder.presence(model)
        root = next(
            path for path in (self._folder.root, *self._folder.root.parents) if path.exists()
        )
        return ModelEntry(
            id=model.id,
            name=model.name,
            licence=model.licence.name,
            commercial=model.licence.commercial,
            abilities=frozenset(ability.value for ability in model.abilities),
            state=presence.state.value,
            built_in=not model.sources,
            parameters=model.parameters,
            download_bytes=presence.total or model.download_bytes,
            memory_bytes=model.memory_bytes,
            present_bytes=presence.present,
            free_bytes=shutil.disk_usage(root).free,
            needs=model.needs,
        )

    # On the window's thread.

    def _load(self, entries: list[ModelEntry]) -> None:
        running = {key: entry.progress for key, entry in self._entries.items()}
        self._entries = {
            entry.id: replace(entry, progress=running.get(entry.id)) for entry in entries
        }
        self.loaded.emit(list(self._entries.values()))

    def _advance(self, model_id: str, progress: Progress) -> None:
        shown = ModelProgress(
            progress.phase.value,
            progress.done,
            progress.total,
            progress.speed,
            progress.seconds_left,
        )
        self._show(replace(self._entries[model_id], progress=shown))

    def _end(self, entry: ModelEntry, failure: Failure | None) -> None:
        del self._downloads[entry.id]
        self._show(entry)
        if failure is not None:
            self.noticed.emit(Notice.of(failure))
        elif entry.installed:
            self.arrived.emit(entry)

    def _show(self, entry: ModelEntry) -> None:
        self._entries[entry.id] = entry
        self.changed.emit(entry)

    def _start(self, name: str, work: Callable[[], None]) -> None:
        self._threads = {thread for thread in self._threads if thread.is_alive()}
        thread = threading.Thread(target=work, name=name)
        self._threads.add(thread)
        thread.start()


def _find(model_id: str) -> Model:
    from engine.models.catalogue import find

    return find(model_id)
