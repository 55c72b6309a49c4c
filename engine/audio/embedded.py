"""What a take's file says of itself: readable tags, and the exact request as JSON.

WAV and MP3 carry ID3 tags, FLAC and OGG Vorbis comments; WAV also a RIFF INFO list, which
``engine.audio.files`` writes ahead of the sound. Nothing in them depends on the time of day or
the machine: the same take gives the same bytes.
"""

from __future__ import annotations

import importlib.metadata
import json
import logging
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import soundfile as sf
from mutagen import File, MutagenError
from mutagen._vorbis import VCommentDict
from mutagen.flac import FLAC
from mutagen.id3 import COMM, ID3, TBPM, TCON, TIT2, TKEY, TPE1, TSSE, TXXX
from mutagen.mp3 import MP3
from mutagen.oggvorbis import OggVorbis
from mutagen.wave import WAVE
from pydantic import TypeAdapter

from engine.audio.plausible import plausible, short
from engine.generators.base import Facts
from engine.limits import OutputFormat
from engine.request import Request

__all__ = ["EmbeddedTake", "embed", "read_request", "versions"]

log = logging.getLogger(__name__)

_KEY = "DGX_MUSIC"
_SCHEMA = 1
_MAX_JSON = 200_000
"""Characters; a request fits many times, a file made to hurt does not."""
_FACTS = TypeAdapter(Facts)


@dataclass(frozen=True, slots=True)
class EmbeddedTake:
    """All that a file carries about how it was made."""

    request: Request
    facts: Facts
    title: str = ""
    artist: str = ""
    genre: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Of the libraries that shaped the bytes."""

    @property
    def loops(self) -> bool:
        """Whether its end meets its start. Files of before that was written down tell it by what
        was asked for; only what composes, and so knows the beats, could do it."""
        return self.facts.loops or (self.request.loop and self.facts.beats_per_bar is not None)

    def to_json(self) -> str:
        data = {
            "schema": _SCHEMA,
            "request": self.request.model_dump(mode="json"),
            "facts": asdict(self.facts),
            "title": self.title,
            "artist": self.artist,
            "genre": self.genre,
            "versions": dict(self.versions),
        }
        return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> EmbeddedTake | None:
        """None when it does not hold a request that this version understands."""
        if len(text) > _MAX_JSON:
            return None
        try:
            data = json.loads(text, parse_constant=_no_number)
            # What a later version knows, and this one does not, is left out.
            request = {k: v for k, v in data["request"].items() if k in Request.model_fields}
            facts = {k: v for k, v in data["facts"].items() if k in Facts.__dataclass_fields__}
            take = cls(
                Request.model_validate(request),
                plausible(_FACTS.validate_python(facts)),
                **{name: short(str(data.get(name, ""))) for name in ("title", "artist", "genre")},
                versions={str(k): str(v) for k, v in data.get("versions", {}).items()},
            )
            take.to_json().encode()  # JSON can name halves of characters, which no row can hold
            return take
        except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
            return None


@cache
def versions() -> Mapping[str, str]:
    """Versions of what shapes the samples and the bytes."""
    found = {"numpy": np.__version__, "libsndfile": sf.__libsndfile_version__}
    for name in ("dgx-music-studio", "scipy"):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:  # run from a checkout
            continue
    return found


def embed(path: Path, take: EmbeddedTake, format: OutputFormat) -> None:
    """Add the tags to an audio file, in place of those it has. Raises OSError."""
    try:
        match format:
            case "wav" | "mp3":
                file = WAVE(path) if format == "wav" else MP3(path)
                if file.tags is None:
                    file.add_tags()
                for frame in _id3_frames(take):
                    file.tags.add(frame)
            case "flac" | "ogg":
                file = FLAC(path) if format == "flac" else OggVorbis(path)
                file.update(_vorbis_comments(take))
        file.save(padding=lambda _: 0)
    except MutagenError as error:
        cause = error.__context__  # mutagen wraps the disk's errors
        raise cause if isinstance(cause, OSError) else OSError(str(error)) from error


def read_request(path: Path) -> EmbeddedTake | None:
    """How a file was made; None when it is not there, no audio, or not from this program."""
    try:
        values = _values(getattr(File(path), "tags", None))
    except (MutagenError, OSError, ValueError):
        return None
    except Exception as error:  # noqa: BLE001 - a wrong byte makes mutagen raise almost anything
        log.warning("“%s” has tags that can't be read: %r", path.name, error)
        return None
    return EmbeddedTake.from_json(values[0]) if values else None


def _values(tags: object) -> list[str]:
    """What these tags have under our key."""
    if isinstance(tags, ID3):
        return [str(frame.text[0]) for frame in tags.getall(f"TXXX:{_KEY}")]
    return list(tags.get(_KEY, [])) if isinstance(tags, VCommentDict) else []


def _id3_frames(take: EmbeddedTake) -> list[Any]:
    utf8 = 3
    facts = take.facts
    frames = [
        TIT2(encoding=utf8, text=[take.title]),
        COMM(encoding=utf8, lang="eng", desc="", text=[take.request.prompt]),
        TSSE(encoding=utf8, text=[facts.made_by]),
        TXXX(encoding=utf8, desc="LICENSE", text=[facts.licence]),
        TPE1(encoding=utf8, text=[take.artist]),
        TCON(encoding=utf8, text=[take.genre]),
        TKEY(encoding=utf8, text=[_short_key(facts.key)]),
        TXXX(encoding=utf8, desc=_KEY, text=[take.to_json()]),
    ]
    if facts.tempo:
        frames.append(TBPM(encoding=utf8, text=[f"{facts.tempo:.0f}"]))
    return [frame for frame in frames if frame.text != [""]]


def _vorbis_comments(take: EmbeddedTake) -> dict[str, str]:
    facts = take.facts
    comments = {
        "TITLE": take.title,
        "COMMENT": take.request.prompt,
        "ENCODER": facts.made_by,
        "LICENSE": facts.licence,
        "ARTIST": take.artist,
        "GENRE": take.genre,
        "INITIALKEY": _short_key(facts.key),
        "BPM": f"{facts.tempo:.0f}" if facts.tempo else "",
        _KEY: take.to_json(),
    }
    return {name: value for name, value in comments.items() if value}


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _short_key(key: str | None) -> str:
    """ID3's spelling: "D minor" and "D dorian" are "Dm", "F# major" is "F#"."""
    match = re.fullmatch(r"([A-G][#b♯♭]?) (.+)", key or "")
    if match is None:
        return ""
    note = match[1].replace("♯", "#").replace("♭", "b")
    minor = "minor" in match[2] or match[2] in ("dorian", "phrygian", "aeolian", "locrian")
    return f"{note}m" if minor else note
