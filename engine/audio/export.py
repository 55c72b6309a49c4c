"""Takes out of the studio: as a file to drag into another program, or exported to a folder."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

import numpy as np

from engine.audio.atomic import replacing
from engine.audio.embedded import EmbeddedTake, embed, read_request, versions
from engine.audio.files import read_audio, write_audio
from engine.audio.names import numbered, safe_name, unique
from engine.audio.stems import has_stems, write_stems
from engine.beats import Beats
from engine.errors import AudioError, InvalidRequest, Problem
from engine.generators.base import Audio, Facts, Samples
from engine.jobs import Take
from engine.limits import OutputFormat
from engine.request import Request

__all__ = ["Exported", "drag_file", "export", "file_name"]

CEILING = -1.0
"""dBTP; what a loudness target never exceeds."""
_LOSSY = ("mp3", "ogg")
_FADE = 0.005
"""Seconds of fade where a piece is cut, so that it does not click."""


@dataclass(frozen=True, slots=True)
class Exported:
    audio: Path
    midi: Path | None = None
    stems: Path | None = None
    """A folder."""


def drag_file(take: Take, name: str, folder: Path, format: OutputFormat | None = None) -> Path:
    """A file with a human name in ``folder``, which another program may take and keep.

    A hard link to the take where the disk has them (no time, no space), else a copy; dragging
    again gives the same file. Nothing removes it: a project elsewhere may refer to it.
    ``format`` None means the take's own; any other is converted, which takes time.
    Raises AudioError, DiskFull, FolderNotWritable or StorageError.
    """
    if format is not None and format != _format(take):
        embedded = read_request(take.path)
        request = embedded.request if embedded else Request(prompt=name[:200])
        return export(take, request, name, folder, format=format).audio
    _require(take.path)
    wanted = folder / f"{safe_name(name)}{take.path.suffix}"
    path = next(p for p in numbered(wanted) if not p.exists() or _same(p, take.path))
    if path.exists():
        return path
    try:
        folder.mkdir(parents=True, exist_ok=True)
        os.link(take.path, path)
    except OSError:  # another disk, or one without links; a full disk shows again
        _copy(take.path, path)
    return path


def export(
    take: Take,
    request: Request,
    name: str,
    destination: Path,
    *,
    format: OutputFormat = "wav",
    pattern: str = "{name}",
    sample_rate: int | None = None,
    loudness: float | None = None,
    trim_to_bars: bool = False,
    midi: bool = False,
    stems: bool = False,
) -> Exported:
    """A copy of a take in the folder ``destination``, tagged with its request; never overwrites.

    ``sample_rate`` (Hz) None keeps the take's. ``loudness`` (LUFS, integrated) None leaves the
    level as it is; else the level is set, and true peaks are held at -1 dBTP. Through both a loop
    goes round as before. ``trim_to_bars``
    cuts what comes after the last whole bar. A sound that none of these touch is the same in the
    export, sample for sample, unless a lossless take becomes MP3 or OGG. ``stems`` adds a folder of
    them (``engine.audio.stems``), for takes that have some.
    Raises InvalidRequest (pattern, or whole bars of unknown tempo), AudioError, DiskFull,
    FolderNotWritable or StorageError.
    """
    stem = file_name(pattern, name, take, request)
    _require(take.path)
    path = unique(destination / f"{stem}.{format}")
    about = _about(take, request, name)
    same_rate = sample_rate in (None, take.sample_rate)
    untouched = format == _format(take) and same_rate and loudness is None and not trim_to_bars
    if untouched and format in _LOSSY:  # encoding it again would lose more
        with replacing(path) as part:
            shutil.copyfile(take.path, part)
            embed(part, about, format)
    else:
        samples, rate = read_audio(take.path)
        if trim_to_bars:
            samples = _whole_bars(samples, rate, take)
        if sample_rate not in (None, rate):
            rate, old = sample_rate or rate, rate
            samples = _at_rate(samples, old, rate, loops=about.loops)
        if loudness is not None:
            from engine.audio.levels import to_loudness  # dragging a file does not wait for it

            samples = to_loudness(samples, rate, loudness, CEILING, loops=about.loops)
        audio = Audio(samples, rate, about.facts)
        write_audio(path, audio, about.request, format=format, tags={"title": name})
    return Exported(
        path,
        _export_midi(take, path) if midi else None,
        write_stems(take, path.with_suffix("")) if stems and has_stems(take) else None,
    )


def file_name(pattern: str, name: str, take: Take, request: Request) -> str:
    """The name, without extension, that a pattern gives a take.

    Words whose field the take does not know are left out. Raises InvalidRequest.

    >>> file_name("{name} {tempo}bpm {key}", "Rain", take, request)
    'Rain 84bpm D minor'
    """
    values = {
        "name": name,
        "tempo": f"{round(take.tempo, 1):g}" if take.tempo else "",
        "key": take.key or "",
        "model": request.model,
        "seed": "" if request.seed is None else str(request.seed),
        "prompt": request.prompt,
    }
    words = [_filled(word, values) for word in pattern.split()]
    return safe_name(" ".join(filter(None, words)), fallback=safe_name(name))


def _filled(word: str, values: dict[str, str]) -> str:
    """A word of a name pattern with its fields filled in; empty where one of them is."""
    try:
        fields = [field for _, field, _, _ in Formatter().parse(word) if field is not None]
        if all(values[field] for field in fields):
            return word.format_map(values)
    except KeyError as error:
        known = ", ".join(f"{{{field}}}" for field in values)
        message = f"there is no {{{error.args[0]}}}; choose from {known}"
        raise InvalidRequest((Problem("name pattern", message),)) from None
    except ValueError:
        message = f"“{word}” cannot be read: is a brace missing?"
        raise InvalidRequest((Problem("name pattern", message),)) from None
    return ""


def _about(take: Take, request: Request, name: str) -> EmbeddedTake:
    """What the exported file says of itself. It leaves the house: of files that it was made
    from it tells the names, not where they are."""
    embedded = read_request(take.path)
    facts = (
        embedded.facts
        if embedded
        else Facts(
            take.made_by,
            take.licence,
            take.tempo,
            take.beats_per_bar,
            take.key,
            take.not_understood,
        )
    )
    sources = {"melody": request.melody, "continue_from": request.continue_from}
    names = {field: Path(path).name for field, path in sources.items() if path}
    request = request.model_copy(update=names)
    return EmbeddedTake(request, facts, title=name, versions=versions())


def _whole_bars(samples: Samples, sample_rate: int, take: Take) -> Samples:
    """Without what comes after the last whole bar; a piece shorter than a bar stays."""
    beats = Beats.of(take)
    if beats is None:
        raise InvalidRequest((Problem("whole bars", "this take's tempo is not known"),))
    bar = beats.bar * sample_rate
    bars = int(len(samples) / bar + 0.01)  # a rounded length may miss a bar by a hair
    end = round(bars * bar)
    if bars < 1 or end >= len(samples):
        return samples
    fade = min(round(_FADE * sample_rate), end)
    cut = samples[:end].copy()
    cut[end - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]
    return cut


def _at_rate(samples: Samples, old: int, new: int, *, loops: bool) -> Samples:
    """The same music at another sample rate."""
    import soxr  # here: dragging a file does not wait for it

    if not loops:
        resampled: Samples = soxr.resample(samples, old, new, quality="VHQ")
        return resampled
    # The middle one of three laps hears at both ends what is heard there, and no silence. By its
    # lengths in place of rates a lap becomes whole frames, and no part of one is lost at the seam.
    lap, length = len(samples), round(len(samples) * new / old)
    laps = soxr.resample(np.tile(samples, (3, 1)), lap, length, quality="VHQ")
    middle: Samples = laps[length : 2 * length]
    return middle


def _export_midi(take: Take, audio: Path) -> Path | None:
    """A copy of the take's notes beside the exported audio; None when it has none."""
    if take.midi_path is None or not take.midi_path.exists():
        return None
    path = unique(audio.with_suffix(".mid"))
    _copy(take.midi_path, path)
    return path


def _require(path: Path) -> None:
    if not path.exists():
        raise AudioError(f"“{path.name}” is not there any more.")


def _copy(source: Path, path: Path) -> None:
    with replacing(path) as part:
        shutil.copy2(source, part)


def _same(one: Path, other: Path) -> bool:
    """Whether two names are one file, or a copy made by ``_copy``."""
    first, second = one.stat(), other.stat()
    same_copy = (first.st_size, first.st_mtime_ns) == (second.st_size, second.st_mtime_ns)
    return same_copy or one.samefile(other)


def _format(take: Take) -> str:
    return take.path.suffix.lstrip(".").lower()
