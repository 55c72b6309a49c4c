"""The turntable: a deck, an outlet, and what moves blocks from one to the other.

Lives on the playback thread, with all that is slow (finding devices, opening files, reading) or
heavy: it is imported there, so the window neither waits for sound nor starts with its weight.
Blocks are written ahead of what is heard; while the window's thread is busy the device plays on
from its buffer.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from app.playback import problems
from app.playback.deck import Deck
from app.playback.frames import measure
from app.playback.meter import Level
from app.playback.outlet import Outlet
from app.playback.output import BLOCK, OutputDevice, OutputLost, Outputs
from app.playback.source import Source
from app.playback.state import Now, Snapshot, State, Track
from app.playback.watch import Watch
from engine.errors import MusicError
from engine.jobs import Failure

__all__ = ["Turntable"]

_TAIL = 0.2
"""Seconds of silence after a take: some devices throw away what is in their last buffer."""
_LOOK = 0.25
"""Seconds between two looks whether a growing take has grown."""


class Turntable:
    """Verbs are obeyed by ``obey``; between them, ``feed`` writes one block after the other."""

    def __init__(
        self,
        outputs: Outputs,
        tell: Callable[[Snapshot], None],
        watch: Watch,
        *,
        gain: float,
        device: str | None,
        devices: tuple[OutputDevice, ...],
        held: bool,
    ) -> None:
        """``held``: an earlier one's device hangs, so touch none until one is chosen; ``devices``
        are those that it had found."""
        self.now = Now()
        self.abandoned = False
        """Its device hangs, and the thread with it: should that ever come back, nothing is told."""
        self.closed = False
        self._tell = tell
        self._snapshot = self._told = Snapshot(devices=devices)
        self._deck = Deck(gain)
        self._outlet = Outlet(outputs, watch, device=device, held=held)
        self._region: tuple[float, float] | None = None  # what is repeated, in seconds
        self._levels: deque[Level] = deque()
        self._looked = 0.0

    @property
    def devices(self) -> tuple[OutputDevice, ...]:
        """Those that were found last."""
        return self._snapshot.devices

    @property
    def running(self) -> bool:
        """There is something to feed."""
        return self._snapshot.state in (State.PLAYING, State.WAITING)

    def obey(self, serial: int, verb: Callable[[Turntable], None]) -> None:
        """``serial`` comes back in the snapshot once the verb was obeyed."""
        try:
            verb(self)
        except MusicError as error:
            self._stop(Failure.of(error))
        self._set(serial=serial)
        self._publish()
        self._report()

    def feed(self) -> None:
        """Write one block and see what changed by that."""
        deck = self._deck
        start = deck.written
        try:
            block = deck.block(BLOCK)
            self._outlet.output.write(block)
        except OutputLost as error:
            self._lose(error)
            return
        except MusicError as error:
            self._stop(Failure.of(error))
            self._report()
            return
        self._levels.append(measure(block, start, self._snapshot.rate))
        now = self._publish()
        if deck.ended and now.heard >= deck.spans[-1].start:
            tail = deck.written - deck.spans[-1].start
            if not deck.spans[-1].moving and tail >= _TAIL * now.rate:
                self._finish()
        else:
            self._watch_growth()

    def load(self, track: Track | None, seconds: float, play: bool) -> None:
        self._hush()
        self._region = self._deck.loop = None
        self._deck.put(None, 0)
        self._set(track=track, state=State.EMPTY, problem=None)
        if track is None:
            self._outlet.release()
            return
        source = Source(track.path, growing=track.growing)
        if source.rate != self._snapshot.rate:
            self._outlet.release()
        self._set(state=State.PAUSED, rate=source.rate)
        self._deck.trim = track.trim
        self._deck.put(source, round(seconds * source.rate))
        if play:
            self.play()

    def switch(self, track: Track) -> None:
        deck = self._deck
        if deck.source is None:
            self.load(track, 0.0, play=False)
            return
        source = Source(track.path, self._snapshot.rate, growing=track.growing)
        deck.trim = track.trim
        deck.put(source, deck.frame)
        self._lay_loop()
        ended = self._snapshot.state is State.ENDED
        self._set(track=track, problem=None, state=State.PAUSED if ended else self._snapshot.state)

    def play(self) -> None:
        deck = self._deck
        if deck.source is None or self.running:
            return
        if deck.ended:
            deck.seek(deck.loop[0] if deck.loop else 0)
        self._set(state=State.PLAYING, problem=None)
        if not self._outlet.opened or self._outlet.silent:
            self._open(deck.source)

    def pause(self) -> None:
        if self.running:
            self._hush()
            self._set(state=State.PAUSED)

    def seek(self, seconds: float) -> None:
        self._hush()
        self._deck.seek(round(seconds * self._snapshot.rate))
        if self._snapshot.state is State.ENDED:
            self._set(state=State.PAUSED)

    def set_loop(self, region: tuple[float, float] | None) -> None:
        self._region = region
        self._lay_loop()

    def set_gain(self, gain: float) -> None:
        self._deck.gain = gain

    def set_output(self, device_id: str | None) -> None:
        self._hush()
        self._outlet.choose(device_id)
        self._set(problem=None)
        if self.running and self._deck.source is not None:
            self._open(self._deck.source)

    def find_devices(self) -> None:
        found = self._outlet.devices()
        if found is not None:
            self._set(devices=found)

    def stop_growing(self) -> None:
        source, track = self._deck.source, self._snapshot.track
        if source is not None and track is not None:
            source.refresh()
            source.growing = False
            self._lay_loop()
            self._set(track=replace(track, growing=False))

    def close(self) -> None:
        """Fall silent, for good."""
        self.load(None, 0.0, play=False)
        self.closed = True

    def leave(self) -> None:
        """Let go of what it holds, and tell nobody."""
        self._outlet.output.close()
        self._deck.put(None, 0)

    def _publish(self) -> Now:
        deck = self._deck
        heard = deck.written - self._outlet.output.pending()
        deck.forget(heard)
        while self._levels and self._levels[0].start < heard - self._snapshot.rate:
            self._levels.popleft()
        self.now = Now(
            time.perf_counter(),
            heard,
            deck.written,
            self._snapshot.rate,
            tuple(deck.spans),
            tuple(self._levels),
        )
        return self.now

    def _set(self, **changes: Any) -> None:
        self._snapshot = replace(self._snapshot, **changes)

    def _report(self) -> None:
        """Tell how it stands, if that is news."""
        source = self._deck.source
        self._set(
            frames=source.frames if source else 0,
            output=self._outlet.output.name,
            silent=self._outlet.silent,
        )
        if self._snapshot != self._told and not self.abandoned:
            self._told = self._snapshot
            self._tell(self._told)

    def _open(self, source: Source) -> None:
        """Open an output; the take follows its rate."""
        if self._outlet.opened:  # silent until now: a device may have come since
            self.find_devices()
        rate, problem = self._outlet.open(source.native_rate, source.rate)
        self._set(problem=problem)
        if rate != self._snapshot.rate:
            self._change_rate(source, rate)

    def _change_rate(self, source: Source, rate: int) -> None:
        """The device runs at another rate than asked for: read the take at that rate."""
        deck, scale = self._deck, rate / self._snapshot.rate
        frame = deck.frame
        deck.put(Source(source.path, rate, growing=source.growing), round(frame * scale))
        self._levels.clear()
        self._set(rate=rate)
        self._lay_loop()

    def _lay_loop(self) -> None:
        """Find the frames of what is repeated. The end of a take that grows may be yet to come,
        and is waited for: to turn back at what there is would be to hear nothing new."""
        source, self._deck.loop = self._deck.source, None
        if self._region is not None and source is not None:
            start, stop = (round(edge * self._snapshot.rate) for edge in sorted(self._region))
            if not source.growing:
                stop = min(stop, source.frames)
            self._deck.loop = (start, stop) if stop > start else None

    def _lose(self, error: OutputLost) -> None:
        """The device went away: go on in silence from what was heard last."""
        self._deck.recall(min(BLOCK + self._outlet.output.pending(), self._deck.written))
        self._outlet.lose(self._snapshot.rate)
        self._levels.clear()
        self._set(problem=problems.lost(error))
        self._report()

    def _hush(self) -> None:
        """Stop the sound at once; the deck stands at what was heard last."""
        self._deck.recall(min(self._outlet.output.pending(), self._deck.written))
        self._outlet.output.drop()
        self._levels.clear()

    def _stop(self, problem: Failure) -> None:
        self._hush()
        self._deck.put(None, 0)
        self._set(state=State.EMPTY, problem=problem)
        self._publish()

    def _finish(self) -> None:
        self._outlet.output.drop()
        self._levels.clear()
        self._set(state=State.ENDED)
        self._publish()
        self._report()

    def _watch_growth(self) -> None:
        source = self._deck.source
        if source is None or not source.growing:
            return
        if time.monotonic() - self._looked > _LOOK:
            self._looked = time.monotonic()
            source.refresh()
        dry = self._deck.frame >= source.frames
        self._set(state=State.WAITING if dry else State.PLAYING)
        self._report()
