"""Runs a step again from a recording of its GPU kernels, where there is CUDA.

On a GPU a step of a small model costs more in starting its thousand kernels than in running them;
a CUDA graph starts them all at once. A recording reads and writes fixed memory, so inputs are
copied into its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import torch
from torch import Tensor

__all__ = ["Capture", "Recorder", "capture_cuda"]

Function = Callable[..., Tensor]
Capture = Callable[[Function, tuple[Tensor, ...]], tuple[Callable[[], None], Tensor]]
"""Records a function at fixed inputs; gives what runs it again, and where its output appears."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    inputs: tuple[Tensor, ...]
    replay: Callable[[], None]
    output: Tensor


class Recorder:
    """Replays what it can, and runs the rest as it is.

    ``capture=None`` (no CUDA) runs everything as it is; so does the first failure to record.
    """

    def __init__(self, capture: Capture | None) -> None:
        self._capture = capture
        self._recordings: dict[Hashable, Recording] = {}

    def forget(self) -> None:
        """The memory that the recordings use was replaced."""
        self._recordings.clear()

    def run(self, key: Hashable, function: Function, inputs: tuple[Tensor, ...]) -> Tensor:
        """``function(*inputs)``; ``key`` says which recordings are alike (shapes and constants)."""
        if self._capture is not None and key not in self._recordings:
            self._record(self._capture, key, function, inputs)
        recording = self._recordings.get(key)
        if recording is None:
            return function(*inputs)
        for own, given in zip(recording.inputs, inputs, strict=True):
            own.copy_(given)
        recording.replay()
        return recording.output

    def _record(
        self, capture: Capture, key: Hashable, function: Function, inputs: tuple[Tensor, ...]
    ) -> None:
        own = tuple(tensor.clone() for tensor in inputs)
        try:
            replay, output = capture(function, own)
        except (RuntimeError, NotImplementedError) as error:
            _log.info("no CUDA graphs here, so steps run as they are: %s", error)
            self._capture = None
            self.forget()
        else:
            self._recordings[key] = Recording(own, replay, output)


def capture_cuda(
    function: Function, inputs: tuple[Tensor, ...]
) -> tuple[Callable[[], None], Tensor]:
    """Record with a CUDA graph. Raises RuntimeError where the driver or a kernel cannot."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):  # libraries set themselves up in the first runs
        for _ in range(2):
            function(*inputs)
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        output = function(*inputs)
    return graph.replay, output
