"""The player as the window knows it: verbs that return at once, signals that say what came of them.

Sound itself is made on a thread of its own (``app.playback.feeder``). The position comes from the
device's clock, so the playhead stands where the ear is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.notices import Level, Notice
from app.playback import problems
from app.playback.feeder import Feeder
from app.playback.levels import Levels
from app.playback.meter import Reading
from app.playback.output import OutputDevice, Outputs
from app.playback.sound_device import SoundDevices
from app.playback.state import Snapshot, State, Track
from engine.jobs import Change

__all__ = ["OutputDevice", "Player", "Reading", "Snapshot", "State", "Track"]

_FRAME = 16  # milliseconds between two looks at the clock: 60 a second
_LOOK = 1_000  # milliseconds between two looks whether the device answers
_HANGS = 5.0
"""Seconds that a device may take for anything; one by radio takes three to wake up."""


class Player(QObject):
    """One take at a time, to the sample.

    >>> player = Player()
    >>> player.load(Track.of(job))          # starts to play
    >>> player.position_changed.connect(waveform.set_position)
    """

    changed = Signal(Snapshot)
    """Track, state, length or output are others now."""
    position_changed = Signal(float)
    """Seconds from the take's start, 60 times a second while it plays."""
    levels_changed = Signal(tuple)
    """(left, right) Readings in dBFS, while the meter moves."""
    loop_changed = Signal(object)
    """(start, end) in seconds, or None."""
    volume_changed = Signal(float)
    """0 to 1, as a fader stands."""
    compare_changed = Signal(object)
    """The Track that ``swap`` would bring, or None."""
    finished = Signal(str)
    """A take was played to its end: its job's id."""
    noticed = Signal(Notice)

    _told = Signal(Snapshot)  # crosses from the playback thread to this one

    def __init__(
        self,
        outputs: Outputs | None = None,
        parent: QObject | None = None,
        *,
        volume: float = 1.0,
        device: str | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """``volume`` as a fader stands, 0 to 1; ``device`` an OutputDevice's id, or None for the
        system's choice; ``clock`` in seconds, as ``time.perf_counter`` counts them."""
        super().__init__(parent)
        self.snapshot = Snapshot()
        self.loop: tuple[float, float] | None = None
        self.volume = volume
        self.muted = False
        self.device = device
        """Id of the output that was chosen; None: the system's choice."""
        self.compared: Track | None = None
        """What ``swap`` goes to: the take that was heard before this one."""
        self._clock = clock
        self._levels = Levels()
        self._serial = 0
        self._playing = False
        self._track: Track | None = None
        self._seconds = 0.0
        self._told.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self._outputs = outputs or SoundDevices()
        self._feeder = self._new_feeder(None)
        self._started = False
        self._watchdog = QTimer(self, singleShot=True, interval=_LOOK)
        self._watchdog.timeout.connect(self._look_after_device)
        self._timer = QTimer(self, interval=_FRAME, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    @property
    def track(self) -> Track | None:
        """What was asked for last, at once."""
        return self._track

    @property
    def playing(self) -> bool:
        """What was asked for last, at once; the sound follows within milliseconds."""
        return self._playing

    @property
    def position(self) -> float:
        """Seconds from the take's start that are heard now."""
        if self.snapshot.serial < self._serial:
            return self._seconds
        now = self._feeder.now
        return now.frame(self._clock()) / now.rate

    @property
    def duration(self) -> float:
        """Seconds; of a take that grows, the length that it will have."""
        shown, track = self.snapshot, self._track
        if track is None:
            return 0.0
        same = shown.track is not None and shown.track.path == track.path
        known = shown.frames / shown.rate if same else 0.0
        return max(known, track.seconds) if track.growing or not known else known

    def load(self, track: Track | None, *, at: float = 0.0, play: bool = True) -> None:
        """Take up another take from ``at`` seconds on; None: none."""
        if track is not None and self._track is not None and track.id != self._track.id:
            self._set_compared(self._track)
        self._track, self._playing, self._seconds = track, play and track is not None, at
        self._set_loop(None)
        self._feeder.load(self._next(), track, at, play=play)
        self._show()

    def switch(self, track: Track) -> None:
        """Another take at the same position, without a gap: for comparing two."""
        if self._track is None:
            self.load(track)
            return
        self._seconds = self.position
        if track.id != self._track.id:
            self._set_compared(self._track)
        self._track = track
        self._feeder.switch(self._next(), track)
        self._show()

    def swap(self) -> None:
        """Back and forth between this take and the one before it (A/B), at the same loudness as
        far as it is known: the louder one is lowered until it is loaded again."""
        if self.compared is not None:
            heard = self._track
            self.switch(self.compared.beside(heard) if heard is not None else self.compared)

    def play(self) -> None:
        if self._track is None or self._playing:
            return
        if self._broken:  # its file may be there again: a disk comes back
            self.load(self._track, at=self._seconds)
        else:
            self._seconds, self._playing = self.position, True
            self._feeder.play(self._next())
            self._show()

    def pause(self) -> None:
        if self._playing:
            self._seconds, self._playing = self.position, False
            self._feeder.pause(self._next())
            self._show()

    def toggle(self) -> None:
        if self._playing:
            self.pause()
        else:
            self.play()

    def stop(self) -> None:
        """Put the take away and give the device back."""
        self.load(None, play=False)

    def seek(self, seconds: float) -> None:
        if self._track is not None:
            self._seconds = min(max(seconds, 0.0), self.duration)
            self._feeder.seek(self._next(), self._seconds)
            self.position_changed.emit(self._seconds)

    def nudge(self, seconds: float) -> None:
        """Seek from here: forward, or backward where negative."""
        self.seek(self.position + seconds)

    def set_loop(self, region: tuple[float, float] | None) -> None:
        """Repeat from the first to the second time, in seconds; None: play on."""
        self._set_loop(region)
        self._feeder.set_loop(self._current(), region)

    def set_volume(self, volume: float) -> None:
        """As a fader stands, 0 to 1; 1 leaves the samples as they are."""
        self.volume = min(max(volume, 0.0), 1.0)
        self.muted = False
        self._set_gain()

    def set_muted(self, muted: bool) -> None:
        self.muted = muted
        self._set_gain()

    def set_output(self, device_id: str | None) -> None:
        """Play through this device; None: the system's choice. Music that plays goes on."""
        self.device = device_id
        self._feeder.set_output(self._current(), device_id)

    def find_devices(self) -> None:
        """Look which outputs there are; ``changed`` brings them in ``snapshot.devices``."""
        self._feeder.find_devices(self._current())

    def follow(self, changes: Sequence[Change]) -> None:
        """Keep up with the job that is heard: its preview becomes its take, or grows no more, and
        its name may change; and with the one that it is compared with."""
        for change in changes:
            if self.compared is not None and change.job.id == self.compared.id:
                self._set_compared(None if change.removed else Track.of(change.job))
            playing = self._track
            if playing is None or change.job.id != playing.id:
                continue
            fresh = Track.of(change.job)
            if change.removed:
                self.stop()
            elif fresh is not None and fresh.path != playing.path:
                self.switch(replace(fresh, trim=playing.trim))
            elif change.job.status.final and playing.growing:
                self._feeder.stop_growing(self._current())
            if self._track is not None and self._track.title != change.job.name:
                self._track = replace(self._track, title=change.job.name)
                self._show()

    def close(self) -> None:
        """Fall silent and end the playback thread; call it before the program ends."""
        self._timer.stop()
        self._watchdog.stop()
        if self._started:
            self._feeder.close(timeout=2.0)

    @property
    def _broken(self) -> bool:
        """What is in the player could not be read."""
        shown = self.snapshot
        return shown.serial == self._serial and shown.state is State.EMPTY and bool(shown.problem)

    @property
    def _gain(self) -> float:
        """Linear. The cube of the fader's way is close to how loudness is heard."""
        return 0.0 if self.muted else self.volume**3

    def _current(self) -> int:
        """The serial of the last verb that moved something; wakes the thread if it sleeps still."""
        if not self._started:
            self._started = True
            self._feeder.start()
        if not self._watchdog.isActive():
            self._watchdog.start()
        return self._serial

    def _next(self) -> int:
        """The serial of a verb that moves something: what is told of earlier ones is stale."""
        self._serial = self._current() + 1
        return self._serial

    def _new_feeder(self, after: Feeder | None) -> Feeder:
        return Feeder(
            self._outputs,
            self._told.emit,
            gain=self._gain,
            device=self.device,
            clock=self._clock,
            after=after,
        )

    def _look_after_device(self) -> None:
        """Look again for as long as something is asked of the device."""
        if self._feeder.hung >= _HANGS:
            self._leave_device()
        elif self._playing or self._feeder.hung:
            self._watchdog.start()

    def _leave_device(self) -> None:
        """The device hangs, and the playback thread in it: go on without both."""
        track, playing, loop = self._track, self._playing, self.loop
        self._seconds = self.position
        self._feeder.abandon()
        self._feeder = self._new_feeder(self._feeder)
        self._feeder.start()
        self._levels.begin_anew()
        self._feeder.load(self._next(), track, self._seconds, play=playing)
        self._feeder.set_loop(self._serial, loop)
        hung = Notice.of(problems.hung(self.snapshot.output), key="player")
        self.noticed.emit(replace(hung, level=Level.CAUTION))

    def _take(self, told: Snapshot) -> None:
        """What the playback thread tells, on this thread."""
        if told.serial < self._serial:
            return
        before, self.snapshot = self.snapshot, told
        self._playing = told.state in (State.PLAYING, State.WAITING)
        # Told again where it was asked for again: an earlier notice may be gone by now.
        again = told.state is State.EMPTY and told.serial != before.serial
        if told.problem is not None and (again or told.problem != before.problem):
            level = Level.BAD if told.state is State.EMPTY else Level.CAUTION
            self.noticed.emit(replace(Notice.of(told.problem, key="player"), level=level))
        self._show()
        if told.state is State.ENDED and before.state is not State.ENDED and told.track:
            self.finished.emit(told.track.id)

    def _show(self) -> None:
        """Tell the window how it stands, and watch the clock for as long as something moves."""
        self.changed.emit(self.snapshot)
        self.position_changed.emit(self.position)
        if self._playing and not self._timer.isActive():
            self._levels.begin(self._feeder.now, self._clock())
            self._timer.start()

    def _tick(self) -> None:
        moment = self._clock()
        if self._playing:
            self.position_changed.emit(self.position)
        for readings in self._levels.look(self._feeder.now, moment, playing=self._playing):
            self.levels_changed.emit(readings)
        if self._levels.at_rest:
            self._timer.stop()

    def _set_loop(self, region: tuple[float, float] | None) -> None:
        if region != self.loop:
            self.loop = region
            self.loop_changed.emit(region)

    def _set_compared(self, track: Track | None) -> None:
        if track != self.compared:
            self.compared = track
            self.compare_changed.emit(track)

    def _set_gain(self) -> None:
        self._feeder.set_gain(self._current(), self._gain)
        self.volume_changed.emit(self.volume)
