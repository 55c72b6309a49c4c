"""How melody models hear a melody: which of the twelve notes leads, twice in a quarter second.

The models were trained on voices and "other" instruments, which audiocraft cuts out of a mix with
demucs: a second model, fetched while the first one loads, whose file names the code to run. Here
nothing is fetched. What does not sing is taken out by what it looks like in a spectrum: drums
stand upright, notes lie flat, and the bass is at the bottom. The chroma of the rest is
audiocraft's own, number by number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import librosa
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.generators.musicgen.quiet import quiet

with quiet():
    from audiocraft.modules.chroma import ChromaExtractor
    from audiocraft.modules.conditioners import WavCondition, WaveformConditioner

__all__ = ["MelodyConditioner", "what_sings"]

WINDOW, HOP = 2048, 1024
"""Samples, of the spectrum in which drums and notes are told apart."""
MEDIAN = 17
"""Frames and bins over which a note is flat and a drum upright."""
BASS = 180.0
"""Hz; what is below belongs to the bass. A low voice is known by its overtones."""


class MelodyConditioner(WaveformConditioner):
    """In the place of audiocraft's ChromaStemConditioner, with its weights and its shapes."""

    def __init__(
        self,
        output_dim: int,
        duration: float,
        device: str,
        chroma: Mapping[str, Any],
    ) -> None:
        """``duration``: seconds that the model hears at once, to which a melody is brought.
        ``chroma``: what the checkpoint says of the extractor. Raises TypeError and ValueError."""
        super().__init__(chroma["n_chroma"], output_dim, device)
        self._use_masking = False  # a melody fills the whole length
        # Under this name, as the checkpoint holds weights of it.
        self.chroma = ChromaExtractor(**chroma).to(device)
        silence = torch.zeros(1, int(chroma["sample_rate"] * duration), device=device)
        self._steps = self.chroma(silence).shape[1]

    def _downsampling_factor(self) -> int:
        return int(self.chroma.winhop)

    def _get_wav_embedding(self, x: WavCondition) -> Tensor:
        """Chroma [batch, steps, notes] of samples [batch, 1, samples]; begun again where they
        are shorter than the model's length, and cut where they are longer."""
        sung = x.wav
        if sung.shape[-1] > 1:  # one sample stands for no melody
            rate = int(self.chroma.sample_rate)
            rows = [what_sings(row, rate) for row in x.wav[:, 0].cpu().numpy()]
            sung = torch.from_numpy(np.stack(rows))[:, None].to(x.wav)
        heard: Tensor = self.chroma(sung)
        rounds = -(-self._steps // heard.shape[1])
        return heard.repeat(1, rounds, 1)[:, : self._steps]


def what_sings(samples: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """Samples (frames,) without drums and bass, as far as a spectrum can tell."""
    if not samples.any():
        return samples
    padded = np.pad(samples, (0, max(0, WINDOW - len(samples))))
    spectrum = librosa.stft(padded, n_fft=WINDOW, hop_length=HOP)
    notes, _ = librosa.decompose.hpss(spectrum, kernel_size=MEDIAN)
    notes[librosa.fft_frequencies(sr=rate, n_fft=WINDOW) < BASS] = 0
    return librosa.istft(notes, hop_length=HOP, n_fft=WINDOW, length=len(samples))
