"""Loudness and true peak after ITU-R BS.1770-4, quick enough for every take.

>>> integrated_loudness(samples, 44_100)      # LUFS
-14.0
>>> true_peak(samples)                        # dBTP
-1.2
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import firwin, sosfilt

__all__ = [
    "KWeighting",
    "TruePeak",
    "gated_loudness",
    "integrated_loudness",
    "k_weighting",
    "true_peak",
]

_Floats = NDArray[np.float32]
_STEP = 0.1
"""Seconds; blocks of 0.4 s overlap by 75 %, so each is four steps."""
_OFFSET = -0.691
_ABSOLUTE_GATE = -70.0
_RELATIVE_GATE = -10.0
_CHUNK = 1 << 17


def k_weighting(rate: int) -> NDArray[np.float64]:
    """The standard's two filters (head, then low cut) as second-order sections."""
    return np.concatenate((_head(rate), _low_cut(rate)))


class KWeighting:
    """The standard's two filters, going on from chunk to chunk."""

    def __init__(self, rate: int, channels: int) -> None:
        self._sections = k_weighting(rate)
        self._state = np.zeros((2, channels, 2))

    def __call__(self, chunk: NDArray[Any]) -> NDArray[np.float64]:
        """(channels, frames), filtered."""
        out, self._state = sosfilt(self._sections, chunk, axis=-1, zi=self._state)
        weighted: NDArray[np.float64] = out
        return weighted


def _head(rate: int) -> NDArray[np.float64]:
    """High shelf of +4 dB, the standard's first stage at any sample rate."""
    k = np.tan(np.pi * 1681.974450955533 / rate)
    q, high = 0.7071752369554196, 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    down = 1.0 + k / q + k * k
    return np.array(
        [
            [
                (high + band * k / q + k * k) / down,
                2.0 * (k * k - high) / down,
                (high - band * k / q + k * k) / down,
                1.0,
                2.0 * (k * k - 1.0) / down,
                (1.0 - k / q + k * k) / down,
            ]
        ]
    )


def _low_cut(rate: int) -> NDArray[np.float64]:
    k = np.tan(np.pi * 38.13547087602444 / rate)
    q = 0.5003270373238773
    down = 1.0 + k / q + k * k
    return np.array(
        [[1.0, -2.0, 1.0, 1.0, 2.0 * (k * k - 1.0) / down, (1.0 - k / q + k * k) / down]]
    )


def gated_loudness(power: NDArray[np.float64]) -> float:
    """LUFS from the K-weighted power (summed over channels) of successive steps of 0.1 s.

    -inf where nothing passes the gates.
    """
    if not len(power):
        return float("-inf")
    # Shorter than one block: what there is is the block.
    width = min(4, len(power))
    blocks = np.convolve(power, np.full(width, 1.0 / width), mode="valid")
    with np.errstate(divide="ignore"):
        loud = blocks[_OFFSET + 10 * np.log10(blocks) > _ABSOLUTE_GATE]
        if not len(loud):
            return float("-inf")
        gate = loud.mean() * 10 ** (_RELATIVE_GATE / 10)
        return float(_OFFSET + 10 * np.log10(loud[loud > gate].mean()))


def integrated_loudness(samples: NDArray[Any], rate: int) -> float:
    """LUFS of (frames, channels) with 1 or 2 channels; -inf for silence."""
    step = round(rate * _STEP)
    weighting = KWeighting(rate, samples.shape[1])
    chunk = max(1, _CHUNK // step) * step
    powers = []
    for start in range(0, len(samples), chunk):
        weighted = weighting(np.ascontiguousarray(samples[start : start + chunk].T))
        whole = weighted.shape[1] // step * step
        if whole:
            square = np.square(weighted[:, :whole]).sum(axis=0)
            powers.append(square.reshape(-1, step).mean(axis=1))
        elif not powers:
            powers.append(np.array([np.square(weighted).sum(axis=0).mean()]))
    return gated_loudness(np.concatenate(powers)) if powers else float("-inf")


class TruePeak:
    """Peaks between the samples: 4 times oversampled, the largest of every ``hop`` frames."""

    EDGE = 10
    """Frames that the interpolation looks to either side."""

    def __init__(self, hop: int) -> None:
        self._hop = hop
        # The interpolator as a matrix: a hop with its edges in, 4 values per frame out.
        taps = 4.0 * firwin(8 * self.EDGE + 1, 0.25, window=("kaiser", 5.0))
        span = hop + 2 * self.EDGE
        matrix = np.zeros((span, 4 * hop), np.float32)
        for out in range(4 * hop):
            index = out + 4 * (2 * self.EDGE - np.arange(span))
            inside = (index >= 0) & (index < len(taps))
            matrix[inside, out] = taps[index[inside]]
        self._matrix = np.ascontiguousarray(matrix.T)

    def __call__(self, samples: NDArray[Any]) -> _Floats:
        """Largest magnitude in each hop: (channels, EDGE + hops * hop + EDGE) to (hops,)."""
        hops = (samples.shape[1] - 2 * self.EDGE) // self._hop
        peaks = np.zeros(hops, np.float32)
        for channel in samples:
            line = np.ascontiguousarray(channel, np.float32)
            spans = np.lib.stride_tricks.sliding_window_view(line, self._matrix.shape[1])
            # A copy without overlaps, which the matrix product needs to be quick; hops side by
            # side, so that the largest of each is found for many at once.
            dense = self._matrix @ np.ascontiguousarray(spans[:: self._hop][:hops].T)
            np.maximum(peaks, dense.max(axis=0), out=peaks)
            np.maximum(peaks, -dense.min(axis=0), out=peaks)
        return peaks


def true_peak(samples: NDArray[Any]) -> float:
    """dBTP of (frames, channels) at 44.1 or 48 kHz; -inf for silence."""
    hop = 32
    meter = TruePeak(hop)
    edge = TruePeak.EDGE
    largest = 0.0
    count = len(samples)
    for start in range(0, count, _CHUNK):
        size = min(_CHUNK, -(-(count - start) // hop) * hop)
        first, last = start - edge, start + size + edge
        inside = samples[max(first, 0) : last].T
        padded = np.zeros((inside.shape[0], last - first), np.float32)
        offset = max(-first, 0)
        padded[:, offset : offset + inside.shape[1]] = inside
        largest = max(largest, float(meter(padded).max()))
    return float(20 * np.log10(largest)) if largest > 0.0 else float("-inf")
