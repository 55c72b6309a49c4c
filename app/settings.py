"""The musician's settings: typed once, kept in one JSON file, never a reason not to start.

Plain dataclasses, though pydantic is at hand: the first paint waits for them, and not for that.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

from engine.audio.atomic import replacing
from engine.errors import MusicError
from engine.jobs import LOCAL
from engine.limits import MAX_DURATION, MIN_DURATION, USUAL_MODEL, OutputFormat, Precision

__all__ = ["MOST_TAKES", "KnownServer", "Settings", "SettingsFile"]

log = logging.getLogger(__name__)

Appearance = Literal["system", "dark", "light"]
Language = Literal["system", "en", "id"]
MOST_TAKES = 64
"""Of each prompt that Compose makes at once."""


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
    play_on: bool = False
    """Whether the next take of the list is played when one ends."""
    geometry: str = ""
    """The window's place and size, as Qt saves it, in base64."""
    layout: str = ""
    """The splitters, likewise."""
    compose_shown: bool = True
    take_shown: bool = True
    """Whether these side panels are shown."""
    model: str = USUAL_MODEL
    place: str = LOCAL
    """Where that runs: this computer, or a server's id."""
    length: float = 16.0
    """Seconds."""
    takes: int = 1
    """Of each prompt."""
    output_format: OutputFormat = "wav"
    loop: bool = False
    """Whether takes become seamless loops."""
    export_folder: Path | None = None
    """None: the usual one."""
    export_options: Mapping[str, Any] = field(default_factory=dict)
    """Of ``engine.audio.export.export``, as they were last; empty: none were chosen yet."""
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


def _between(least: float, most: float) -> Callable[[Any], float]:
    def number(value: Any) -> float:
        usable = isinstance(value, int | float) and not isinstance(value, bool)
        if not usable or not least <= value <= most:
            raise ValueError(f"not from {least:g} to {most:g}")
        return float(value)

    return number


def _whole(least: int, most: int) -> Callable[[Any], int]:
    within = _between(least, most)

    def number(value: Any) -> int:
        if not within(value).is_integer():
            raise ValueError("not whole")
        return int(value)

    return number


def _or_none(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


def _folder(value: Any) -> Path:
    return Path(_text(value))


def _export_options(value: Any) -> dict[str, Any]:
    """All of them, or none."""
    return {name: read(value[name]) for name, read in _EXPORT_OPTIONS.items()} if value else {}


def _servers(value: Any) -> tuple[KnownServer, ...]:
    return tuple(
        KnownServer(*(_text(server[name]) for name in ("id", "name", "address")))
        for server in value
    )


_EXPORT_OPTIONS: Mapping[str, Callable[[Any], Any]] = {
    "format": _among(OutputFormat),
    "sample_rate": _or_none(_whole(8_000, 192_000)),
    "loudness": _or_none(_between(-70, 0)),
    "pattern": _text,
    "trim_to_bars": _flag,
    "midi": _flag,
    "stems": _flag,
}

_READ: Mapping[str, Callable[[Any], Any]] = {
    "appearance": _among(Appearance),
    "language": _among(Language),
    "output_device": _text,
    "volume": _between(0, 1),
    "takes_folder": _or_none(_folder),
    "precision": _among(Precision),
    "snap": _flag,
    "play_on": _flag,
    "geometry": _text,
    "layout": _text,
    "compose_shown": _flag,
    "take_shown": _flag,
    "model": _text,
    "place": _text,
    "length": _between(MIN_DURATION, MAX_DURATION),
    "takes": _whole(1, MOST_TAKES),
    "output_format": _among(OutputFormat),
    "loop": _flag,
    "export_folder": _or_none(_folder),
    "export_options": _export_options,
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
