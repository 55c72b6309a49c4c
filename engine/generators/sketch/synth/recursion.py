"""Recursive filters as matrix products, several times quicker than frame by frame.

Within a stretch of 64 frames, what comes out is a fixed matrix times what goes in, plus another
one times the state at the stretch's start; a chain of biquads of any length costs the same single
product. Only the states, one for each stretch, follow from one another. They are kept in
coordinates in which noise drives all of them alike (the Cholesky factor of the controllability
Gramian), so that single precision does for the products even a few hertz above 0.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

__all__ = ["STRETCH", "Recursion"]

STRETCH = 64
"""Frames."""
_NOTHING = 1e-9
"""Part of a state after which its further life is not followed."""

_Array = NDArray[np.float64]
_Floats = NDArray[np.float32]


class Recursion:
    """Sections ready to run on any number of signals; ``of`` keeps the latest ones."""

    def __init__(self, sections: _Array) -> None:
        a, b, c, d = _state_space(sections)
        self.size = len(a)
        """Numbers that make up a state."""
        powers = _powers(a)
        self._moves = powers.astype(np.float32)
        self._drive = (powers[STRETCH - 1 :: -1] @ b).astype(np.float32)
        heard = c @ powers[:STRETCH]
        response = np.concatenate(([d], heard[: STRETCH - 1] @ b))
        # Each row is the response one frame later.
        padded = np.concatenate((np.zeros(STRETCH), response))
        local = sliding_window_view(padded, STRETCH)[STRETCH:0:-1]
        self._product = np.concatenate((local, heard.T)).astype(np.float32)
        self._jumps = _doublings(powers[STRETCH].T)

    @classmethod
    def of(cls, sections: _Array) -> Recursion:
        return _cached(sections.tobytes())

    def rest(self, channels: int) -> _Floats:
        """The state of silence: (channels, size)."""
        return np.zeros((channels, self.size), np.float32)

    def run(self, signal: _Floats, state: _Floats) -> tuple[_Floats, _Floats]:
        """(channels, frames) filtered, from ``state``, and the state after it."""
        channels, count = signal.shape
        stretches = -(-count // STRETCH)
        whole = count // STRETCH
        work = np.empty((channels, stretches, STRETCH + self.size), np.float32)
        work[:, :whole, :STRETCH] = signal[:, : whole * STRETCH].reshape(channels, whole, STRETCH)
        if whole < stretches:
            rest = signal[:, whole * STRETCH :]
            work[:, whole, : rest.shape[1]] = rest
            work[:, whole, rest.shape[1] : STRETCH] = 0.0
        states = np.empty((channels, stretches + 1, self.size), np.float32)
        states[:, 0] = state
        np.matmul(work[:, :, :STRETCH], self._drive, out=states[:, 1:])
        for power, jump in enumerate(self._jumps[: stretches.bit_length()]):
            step = 1 << power
            states[:, step:] += states[:, :-step] @ jump
        work[:, :, STRETCH:] = states[:, :-1]
        out = work.reshape(channels * stretches, -1) @ self._product
        last = states[:, whole]
        if whole < stretches:
            # What follows a part of a stretch is the state moved on by that part only.
            last = last @ self._moves[rest.shape[1]].T + rest @ self._drive[-rest.shape[1] :]
        return out.reshape(channels, -1)[:, :count], last.copy()


def _powers(a: _Array) -> _Array:
    """(STRETCH + 1, size, size): a to the power of 0, 1, 2, …"""
    powers = np.empty((STRETCH + 1, *a.shape))
    powers[0], count = np.eye(len(a)), 1
    while count <= STRETCH:
        more = min(count, STRETCH + 1 - count)
        powers[count : count + more] = powers[:more] @ (a @ powers[count - 1])
        count += more
    return powers


def _doublings(step: _Array) -> list[_Floats]:
    """How a state moves on by 1, 2, 4, … stretches, for as long as anything is left of it."""
    jumps = [step]
    while np.abs(jumps[-1]).max() > _NOTHING and len(jumps) < 24:
        jumps.append(jumps[-1] @ jumps[-1])
    return [jump.astype(np.float32) for jump in jumps]


@lru_cache(maxsize=256)
def _cached(sections: bytes) -> Recursion:
    return Recursion(np.frombuffer(sections, np.float64).reshape(-1, 6))


def _state_space(sections: _Array) -> tuple[_Array, _Array, _Array, float]:
    """A, B, C, D of sections in a row, each in good coordinates of its own."""
    a, b, c, d = np.zeros((0, 0)), np.zeros(0), np.zeros(0), 1.0
    for b0, b1, b2, _, a1, a2 in sections:
        own = _in_good_coordinates(
            np.array([[-a1, 1.0], [-a2, 0.0]]),
            np.array([b1 - a1 * b0, b2 - a2 * b0]),
            np.array([1.0, 0.0]),
            float(b0),
        )
        size = len(a)
        joined = np.zeros((size + 2, size + 2))
        joined[:size, :size] = a
        joined[size:, :size] = np.outer(own[1], c)
        joined[size:, size:] = own[0]
        a, b = joined, np.concatenate((b, own[1] * d))
        c, d = np.concatenate((own[3] * c, own[2])), own[3] * d
    return a, b, c, d


def _in_good_coordinates(
    a: _Array, b: _Array, c: _Array, d: float
) -> tuple[_Array, _Array, _Array, float]:
    """The same filter, its states driven alike and independently by white noise."""
    drive = np.outer(b, b)
    # The power of the states: what a step leaves of it, and what comes in.
    power = np.linalg.solve(np.eye(a.size) - np.kron(a, a), drive.reshape(-1)).reshape(a.shape)
    # A section that does nothing is driven by nothing.
    power += np.eye(len(a)) * (1e-12 * power.trace() + 1e-30)
    turn = np.linalg.cholesky(power)
    back = np.linalg.inv(turn)
    return back @ a @ turn, back @ b, c @ turn, d
