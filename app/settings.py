"""The musician's settings: typed once, kept in one JSON file, never a reason not to start."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.audio.atomic import replacing
from engine.errors import MusicError
from engine.request import Precision

__all__ = ["KnownServer", "Settings", "SettingsFile"]

log = logging.getLogger(__name__)


class KnownServer(BaseModel):
    """A server that was added. Its token is in the keyring, never here."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    name: str
    address: str


class Settings(BaseModel):
    """What the window remembers from one start to the next."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    appearance: Literal["system", "dark", "light"] = "system"
    language: Literal["system", "en", "id"] = "system"
    output_device: str = ""
    """Id of the sound device; empty: the system's choice."""
    volume: Annotated[float, Field(ge=0, le=1)] = 1.0
    takes_folder: Path | None = None
    """None: the usual one."""
    precision: Precision = "auto"
    """Of the weights of models on this computer."""
    geometry: str = ""
    """The window's place and size, as Qt saves it, in base64."""
    layout: str = ""
    """The splitters, likewise."""
    servers: tuple[KnownServer, ...] = ()


class SettingsFile:
    """Reads and writes the settings; a value that can't be used becomes its default."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "settings.json"
        self.current = self._read()

    def update(self, **changes: Any) -> Settings:
        """Change some settings and keep them; a folder that can't be written is only logged."""
        self.current = Settings.model_validate(self.current.model_dump() | changes)
        try:
            with replacing(self._path) as part:
                part.write_text(self.current.model_dump_json(indent=2), encoding="utf-8")
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
        while True:
            try:
                return Settings.model_validate(data)
            except ValidationError as error:
                for name in {item["loc"][0] for item in error.errors()}:
                    log.warning("setting %s: %r can't be used", name, data.pop(name))
