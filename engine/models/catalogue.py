"""What is known of each model before it is here: size, licence, what it can do, what it needs."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from engine.errors import ModelUnavailable
from engine.limits import MAX_DURATION
from resources import ROOT

__all__ = [
    "CHECKPOINTS",
    "CODEC",
    "ONLY_A_NAME",
    "Ability",
    "Licence",
    "Model",
    "Source",
    "catalogue",
    "find",
    "is_repo",
]

CHECKPOINTS = ("state_dict.bin", "compression_state_dict.bin")
"""The files of a model in audiocraft's format: the language model, and the codec."""

_REPO = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}(/[A-Za-z0-9][A-Za-z0-9._-]{0,95})?")


class Ability(StrEnum):
    TEXT = "text"
    """Follows a prompt."""
    MELODY = "melody"
    """Follows the melody of given audio."""
    CONTINUATION = "continuation"
    """Goes on from given audio."""
    STEREO = "stereo"
    STYLE = "style"
    """Follows the style of given audio."""
    LOOP = "loop"
    """Makes pieces whose end meets their start."""


@dataclass(frozen=True, slots=True)
class Licence:
    name: str
    forbids: str = ""
    """In one sentence; empty when it forbids nothing."""
    commercial: bool | None = None
    """Whether the music may be sold; None when that is not known."""
    url: str = ""
    """Where it can be read."""

    def __str__(self) -> str:
        return ". ".join(filter(None, (self.name, self.forbids, self.url)))


UNKNOWN = Licence("not known", "Read it on the model's page before you use the music.")


@dataclass(frozen=True, slots=True)
class Source:
    """Files of one repository on the hub."""

    repo: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    """Taken when the repository has them."""


CODEC = Source("facebook/encodec_32khz", ("config.json", "model.safetensors"))
"""Where a codec checkpoint that only names a codec gets it from."""
ONLY_A_NAME = 2**20
"""Bytes; a smaller codec checkpoint holds no codec, only the name of one."""


@dataclass(frozen=True, slots=True)
class Model:
    """One model, known or not. Figures are as published and rounded; None is not known."""

    id: str
    """What ``Request.model`` takes: a name, an id on the hub, or a folder's path."""
    name: str
    licence: Licence
    abilities: frozenset[Ability]
    parameters: int | None = None
    download_bytes: int | None = None
    """About; with what it is built on. None too for what is not downloaded."""
    memory_bytes: int | None = None
    """About; the peak while it is loaded."""
    languages: tuple[str, ...] = ()
    """Of the prompt, as two-letter codes."""
    window_seconds: float | None = None
    """What it was trained on; a longer piece is made in overlapping windows."""
    longest_seconds: float = MAX_DURATION
    needs: str = ""
    """What is not here, or must be newer, for this model to play; empty when all is well."""
    sources: tuple[Source, ...] = ()
    """What to download: its own repository first, or for a local model only what it is built on;
    empty when there is nothing to."""
    path: Path | None = None
    """The folder of a local model, which is the musician's: it is read, and nothing else."""

    def see_that_it_plays(self) -> None:
        """Raises ModelUnavailable when something must be here, or newer, first."""
        if self.needs:
            raise ModelUnavailable(f"“{self.name}” can't be played yet: it needs {self.needs}.")


def find(model_id: str) -> Model:
    """The model of an id: a known one, a folder in audiocraft's format, or any id on the hub.

    Of an unknown one only the format is taken for granted. Raises ModelUnavailable for a folder
    without checkpoints and for what is no id at all.
    """
    known = next((model for model in catalogue() if model.id == model_id), None)
    if known is not None:
        return known
    path = Path(model_id).expanduser()
    if model_id and path.is_dir():
        return _local(path.absolute())
    if not is_repo(model_id) or "/" not in model_id:
        raise ModelUnavailable(f"The model “{model_id}” is not known here.")
    return Model(
        model_id,
        model_id,
        UNKNOWN,
        frozenset({Ability.TEXT, Ability.CONTINUATION}),
        needs=_lacking(),
        sources=_sources("musicgen", model_id),
    )


def is_repo(text: str) -> bool:
    """Whether this can be a repository's name on the hub, and so a folder's name here."""
    return bool(_REPO.fullmatch(text)) and ".." not in text and "--" not in text


@cache
def catalogue() -> tuple[Model, ...]:
    """The known models, the built-in one first."""
    data = _data()
    licences = {key: Licence(**fields) for key, fields in data["licences"].items()}
    return tuple(_known(entry, licences) for entry in data["models"])


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((ROOT / "models.toml").read_text("utf-8"))


def _lacking() -> str:
    """What MusicGen's family needs and this set-up was told to leave out."""
    here = all(find_spec(package) for package in ("torch", "audiocraft"))
    return "" if here else "the full set-up of this program, which brings torch"


def _known(entry: Mapping[str, Any], licences: Mapping[str, Licence]) -> Model:
    sources = _sources(entry["family"], entry["id"])
    return Model(
        id=entry["id"],
        name=entry["name"],
        licence=licences[entry["licence"]],
        abilities=frozenset(map(Ability, entry["abilities"])),
        parameters=entry.get("parameters"),
        download_bytes=entry.get("download"),
        memory_bytes=entry.get("memory"),
        languages=tuple(entry["languages"]),
        window_seconds=entry.get("window"),
        needs=entry.get("needs", "") or (_lacking() if sources else ""),
        sources=sources,
    )


def _sources(family: str, model_id: str) -> tuple[Source, ...]:
    return tuple(
        Source(part["repo"] or model_id, tuple(part["required"]), tuple(part.get("optional", ())))
        for part in _data()["families"].get(family, ())
    )


def _local(path: Path) -> Model:
    missing = [name for name in CHECKPOINTS if not (path / name).is_file()]
    if missing:
        raise ModelUnavailable(
            f"The folder {path} is no model in audiocraft's format.",
            hint=f"It has no {' and no '.join(missing)}.",
        )
    _, *built_on = _sources("musicgen", str(path))
    if (path / CHECKPOINTS[1]).stat().st_size < ONLY_A_NAME:
        built_on.append(CODEC)
    abilities = frozenset({Ability.TEXT, Ability.CONTINUATION})
    return Model(
        str(path),
        path.name,
        UNKNOWN,
        abilities,
        needs=_lacking(),
        sources=tuple(built_on),
        path=path,
    )
