"""Saving in the host: a finished take to its file, a growing one to its preview."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile as sf

from engine.audio.atomic import replacing
from engine.audio.files import write_audio
from engine.audio.loudness import integrated_loudness, true_peak
from engine.generators.base import Audio, Samples
from engine.host.protocol import Made, Run

__all__ = ["save_preview", "save_take"]


def save_take(run: Run, audio: Audio, work_seconds: float) -> Made:
    """Measure, write the audio and then its MIDI; each is in place whole or not at all."""
    loudness = _figure(integrated_loudness(audio.samples, audio.sample_rate))
    peak = _figure(true_peak(audio.samples))
    facts = replace(
        audio.facts,
        extra=audio.facts.extra | {"loudness": str(loudness), "true_peak": str(peak)},
    )
    midi_path = run.path.with_suffix(".mid") if audio.midi else None
    if midi_path is not None and audio.midi is not None:
        # Before the audio: a take is complete when its audio is there.
        with replacing(midi_path) as part:
            part.write_bytes(audio.midi)
    written = write_audio(
        run.path, replace(audio, facts=facts), run.request, tags={"title": run.title}
    )
    frames, channels = audio.samples.shape
    return Made(
        run=run.run,
        path=written.path,
        sha256=written.sha256,
        duration=frames / audio.sample_rate,
        sample_rate=audio.sample_rate,
        channels=channels,
        made_by=facts.made_by,
        weights=facts.weights,
        licence=facts.licence,
        tempo=facts.tempo,
        beats_per_bar=facts.beats_per_bar,
        key=facts.key,
        loudness=loudness,
        true_peak=peak,
        not_understood=facts.not_understood,
        remarks=facts.remarks,
        midi_path=midi_path,
        work_seconds=work_seconds,
    )


def save_preview(path: Path, samples: Samples, sample_rate: int) -> None:
    """A plain WAV of what has grown so far, replaced in one step."""
    with replacing(path) as part:
        sf.write(part, samples, sample_rate, format="WAV", subtype="PCM_16")


def _figure(value: float) -> float | None:
    """A measured level with two decimals; None for silence, which has none."""
    return round(value, 2) if np.isfinite(value) else None
