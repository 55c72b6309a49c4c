"""The musician's settings: typed once, kept in one JSON file, never a reason not to start.

Plain dataclasses, though pydantic is at hand: the first paint waits for them, and not for that.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from engine.audio.atomic import replacing
from engine.errors import MusicError
from engine.limits import Precision

__all__ = ["KnownServer", "Settings", "SettingsFile"]

log = logging.getLogger(__name__)

Appearance = Literal["system", "dark", "light"]
Language = Literal["system", "en", "id"]


@dataclass(frozen=True, slots=True)
class KnownServer:
    """A server that was added. Its token is in the keyring, never here."""

    id: str
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What the window remembers from one start to the next."""

    appearance: Appearance = "system"
    language: Language = "system"
    output_device: str = ""
    """Id of the sound device; empty: the system's choice."""
    volume: float = 1.0
    """0 to 1."""
    takes_folder: Path | None = None
    """None: the usual one."""
    precision: Precision = "auto"
    """Of the weights of models on this computer."""
    snap: bool = True
    """Whether regions and branches begin on beats."""
    geometry: str = ""
    """The window's place and size, as Qt saves it, in base64."""
    layout: str = ""
    """The splitters, likewise."""
    servers: tuple[KnownServer, ...] = ()


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _among(names: object) -> Callable[[Any], str]:
    """One of the names of a Literal."""
    known = get_args(names)

    def chosen(value: Any) -> str:
        if value not in known:
            raise ValueError("not one of " + ", ".join(known))
        return _text(value)

    return chosen


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("neither true nor false")
    return value


def _share(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError("not from 0 to 1")
    return float(value)


def _folder(value: Any) -> Path | None:
    return None if value is None else Path(_text(value))


def _servers(value: Any) -> tuple[KnownServer, ...]:
    return tuple(
        KnownServer(*(_text(server[name]) for name in ("id", "name", "address")))
        for server in value
    )


_READ: Mapping[str, Callable[[Any], Any]] = {
    "appearance": _among(Appearance),
    "language": _among(Language),
    "output_device": _text,
    "volume": _share,
    "takes_folder": _folder,
    "precision": _among(Precision),
    "snap": _flag,
    "geometry": _text,
    "layout": _text,
    "servers": _servers,
}
"""What makes a setting of a value out of the file; raises for one that can't be used."""


class SettingsFile:
    """Reads and writes the settings; a value that can't be used becomes its default."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "settings.json"
        self.current = self._read()

    def update(self, **changes: Any) -> Settings:
        """Change some settings and keep them; a folder that can't be written is only logged."""
        self.current = replace(self.current, **changes)
        text = json.dumps(asdict(self.current), indent=2, default=str)  # a folder is its path
        try:
            with replacing(self._path) as part:
                part.write_text(text, encoding="utf-8")
        except MusicError as error:
            log.warning("settings not kept: %s", error.message)
        return self.current

    def _read(self) -> Settings:
        try:
            data = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return Settings()
        except (OSError, ValueError) as error:
            log.warning("settings file not readable, using defaults: %s", error)
            return Settings()
        if not isinstance(data, dict):
            log.warning("settings file holds no settings, using defaults")
            return Settings()
        usable = {}
        for name in _READ.keys() & data.keys():  # what other versions know is left out
            try:
                usable[name] = _READ[name](data[name])
            except (ValueError, TypeError, LookupError) as error:
                log.warning("setting %s: %r can't be used: %s", name, data[name], error)
        return Settings(**usable)
