"""Where models live on this computer: what is installed, partial or damaged, and taking it away.

The layout is the hub's own cache, so that audiocraft and transformers find everything in it by
name, without a network, when ``HF_HUB_CACHE`` names the folder::

    models--facebook--musicgen-small/
        refs/main                   the revision that is complete
        snapshots/<revision>/…      its files
        manifest.json               what they must be
        coming.json  parts/…        a download that is under way, or was interrupted
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import ValidationError

from engine.audio.atomic import in_plain_words, replacing
from engine.errors import Conflict, ModelUnavailable
from engine.models.catalogue import CHECKPOINTS, Model, catalogue, find, is_repo
from engine.models.guests import Guests
from engine.models.manifest import HubFile, Manifest

__all__ = ["ModelFolder", "Presence", "State", "size_of"]


class State(StrEnum):
    ABSENT = "absent"
    PARTIAL = "partial"
    """A download was begun; the next one goes on from there."""
    DAMAGED = "damaged"
    """It was complete once, and files are missing or cut; downloading again mends it."""
    INSTALLED = "installed"


@dataclass(frozen=True, slots=True)
class Presence:
    """How much of a model is here."""

    state: State
    present: int = 0
    """Bytes on disk, with what it is built on."""
    total: int | None = None
    """Bytes of all of it, as the hub said; None until it was asked."""


class ModelFolder:
    """The folder of all models. Nothing is created before there is something to keep.

    >>> folder = ModelFolder(paths.data / "models")
    >>> folder.path(find("facebook/musicgen-small"))    # raises ModelUnavailable when not here
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def presence(self, model: Model) -> Presence:
        """By names and sizes: what the bytes are, only a download looks at."""
        repos = self.repos(model)
        states = {self._state(repo) for repo in repos}
        present = sum(map(size_of, _files_in(model.path))) + sum(map(self.bytes_in, repos))
        fetched = model.sources and model.path is None
        if fetched and self._state(model.id) is State.ABSENT:
            return Presence(State.ABSENT)  # what it is built on may serve another
        known = [self.manifest(repo) or self.coming(repo) for repo in repos]
        sizes = [manifest.size for manifest in known if manifest]
        total = sum(sizes) if len(sizes) == len(known) else None
        if states <= {State.INSTALLED}:
            return Presence(State.INSTALLED, present, total)
        damaged = State.DAMAGED in states
        return Presence(State.DAMAGED if damaged else State.PARTIAL, present, total)

    def path(self, model: Model) -> Path:
        """The folder with the model's checkpoints. Raises ModelUnavailable when it is not whole."""
        if model.path is not None:
            return model.path
        manifest = self.manifest(model.id) if model.sources else None
        state = self.presence(model).state
        if manifest is None or state is not State.INSTALLED:
            words = {State.PARTIAL: "is not complete", State.DAMAGED: "is damaged"}
            raise ModelUnavailable(
                f"The model “{model.id}” {words.get(state, 'is not installed')}.",
                hint=f"Run: dgx-music models download {model.id}" if model.sources else "",
            )
        return self.snapshot(manifest)

    def installed(self) -> list[str]:
        """Ids of the models of which anything is here; not of what they are built on."""
        found = []
        for folder in sorted(self.root.glob("models--*--*")):
            repo = folder.name.removeprefix("models--").replace("--", "/")
            manifest = self.manifest(repo) or self.coming(repo)
            if manifest and {file.path for file in manifest.files}.issuperset(CHECKPOINTS):
                found.append(repo)
        return found

    def all_models(self) -> list[Model]:
        """Those that the catalogue knows, and what else is here."""
        known = {model.id for model in catalogue()}
        return [*catalogue(), *(find(each) for each in self.installed() if each not in known)]

    def remove(self, model: Model) -> int:
        """Delete a model, and what only it was built on; returns the freed bytes.

        Raises Conflict while it is being downloaded, ModelUnavailable when there is nothing.
        """
        ours = bool(model.sources) and model.path is None
        if not ours or not self.repo_folder(model.id).exists():
            raise ModelUnavailable(f"The model “{model.id}” is not installed.", hint="")
        needed = {
            repo
            for other in self.installed()
            if other != model.id
            for repo in self._built_on(other)
        } | Guests(self.root).needs()
        doomed = [model.id, *(repo for repo in self._built_on(model.id) if repo not in needed)]
        return sum(map(self._remove_repo, doomed))

    def repos(self, model: Model) -> list[str]:
        """The model's repository and those that it is built on, as far as that is known."""
        known = [] if model.path is not None else self._built_on(model.id)
        return list(dict.fromkeys([source.repo for source in model.sources] + known))

    def repo_folder(self, repo: str) -> Path:
        """Raises ModelUnavailable for what is no repository's name, such as a way out of here."""
        if not is_repo(repo):
            raise ModelUnavailable(f"The model “{repo}” is not known here.")
        return self.root / f"models--{repo.replace('/', '--')}"

    def snapshot(self, manifest: Manifest) -> Path:
        return self.repo_folder(manifest.repo) / "snapshots" / manifest.revision

    def file(self, manifest: Manifest, file: HubFile) -> Path:
        """Where a file's bytes are: what the hub's own client fetched has links, into ``blobs/``.
        A link out of the repository's folder is not followed."""
        path = self.snapshot(manifest) / file.path
        real = Path(os.path.realpath(path))
        inside = real.is_relative_to(os.path.realpath(self.repo_folder(manifest.repo)))
        return real if inside else path

    def places(self, manifest: Manifest, file: HubFile) -> tuple[Path, Path]:
        """Where a file belongs, and where it grows until it is whole; their folders exist.

        A part's name is its digest, so that it goes on only as what it began as.
        """
        target = self.snapshot(manifest) / file.path
        part = self._part(manifest.repo, file)
        for place in (target, part):
            place.parent.mkdir(parents=True, exist_ok=True)
        return target, part

    def before(self, manifest: Manifest, file: HubFile) -> Path | None:
        """The same file in the installed revision, if that is another one and has it."""
        old = self.manifest(manifest.repo)
        if old is None or old.revision == manifest.revision:
            return None
        same = next((each for each in old.files if each.digest == file.digest), None)
        return self.file(old, same) if same else None

    def take_over(self, file: Path, target: Path) -> None:
        """Let ``target`` be the same file; whatever is in its place goes."""
        target.unlink(missing_ok=True)
        try:
            target.hardlink_to(file)
        except OSError:  # a disk without links
            shutil.copyfile(file, target)

    def present(self, manifest: Manifest, file: HubFile) -> int:
        """Bytes of a file that are here, in whatever place; unchecked."""
        target = self.file(manifest, file)
        places = (target, self.before(manifest, file), self._part(manifest.repo, file))
        return max(0, *(size_of(place) for place in places if place))

    def manifest(self, repo: str) -> Manifest | None:
        """Of the revision that is complete; None when there is none, or it can't be read."""
        return _read(self.repo_folder(repo) / "manifest.json")

    def coming(self, repo: str) -> Manifest | None:
        """Of a download that was begun and not completed."""
        return _read(self.repo_folder(repo) / "coming.json")

    def begin(self, manifest: Manifest) -> None:
        """Note what is coming, and clear away parts of what is not."""
        folder = self.repo_folder(manifest.repo)
        _write(folder / "coming.json", manifest.model_dump_json(indent=1))
        wanted = {file.digest for file in manifest.files}
        for part in (folder / "parts").glob("*"):
            if part.name not in wanted:
                part.unlink()

    def complete(self, manifest: Manifest) -> None:
        """Make this revision the installed one; an older one goes away."""
        folder = self.repo_folder(manifest.repo)
        _write(folder / "manifest.json", manifest.model_dump_json(indent=1))
        _write(folder / "refs" / "main", manifest.revision)
        (folder / "coming.json").unlink(missing_ok=True)
        shutil.rmtree(folder / "parts", ignore_errors=True)
        for snapshot in (folder / "snapshots").iterdir():
            if snapshot.name != manifest.revision:
                shutil.rmtree(snapshot)

    def lock(self, repo: str) -> FileLock:
        """Held by whoever changes a repository's folder; ends with its process, however it ends."""
        self.repo_folder(repo)  # refuses what is no name
        locks = self.root / ".locks"
        try:
            locks.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise in_plain_words(error, self.root) from error
        return FileLock(locks / f"{repo.replace('/', '--')}.lock", thread_local=False)

    @contextmanager
    def alone(self, repo: str) -> Iterator[None]:
        """Raises Conflict when another one is at it."""
        try:
            with self.lock(repo).acquire(blocking=False):
                yield
        except Timeout:
            raise Conflict(
                f"“{repo}” is being downloaded already.", hint="Wait for it, or cancel it first."
            ) from None

    def bytes_in(self, repo: str) -> int:
        """Of all its files, parts too."""
        return sum(map(size_of, _files_in(self.repo_folder(repo))))

    def _state(self, repo: str) -> State:
        manifest = self.manifest(repo)
        if manifest is None:
            begun = any(_files_in(self.repo_folder(repo)))
            return State.PARTIAL if begun else State.ABSENT
        whole = all(size_of(self.file(manifest, each)) == each.size for each in manifest.files)
        return State.INSTALLED if whole else State.DAMAGED

    def _part(self, repo: str, file: HubFile) -> Path:
        return self.repo_folder(repo) / "parts" / file.digest

    def _built_on(self, repo: str) -> list[str]:
        manifest = self.manifest(repo) or self.coming(repo)
        return list(manifest.built_on) if manifest else []

    def _remove_repo(self, repo: str) -> int:
        with self.alone(repo):
            freed = self.bytes_in(repo)
            folder = self.repo_folder(repo)
            if folder.is_symlink():  # never follow it to what is not ours
                folder.unlink()
            elif folder.exists():
                try:
                    shutil.rmtree(folder)
                except OSError as error:
                    raise in_plain_words(error, folder) from error
        return freed


def _files_in(folder: Path | None) -> Iterator[Path]:
    for where, _, names in os.walk(folder) if folder else ():
        yield from (Path(where, name) for name in names)


def size_of(path: Path) -> int:
    """Bytes of a file; -1 when there is none."""
    try:
        return path.lstat().st_size
    except OSError:
        return -1


def _read(path: Path) -> Manifest | None:
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def _write(path: Path, text: str) -> None:
    with replacing(path) as part:
        part.write_text(text, "utf-8")
