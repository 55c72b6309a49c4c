"""The playback thread: obeys the player, keeps the output fed, and tells what came of it.

Everything slow lives here (finding devices, opening files, reading), so the window never waits
for sound. Blocks are written ahead of what is heard; while the window's thread is busy the device
plays on from its buffer.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from app.playback import problems
from app.playback.deck import Deck
from app.playback.meter import Level, measure
from app.playback.output import BLOCK, Output, OutputDevice, OutputLost, SilentOutput
from app.playback.source import Source
from app.playback.state import Now, Snapshot, State, Track
from app.playback.watch import Watch, Watched
from engine.errors import MusicError
from engine.jobs import Failure

__all__ = ["Feeder", "Outputs"]

_TAIL = 0.2
"""Seconds of silence after a take: some devices throw away what is in their last buffer."""
_LOOK = 0.25
"""Seconds between two looks whether a growing take has grown."""


class Outputs(Protocol):
    """Finds devices. May be slow; called on the playback thread only."""

    def devices(self, *, rescan: bool) -> list[OutputDevice]:
        """What there is; ``rescan`` looks anew, which only works while none is open."""
        ...

    def make(self, device_id: str | None) -> Output:
        """An output, not opened yet; None: the system's own choice. Raises OutputLost."""
        ...


class Feeder:
    """A deck, an output and the thread that moves blocks from one to the other.

    The verbs may be called from any thread and return at once. ``tell`` is called on the
    playback thread.
    """

    def __init__(
        self,
        outputs: Outputs,
        tell: Callable[[Snapshot], None],
        *,
        gain: float = 1.0,
        device: str | None = None,
        clock: Callable[[], float] = time.perf_counter,
        after: Feeder | None = None,
    ) -> None:
        """``clock`` is what a device's silence is measured by, in seconds. ``after`` is the
        feeder whose device hangs: this one touches no device until one is chosen."""
        self.now = Now()
        self._watch = Watch(clock)
        self._held = after is not None
        self._abandoned = False
        self._outputs = outputs
        self._tell = tell
        self._inbox: queue.SimpleQueue[tuple[int, Callable[[], None]]] = queue.SimpleQueue()
        self._snapshot = self._told = Snapshot(devices=after.devices if after else ())
        self._rescans = after is None  # PortAudio looks anew only while no stream of it is open
        self._deck = Deck(gain)
        self._output: Output = SilentOutput()
        self._opened = False
        self._wanted = device
        self._levels: deque[Level] = deque()
        self._looked = 0.0
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="playback", daemon=True)

    # Verbs, from any thread. ``serial`` comes back in the snapshot once the verb was obeyed.

    def start(self) -> None:
        self._thread.start()

    def load(self, serial: int, track: Track | None, seconds: float, *, play: bool) -> None:
        self._inbox.put((serial, lambda: self._load(track, seconds, play)))

    def switch(self, serial: int, track: Track) -> None:
        """Go on at the same position of another take, without a gap."""
        self._inbox.put((serial, lambda: self._switch(track)))

    def play(self, serial: int) -> None:
        self._inbox.put((serial, self._play))

    def pause(self, serial: int) -> None:
        self._inbox.put((serial, self._pause))

    def seek(self, serial: int, seconds: float) -> None:
        self._inbox.put((serial, lambda: self._seek(seconds)))

    def set_loop(self, serial: int, region: tuple[float, float] | None) -> None:
        self._inbox.put((serial, lambda: self._set_loop(region)))

    def set_gain(self, serial: int, gain: float) -> None:
        self._inbox.put((serial, lambda: self._set_gain(gain)))

    def set_output(self, serial: int, device_id: str | None) -> None:
        self._inbox.put((serial, lambda: self._set_output(device_id)))

    def find_devices(self, serial: int) -> None:
        self._inbox.put((serial, self._find_devices))

    def stop_growing(self, serial: int) -> None:
        """The take grows no more: end at its end in place of waiting there."""
        self._inbox.put((serial, self._stop_growing))

    def close(self, timeout: float) -> None:
        """Fall silent and end the thread."""
        if self._thread.is_alive():
            self._inbox.put((self._snapshot.serial, self._close))
            self._thread.join(timeout)

    @property
    def hung(self) -> float:
        """Seconds that the device keeps the thread waiting; 0 while it does not."""
        return self._watch.waited()

    @property
    def devices(self) -> tuple[OutputDevice, ...]:
        """Those that were found last."""
        return self._snapshot.devices

    def abandon(self) -> None:
        """Its device hangs, and the thread with it: should it ever come back, it tells nothing
        and ends."""
        self._abandoned = self._closing = True

    # The playback thread.

    @property
    def _running(self) -> bool:
        return self._snapshot.state in (State.PLAYING, State.WAITING)

    def _run(self) -> None:
        while not self._closing:
            if not self._running or not self._inbox.empty():
                self._obey()
            else:
                self._feed()
        if self._abandoned:
            self._output.close()
            self._deck.put(None, 0)

    def _obey(self) -> None:
        serial, verb = self._inbox.get()
        try:
            verb()
        except MusicError as error:
            self._stop(Failure.of(error))
        self._set(serial=serial)
        self._publish()
        self._report()

    def _feed(self) -> None:
        """Write one block and see what changed by that."""
        deck = self._deck
        start = deck.written
        try:
            block = deck.block(BLOCK)
            self._output.write(block)
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

    def _publish(self) -> Now:
        deck = self._deck
        heard = deck.written - self._output.pending()
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
            output=self._output.name,
            silent=self._opened and self._output.silent,
        )
        if self._snapshot != self._told and not self._abandoned:
            self._told = self._snapshot
            self._tell(self._told)

    def _load(self, track: Track | None, seconds: float, play: bool) -> None:
        self._hush()
        self._deck.loop = None
        self._deck.put(None, 0)
        self._set(track=track, state=State.EMPTY, problem=None)
        if track is None:
            self._release()
            return
        source = Source(track.path, growing=track.growing)
        if source.rate != self._snapshot.rate:
            self._release()
        self._set(state=State.PAUSED, rate=source.rate)
        self._deck.put(source, round(seconds * source.rate))
        if play:
            self._play()

    def _switch(self, track: Track) -> None:
        deck = self._deck
        if deck.source is None:
            self._load(track, 0.0, play=False)
            return
        source = Source(track.path, self._snapshot.rate, growing=track.growing)
        deck.put(source, deck.frame)
        ended = self._snapshot.state is State.ENDED
        self._set(track=track, problem=None, state=State.PAUSED if ended else self._snapshot.state)

    def _play(self) -> None:
        deck = self._deck
        if deck.source is None or self._running:
            return
        if deck.ended:
            deck.seek(deck.loop[0] if deck.loop else 0)
        self._set(state=State.PLAYING, problem=None)
        if not self._opened or self._output.silent:
            self._open(deck.source)

    def _pause(self) -> None:
        if self._running:
            self._hush()
            self._set(state=State.PAUSED)

    def _seek(self, seconds: float) -> None:
        self._hush()
        self._deck.seek(round(seconds * self._snapshot.rate))
        if self._snapshot.state is State.ENDED:
            self._set(state=State.PAUSED)

    def _set_loop(self, region: tuple[float, float] | None) -> None:
        deck, rate = self._deck, self._snapshot.rate
        deck.loop = None
        if region is not None and deck.source is not None:
            start, stop = (min(round(s * rate), deck.source.frames) for s in sorted(region))
            deck.loop = (start, stop) if stop > start else None

    def _set_gain(self, gain: float) -> None:
        self._deck.gain = gain

    def _set_output(self, device_id: str | None) -> None:
        self._hush()
        self._wanted, self._held = device_id, False
        self._release()
        self._set(problem=None)
        if self._running and self._deck.source is not None:
            self._open(self._deck.source)

    def _find_devices(self) -> None:
        if self._held:
            return
        rescan = self._rescans and self._output.silent
        with self._watch:
            found = self._outputs.devices(rescan=rescan)
        self._set(devices=tuple(found))

    def _stop_growing(self) -> None:
        source, track = self._deck.source, self._snapshot.track
        if source is not None and track is not None:
            source.refresh()
            source.growing = False
            self._set(track=replace(track, growing=False))

    def _close(self) -> None:
        self._load(None, 0.0, play=False)
        self._closing = True

    def _open(self, source: Source) -> None:
        """Open the wanted device, else the system's choice, else the silent output; the take
        follows the device's rate."""
        if self._opened:  # silent until now: a device may have come since
            self._find_devices()
        for device in () if self._held else dict.fromkeys((self._wanted, None)):
            try:
                with self._watch:
                    made = self._outputs.make(device)
                self._output = Watched(made, self._watch)
                rate = self._output.open(source.native_rate)
            except OutputLost as error:
                self._set(problem=problems.no_sound(error))
            else:
                self._set(
                    problem=None if device == self._wanted else problems.another(self._output.name)
                )
                break
        else:
            self._output = SilentOutput()
            rate = self._output.open(source.rate)
        self._opened = True
        if rate != self._snapshot.rate:
            self._change_rate(source, rate)

    def _change_rate(self, source: Source, rate: int) -> None:
        """The device runs at another rate than asked for: read the take at that rate."""
        deck, scale = self._deck, rate / self._snapshot.rate
        frame, loop = deck.frame, deck.loop
        deck.put(Source(source.path, rate, growing=source.growing), round(frame * scale))
        deck.loop = (round(loop[0] * scale), round(loop[1] * scale)) if loop else None
        self._levels.clear()
        self._set(rate=rate)

    def _lose(self, error: OutputLost) -> None:
        """The device went away: go on in silence from what was heard last."""
        self._deck.recall(min(BLOCK + self._output.pending(), self._deck.written))
        self._output.close()
        self._output = SilentOutput()
        self._output.open(self._snapshot.rate)
        self._levels.clear()
        self._set(problem=problems.lost(error))
        self._report()

    def _release(self) -> None:
        """Give the device back; the next take to play opens it again."""
        self._output.close()
        self._output, self._opened = SilentOutput(), False

    def _hush(self) -> None:
        """Stop the sound at once; the deck stands at what was heard last."""
        self._deck.recall(min(self._output.pending(), self._deck.written))
        self._output.drop()
        self._levels.clear()

    def _stop(self, problem: Failure) -> None:
        self._hush()
        self._deck.put(None, 0)
        self._set(state=State.EMPTY, problem=problem)
        self._publish()

    def _finish(self) -> None:
        self._output.drop()
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
