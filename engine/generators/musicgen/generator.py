"""MusicGen as a generator: prompts, melodies and beginnings in, takes out."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.audio.analysis import estimate_key, estimate_tempo, get_ready, to_hear
from engine.errors import GenerationError, OutOfMemory
from engine.generators.base import Audio, Facts, Growing, Rehearsal, Report, Samples
from engine.generators.musicgen.checkpoint import Checkpoint
from engine.generators.musicgen.codec import Codec
from engine.generators.musicgen.conditions import Conditions, encode_conditions
from engine.generators.musicgen.decoder import Decoder
from engine.generators.musicgen.level import even_out, level
from engine.generators.musicgen.reference import read_reference
from engine.generators.musicgen.rehearsal import try_sound, try_steps
from engine.generators.musicgen.song import Shape, Song
from engine.generators.musicgen.windows import STRIDE
from engine.limits import MAX_DURATION
from engine.request import Request

__all__ = ["EDITION", "MusicGenGenerator"]

log = logging.getLogger(__name__)

DECODING = 0.5
"""Share of finishing that goes into decoding the last tokens."""
PREVIEW_SECONDS = 2.0
"""Of music, before there is something worth hearing."""
EDITION = "3"
"""Moves on when a request gives other music than it did: then no take of an earlier edition is
given for it, and none that an earlier one began is gone on with."""
WEIGHTS_DIGITS = 16
REHEARSED_PROMPT = "a song that nobody hears"
JOIN_SECONDS = 0.05
"""Crossfade from given sound to new music."""
MELODY_MARGIN = 1.0
"""Seconds of a melody beyond the model's length, so that its last notes are heard whole."""

UNGUIDED = "It had no prompt, so the model went its own way."
INTERRUPTED = "It was interrupted as it grew; undisturbed, the same seed may give another one."
NO_LOOP = "This model can't make seamless loops: its end does not meet its start."
IN_COMPANY = "It grew beside other takes; alone, the same seed may give a slightly different one."


