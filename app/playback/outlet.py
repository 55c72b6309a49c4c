"""The outlet: the output that blocks go to, and which one that is to be.

Where the wanted device can't be had it is the system's choice, and where there is none, silence.
"""

from __future__ import annotations

from app.playback import problems
from app.playback.output import Output, OutputDevice, OutputLost, Outputs, SilentOutput
from app.playback.watch import Watch, Watched
from engine.jobs import Failure

__all__ = ["Outlet"]


class Outlet:
    """Lives on the playback thread."""

    def __init__(self, outputs: Outputs, watch: Watch, *, device: str | None, held: bool) -> None:
        """``device``: the wanted one, None for the system's choice; ``held``: an earlier outlet's
        device hangs, so touch none until one is chosen."""
        self.output: Output = SilentOutput()
        self.opened = False
        """Whether a device was asked for since the last release; silence may have come of it."""
        self._outputs = outputs
        self._watch = watch
        self._wanted = device
        self._held = held
        self._rescans = not held  # PortAudio looks anew only while no stream of it is open

    @property
    def silent(self) -> bool:
        """Whether blocks go nowhere though a device was asked for."""
        return self.opened and self.output.silent

    def devices(self) -> tuple[OutputDevice, ...] | None:
        """Those that there are; None: none may be touched, not even to look."""
        if self._held:
            return None
        rescan = self._rescans and self.output.silent
        with self._watch:
            return tuple(self._outputs.devices(rescan=rescan))

    def choose(self, device: str | None) -> None:
        """From the next ``open`` on; None: the system's choice."""
        self._wanted, self._held = device, False
        self.release()

    def open(self, native_rate: int, rate: int) -> tuple[int, Failure | None]:
        """Have an output for frames at ``native_rate`` Hz, or a silent one at ``rate``; the rate
        that it runs at, and what is to be told of it."""
        self.opened = True
        problem = None
        for device in () if self._held else dict.fromkeys((self._wanted, None)):
            try:
                with self._watch:
                    made = self._outputs.make(device)
                self.output = Watched(made, self._watch)
                runs_at = self.output.open(native_rate)
            except OutputLost as error:
                problem = problems.no_sound(error)
            else:
                as_wanted = device == self._wanted
                return runs_at, None if as_wanted else problems.another(self.output.name)
        self.output = SilentOutput()
        return self.output.open(rate), problem

    def lose(self, rate: int) -> None:
        """The device went away: silence in its place, which runs at ``rate`` Hz."""
        self.output.close()
        self.output = SilentOutput()
        self.output.open(rate)

    def release(self) -> None:
        """Give the device back; the next ``open`` takes it again."""
        self.output.close()
        self.output, self.opened = SilentOutput(), False
