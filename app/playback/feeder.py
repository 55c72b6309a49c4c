"""The playback thread, from outside: it obeys the player and keeps the output fed.

What it does there is the turntable's.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from app.playback.output import OutputDevice, Outputs
from app.playback.state import Now, Snapshot, Track
from app.playback.watch import Watch

if TYPE_CHECKING:
    from app.playback.turntable import Turntable

    Verb = Callable[[Turntable], None]

__all__ = ["Feeder"]

_NOTHING_YET = Now()


class Feeder:
    """A turntable on a thread of its own.

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
        self._outputs = outputs
        self._tell = tell
        self._gain = gain
        self._device = device
        self._held = after is not None
        self._found = after.devices if after else ()
        self._watch = Watch(clock)
        self._inbox: queue.SimpleQueue[tuple[int, Verb]] = queue.SimpleQueue()
        self._turntable: Turntable | None = None  # made on the thread
        self._abandoned = False
        self._thread = threading.Thread(target=self._run, name="playback", daemon=True)

    # Verbs. ``serial`` comes back in the snapshot once the verb was obeyed.

    def start(self) -> None:
        self._thread.start()

    def load(self, serial: int, track: Track | None, seconds: float, *, play: bool) -> None:
        self._inbox.put((serial, lambda turntable: turntable.load(track, seconds, play)))

    def switch(self, serial: int, track: Track) -> None:
        """Go on at the same position of another take, without a gap."""
        self._inbox.put((serial, lambda turntable: turntable.switch(track)))

    def play(self, serial: int) -> None:
        self._inbox.put((serial, lambda turntable: turntable.play()))

    def pause(self, serial: int) -> None:
        self._inbox.put((serial, lambda turntable: turntable.pause()))

    def seek(self, serial: int, seconds: float) -> None:
        self._inbox.put((serial, lambda turntable: turntable.seek(seconds)))

    def set_loop(self, serial: int, region: tuple[float, float] | None) -> None:
        self._inbox.put((serial, lambda turntable: turntable.set_loop(region)))

    def set_gain(self, serial: int, gain: float) -> None:
        self._inbox.put((serial, lambda turntable: turntable.set_gain(gain)))

    def set_output(self, serial: int, device_id: str | None) -> None:
        self._inbox.put((serial, lambda turntable: turntable.set_output(device_id)))

    def find_devices(self, serial: int) -> None:
        self._inbox.put((serial, lambda turntable: turntable.find_devices()))

    def stop_growing(self, serial: int) -> None:
        """The take grows no more: end at its end in place of waiting there."""
        self._inbox.put((serial, lambda turntable: turntable.stop_growing()))

    def close(self, timeout: float) -> None:
        """Fall silent and end the thread; where that takes longer, it is left to itself."""
        if self._thread.is_alive():
            self._inbox.put((0, lambda turntable: turntable.close()))
            self._thread.join(timeout)
        if self._thread.is_alive():
            self.abandon()

    # What is read from outside.

    @property
    def now(self) -> Now:
        """What is heard."""
        return _NOTHING_YET if self._turntable is None else self._turntable.now

    @property
    def hung(self) -> float:
        """Seconds that the device keeps the thread waiting; 0 while it does not."""
        return self._watch.waited()

    @property
    def devices(self) -> tuple[OutputDevice, ...]:
        """Those that were found last."""
        return self._found if self._turntable is None else self._turntable.devices

    def abandon(self) -> None:
        """Its device hangs, and the thread with it: should it ever come back, it tells nothing
        and ends."""
        self._abandoned = True
        if self._turntable is not None:  # else it will hear of it when it is made
            self._turntable.abandoned = True

    def _run(self) -> None:
        from app.playback.turntable import Turntable

        self._turntable = turntable = Turntable(
            self._outputs,
            self._tell,
            self._watch,
            gain=self._gain,
            device=self._device,
            devices=self._found,
            held=self._held,
        )
        turntable.abandoned = self._abandoned
        while not (turntable.closed or turntable.abandoned):
            if not turntable.running or not self._inbox.empty():
                turntable.obey(*self._inbox.get())
            else:
                turntable.feed()
        if turntable.abandoned:
            turntable.leave()