class MusicGenGenerator:
    """One loaded checkpoint and its decoder.

    >>> generator = MusicGenGenerator(checkpoint, decoder, "MusicGen small", licence="CC BY-NC 4.0")
    >>> song = generator.start(Request(prompt="calm piano", duration=10, seed=7))
    >>> while song.steps_done < song.steps_total:
    ...     generator.advance([song])
    >>> audio = generator.finish(song)
    """

    heavy = True

    def __init__(
        self,
        checkpoint: Checkpoint,
        decoder: Decoder[Any],
        name: str,
        *,
        licence: str = "",
        slots: int = 4,
    ) -> None:
        self.name = name
        self.version = f"{decoder.name} {decoder.precision} {EDITION}"
        self.weights = checkpoint.digest[:WEIGHTS_DIGITS]
        self.device = f"{checkpoint.device.type.upper()} {decoder.precision}"
        self.licence = licence
        self.slots = slots
        self.rehearsal = Rehearsal()
        self._checkpoint = checkpoint
        self._decoder = decoder
        self._codec = Codec(checkpoint)
        self._stamp = f"{self.version} {checkpoint.digest}"
        self._shape = Shape(
            checkpoint.delays,
            checkpoint.card,
            checkpoint.frame_rate,
            round(checkpoint.max_seconds * checkpoint.frame_rate),
        )

    def rehearse(self, fitting: int) -> None:
        """Try what a take needs. So the first one's end can be foretold, and does not wait for what
        libraries do at their first call. ``fitting``: takes of full length that memory holds."""
        get_ready()
        conditions = encode_conditions(self._checkpoint, REHEARSED_PROMPT)
        self.rehearsal = Rehearsal(
            try_steps(self._decoder, conditions, self._shape, company=fitting),
            *try_sound(self._codec, len(self._shape.delays), lambda sound: self._heard(sound, [0])),
        )

    def start(self, request: Request, checkpoint: bytes | None = None) -> Growing:
        prompt, kept = self._beginning(request)
        melody = self._melody(request)
        told = self._told(request, melody, 0 if prompt is None else prompt.shape[1])
        # What goes into the tokens beside the request; a file may change while a take waits.
        stamp = f"{self._stamp} {_digest(melody)} {_digest(kept)}"
        heard = self._codec.stream()
        song = Song(request, self._shape, told, heard, prompt, kept, stamp=stamp)
        if checkpoint is not None:
            try:
                song.load(checkpoint)
            except ValueError as error:
                log.warning("starting anew: %s", error)
        return cast("Growing", song)

    def advance(self, growing: Sequence[Growing]) -> None:
        songs = [song for song in cast("Sequence[Song]", growing) if not _is_done(song)]
        try:
            rows = [song.row(self._decoder) for song in songs]
            logits = self._decoder.logits(rows, [song.tokens.read() for song in songs])
        except OutOfMemory:
            for song in songs:  # their rows are lost, their tokens are not
                song.leave(self._decoder)
            raise
        for song, guided in zip(songs, logits, strict=True):
            song.in_company = song.in_company or len(songs) > 1
            song.hear(guided, self._decoder)

    def finish(self, growing: Growing, report: Report = lambda _: None) -> Audio:
        song = cast("Song", growing)
        song.leave(self._decoder)
        sound = song.heard.finish(song.whole, lambda share: report(DECODING * share))
        report(DECODING)
        begin = 0
        if song.kept is not None:
            before = song.prompt_frames * self._codec.hop
            sound = self._joined(song.kept, sound, before)
            begin = len(song.kept) - before
        starts = [begin + (w.start + w.known) * self._codec.hop for w in song.windows]
        sound, facts = self._heard(sound, starts)
        return Audio(sound, self._codec.sample_rate, replace(facts, remarks=self._remarks(song)))

    def stop_here(self, growing: Growing) -> None:
        song = cast("Song", growing)
        song.stop()
        song.leave(self._decoder)

    def render(self, growing: Sequence[Growing]) -> None:
        """One piece at the most, of a take that is behind the others."""
        songs = cast("Sequence[Song]", growing)
        for song in sorted(songs, key=lambda song: len(song.heard.sound) - self._grown(song)):
            if song.heard.go_on(song.codes, song.frames_done):
                break

    def preview(self, growing: Growing) -> tuple[Samples, int] | None:
        song = cast("Song", growing)
        heard = song.heard.sound[song.prompt_frames * self._codec.hop :]
        rate = self._codec.sample_rate
        return (heard, rate) if len(heard) >= PREVIEW_SECONDS * rate else None

    def checkpoint(self, growing: Growing) -> bytes | None:
        return cast("Song", growing).save()

    def drop(self, growing: Growing) -> None:
        cast("Song", growing).leave(self._decoder)

    def close(self) -> None:
        del self._decoder, self._checkpoint, self._codec
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    # -- inside --------------------------------------------------------------------------------

    def _grown(self, song: Song) -> int:
        """Samples that its tokens stand for until now."""
        return song.frames_done * self._codec.hop

    def _heard(self, sound: Samples, starts: Sequence[int]) -> tuple[Samples, Facts]:
        """At its level, and what can be heard in it; ``starts``: the frames where windows begin."""
        rate = self._codec.sample_rate
        sound = level(even_out(sound, rate, starts), rate)
        heard = to_hear(sound, rate)
        facts = Facts(
            made_by=f"{self.name} {self.version}",
            licence=self.licence,
            tempo=estimate_tempo(heard),
            key=estimate_key(heard),
            weights=self.weights,
        )
        return sound, facts

    def _remarks(self, song: Song) -> tuple[str, ...]:
        """What should be known of a take and can't be seen in its request."""
        remarks = []
        if not song.request.prompt and song.request.melody is None:
            remarks.append(UNGUIDED)
        if song.request.loop:
            remarks.append(NO_LOOP)
        if song.in_company and self._tips_tokens:
            remarks.append(IN_COMPANY)
        if song.interrupted and self._tips_tokens:
            remarks.append(INTERRUPTED)
        return tuple(remarks)

    @property
    def _tips_tokens(self) -> bool:
        """Whether sums are rounded so differently in company, or when the past is read at once
        again, that another token may be drawn."""
        return self._decoder.repeats == "nearly" and self._decoder.precision != "fp32"

    def _melody(self, request: Request) -> Samples | None:
        """The samples (frames, 1) of the melody to follow."""
        if request.melody is None:
            return None
        if "melody" not in self._checkpoint.abilities:
            raise GenerationError(
                "This model can't follow a melody.", hint="Choose a melody model."
            )
        return read_reference(Path(request.melody), self._codec.sample_rate, 1)

    def _told(
        self, request: Request, melody: Samples | None, before: int
    ) -> Callable[[float], Conditions]:
        """What each window is told: the prompt, and its part of the melody.

        As in audiocraft a melody that is shorter than the piece begins again. ``before``: frames
        that are there already, which stand in the first window.
        """
        if melody is None:
            same = encode_conditions(self._checkpoint, request.prompt)
            return lambda _: same
        rate = self._codec.sample_rate
        longest = round(self._checkpoint.max_seconds * rate)
        frames = before + round(request.duration * self._shape.frame_rate)
        short = frames <= self._shape.longest
        beginning = melody[: longest + round(MELODY_MARGIN * rate)]

        def told(seconds: float) -> Conditions:
            places = np.arange(longest) + round(seconds * rate)
            part = beginning if short else melody[places % len(melody)]
            return encode_conditions(
                self._checkpoint, request.prompt, torch.from_numpy(part.T.copy())
            )

        return told

    def _beginning(self, request: Request) -> tuple[Tensor | None, NDArray[np.float32] | None]:
        """Tokens to go on from, and all the sound before them, of a request that continues."""
        if request.continue_from is None:
            return None, None
        kept = read_reference(
            Path(request.continue_from),
            self._codec.sample_rate,
            self._checkpoint.channels,
            until=request.continue_at,
        )
        total = len(kept) / self._codec.sample_rate + request.duration
        if total > MAX_DURATION:
            minutes, seconds = divmod(round(total), 60)
            raise GenerationError(
                f"Together with what it goes on from, this would last {minutes}:{seconds:02}.",
                hint=f"Go on from an earlier moment: up to {MAX_DURATION / 60:g} minutes work.",
            )
        # As much as the windows of a long piece share: what lies before does not matter any more.
        context = round((1 - STRIDE) * self._checkpoint.max_seconds * self._codec.frame_rate)
        frames = min(context, len(kept) // self._codec.hop)
        return self._codec.encode(kept[len(kept) - frames * self._codec.hop :]), kept

    def _joined(self, kept: Samples, sound: Samples, start: int) -> Samples:
        """The given sound as it is, then the new music, which begins at ``start`` of ``sound``.

        What comes before is the end of the given sound once more, through the codec: so the
        crossfade is between two that sound alike.
        """
        fade = min(round(JOIN_SECONDS * self._codec.sample_rate), len(kept), start)
        ramp = np.linspace(0.0, 1.0, fade, dtype=np.float32)[:, None]
        join = kept[len(kept) - fade :] * (1 - ramp) + sound[start - fade : start] * ramp
        return np.concatenate([kept[: len(kept) - fade], join, sound[start:]])


def _is_done(song: Song) -> bool:
    return song.steps_done >= song.steps_total


def _digest(samples: Samples | None) -> str:
    """Of given sound; empty where there is none."""
    return "" if samples is None else hashlib.sha256(samples.tobytes()).hexdigest()
