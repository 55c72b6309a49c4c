"""Takes in other formats: made once, kept in the cache.

By FFmpeg's libraries, but for Vorbis, which PyAV's wheels can't write and libsndfile can.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import av
import soundfile as sf
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream

from engine.audio.atomic import replacing
from engine.audio.files import BLOCK
from engine.errors import AudioError
from engine.jobs import Take
from engine.storage.base import Storage
from engine.storage.copies import check_room_for

__all__ = ["Format", "Transcoder"]

MOST_BYTES = 4
"""Of a sample, in any of the formats."""


class Format(StrEnum):
    WAV = "wav"
    FLAC = "flac"
    MP3 = "mp3"
    OGG = "ogg"
    OPUS = "opus"
    M4A = "m4a"


@dataclass(frozen=True, slots=True)
class _Recipe:
    container: str
    codec: str
    sample_format: str
    bit_rate: int | None = None
    rate: int | None = None
    """Hz, where the codec does not take any; None: the take's own."""


_RECIPES: Mapping[Format, _Recipe] = {
    Format.WAV: _Recipe("wav", "pcm_s24le", "s32"),
    Format.FLAC: _Recipe("flac", "flac", "s32"),
    Format.MP3: _Recipe("mp3", "libmp3lame", "fltp", 256_000, 44_100),
    Format.OPUS: _Recipe("ogg", "libopus", "flt", 160_000, 48_000),
    Format.M4A: _Recipe("mp4", "aac", "fltp", 256_000, 44_100),
}


class Transcoder:
    """Keeps what it made until the cache is swept."""

    def __init__(
        self, folder: Path, storage: Storage, at_once: asyncio.Semaphore, *, floor: int = 0
    ) -> None:
        """``floor``: bytes of the disk that what is made leaves free."""
        self._floor = floor
        self._folder = folder
        self._storage = storage
        self._at_once = at_once
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """Each as long as somebody has it, or waits for it."""

    async def file(self, take: Take, format: Format) -> Path:
        """Where the take lies in this format. Raises AudioError, NotFound and StorageError, and so
        DiskFull where it could leave less room than takes need."""
        name = f"{take.sha256}.{format.value}"
        path = self._folder / name
        lock = self._locks.setdefault(name, asyncio.Lock())
        async with lock:  # asked for twice at once, it is made once
            if not path.is_file():
                source = await self._storage.fetch(self._storage.key_of(take.path))
                async with self._at_once:
                    await asyncio.to_thread(self._make, take, source, path, format)
        return path

    def _make(self, take: Take, source: Path, path: Path, format: Format) -> None:
        size = round(take.duration * take.sample_rate) * take.channels * MOST_BYTES
        check_room_for(size, self._folder, self._floor)
        _make(source, path, format)


def _make(source: Path, target: Path, format: Format) -> None:
    try:
        with replacing(target) as part:
            if format is Format.OGG:
                _encode_vorbis(source, part)
            else:
                _encode(source, part, _RECIPES[format])
    except (av.FFmpegError, sf.LibsndfileError) as error:
        raise AudioError(
            "This take can't be brought into that format.", detail=str(error)
        ) from error


def _encode_vorbis(source: Path, target: Path) -> None:
    with sf.SoundFile(source) as given:
        kind = {"format": "OGG", "subtype": "VORBIS", "compression_level": 0.2}
        with sf.SoundFile(target, "w", given.samplerate, given.channels, **kind) as made:
            for block in given.blocks(BLOCK, dtype="float32"):
                made.write(block)


def _encode(source: Path, target: Path, recipe: _Recipe) -> None:
    with av.open(str(source)) as given, av.open(str(target), "w", format=recipe.container) as made:
        heard = given.streams.audio[0]
        rate = recipe.rate or heard.rate
        # Named by number: a WAV does not say which of its channels is which.
        layout = "mono" if heard.channels == 1 else "stereo"
        options: dict[str, Any] = {"layout": layout}
        written = made.add_stream(recipe.codec, rate=rate, **options)
        if not isinstance(written, AudioStream):
            raise AudioError("This format holds no audio.")
        if recipe.bit_rate is not None:
            written.bit_rate = recipe.bit_rate
        resampler = AudioResampler(recipe.sample_format, layout, rate)
        for frame in given.decode(heard):
            for piece in resampler.resample(frame):
                made.mux(written.encode(piece))
        for piece in resampler.resample(None):
            made.mux(written.encode(piece))
        made.mux(written.encode(None))
