"""A take under way: its tokens, window by window, and what is needed to go on after a death."""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zipfile import BadZipFile

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.generators.base import Reading
from engine.generators.musicgen.conditions import Conditions
from engine.generators.musicgen.decoder import Decoder
from engine.generators.musicgen.pattern import UNKNOWN, DelayedTokens
from engine.generators.musicgen.sampling import Sampler
from engine.generators.musicgen.stream import Stream
from engine.generators.musicgen.windows import plan_windows
from engine.request import Request

__all__ = ["Shape", "Song"]

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a song must know of its model."""

    delays: tuple[int, ...]
    special: int
    """The token that stands for "nothing here"."""
    frame_rate: int
    longest: int
    """Frames that the model hears at once."""


class Song:
    """Implements ``engine.generators.base.Growing``."""

    def __init__(
        self,
        request: Request,
        shape: Shape,
        conditions: Callable[[float], Conditions],
        heard: Stream,
        prompt: Tensor | None = None,
        kept: Samples | None = None,
        *,
        stamp: str = "",
    ) -> None:
        """``conditions(seconds)``: what a window that begins there is told to sound like.
        ``prompt``: tokens [codebooks, frames] to go on from, and ``kept`` (frames, channels) the
        sound that comes before the new music. ``stamp``: all that decides about the tokens beside
        the request; only a checkpoint with the same one is gone on from."""
        self._request = request
        self._stamp = stamp
        self.shape = shape
        self.kept = kept
        self.prompt_frames = 0 if prompt is None else prompt.shape[1]
        frames = self.prompt_frames + max(1, round(request.duration * shape.frame_rate))
        self.codes = torch.full((len(shape.delays), frames), UNKNOWN, dtype=torch.long)
        """All tokens [codebooks, frames], the prompt's first; UNKNOWN where none is yet."""
        if prompt is not None:
            self.codes[:, : self.prompt_frames] = prompt
        self.sampler = Sampler(request.seed or 0, request.temperature, request.top_k, request.top_p)
        self.windows = plan_windows(frames, shape.longest, self.prompt_frames)
        self.in_company = False
        """Whether others grew beside it in the same steps."""
        self.interrupted = False
        """Whether it lost its row in the middle of a window, and had to read everything again."""
        self.heard = heard
        """Its way from tokens to sound."""
        self._conditions = conditions
        self._row: Any = None
        self._stopped = False
        self._enter(0)

    # -- Growing -----------------------------------------------------------------------------

    @property
    def request(self) -> Request:
        return self._request

    @property
    def steps_done(self) -> int:
        before = self.windows[: self._index]
        delay = max(self.shape.delays)
        return sum(window.steps(delay) for window in before) + self.tokens.steps_done

    @property
    def steps_total(self) -> int:
        if self._stopped:
            return max(self.steps_done, max(self.shape.delays) + 1)  # one frame at the least
        return sum(window.steps(max(self.shape.delays)) for window in self.windows)

    def reading(self, first: int, last: int) -> Reading:
        """Within a window each step reads what the window has so far; its first one also reads its
        whole prompt at once, each step of which reads those before it."""
        past, at_once, start = 0.0, 0.0, 0
        for window in self.windows:
            end = start + window.steps(max(self.shape.delays))
            low, high = max(first, start) - start, min(last, end) - start
            if low < high:
                past += (high - low) * (window.known + (low + high - 1) / 2)
                if low == 0:
                    past += window.known**2 / 2
                    at_once += window.known
            start = end
        return Reading(past, at_once)

    # -- growing -----------------------------------------------------------------------------

    def row(self, decoder: Decoder[Any]) -> Any:
        """This song's row, of the decoder's own kind; opened when it has none."""
        if self._row is None:
            self.interrupted = self.interrupted or self.tokens.steps_done > 0
            start = self.windows[self._index].start / self.shape.frame_rate
            self._row = decoder.open(self._conditions(start), self._request.guidance)
            self._resume(self.tokens.codes, self.tokens.position)
        return self._row

    def leave(self, decoder: Decoder[Any]) -> None:
        """Give the row back; the next step opens another one and reads everything again."""
        if self._row is not None:
            decoder.close(self._row)
            self._row = None

    def hear(self, logits: Tensor, decoder: Decoder[Any]) -> None:
        """Choose the next tokens from logits [codebooks, card]; goes on to the next window."""
        self.tokens.write(self.sampler(logits))
        self._collect()
        if self.tokens.complete and self._index + 1 < len(self.windows):
            self.leave(decoder)
            self._enter(self._index + 1)

    @property
    def frames_done(self) -> int:
        """Frames that can be heard, from the start, the prompt's among them."""
        return self.windows[self._index].start + self.tokens.frames_done

    def stop(self) -> None:
        """What can be heard now is the whole; or its first frame, as soon as that is there."""
        self._stopped = True

    @property
    def whole(self) -> Tensor:
        """The tokens [codebooks, frames] of the take, once all its steps are done."""
        return self.codes[:, : self.frames_done] if self._stopped else self.codes

    # -- checkpoints -------------------------------------------------------------------------

    def save(self) -> bytes:
        """Tokens, place and the state of chance, as a NumPy archive without pickles."""
        file = io.BytesIO()
        np.savez_compressed(
            file,
            request=np.frombuffer(self._request.model_dump_json().encode(), np.uint8),
            stamp=np.frombuffer(self._stamp.encode(), np.uint8),
            place=np.array([self._index, self.tokens.position, self.in_company, self.interrupted]),
            codes=self.codes.numpy().astype(np.int16),
            chance=self.sampler.state.numpy(),
        )
        return file.getvalue()

    def load(self, state: bytes) -> None:
        """Go on from what ``save`` gave. Raises ValueError when it is not of this request, or of
        another model, precision or given sound: half of each would be neither."""
        try:
            with np.load(io.BytesIO(state), allow_pickle=False) as saved:
                request = json.loads(saved["request"].tobytes())
                stamp = saved["stamp"].tobytes().decode()
                index, position, in_company, interrupted = map(int, saved["place"])
                codes = torch.from_numpy(saved["codes"].astype(np.int64))
                chance = torch.from_numpy(saved["chance"].copy())
        except (OSError, KeyError, EOFError, BadZipFile, zlib.error) as error:
            raise ValueError(f"no checkpoint: {error}") from error
        same = request == self._request.model_dump(mode="json")
        if not same or codes.shape != self.codes.shape or not 0 <= index < len(self.windows):
            raise ValueError("the checkpoint is of another request")
        if stamp != self._stamp:
            raise ValueError("the checkpoint is of another model, precision or sound")
        self.codes = codes
        self.in_company, self.interrupted = bool(in_company), bool(interrupted)
        self.sampler.state = chance
        self._enter(index)
        window = self.windows[index]
        self._resume(codes[:, window.start : window.end], position)

    # -- inside --------------------------------------------------------------------------------

    def _enter(self, index: int) -> None:
        """Begin a window: what it shares with the one before is its prompt."""
        window = self.windows[index]
        self._index = index
        known = self.codes[:, window.start : window.start + window.known]
        self.tokens = DelayedTokens(
            window.end - window.start,
            self.shape.delays,
            self.shape.special,
            known if window.known else None,
        )

    def _resume(self, codes: Tensor, position: int) -> None:
        """Go on in the window for a row that has read nothing yet."""
        self.tokens = DelayedTokens.resume(
            codes,
            position,
            self.shape.delays,
            self.shape.special,
            self.windows[self._index].known,
        )

    def _collect(self) -> None:
        window = self.windows[self._index]
        self.codes[:, window.start : window.end] = self.tokens.codes
