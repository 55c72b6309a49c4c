"""The sound card, by PortAudio. The only module that imports sounddevice, and only when needed:
initialising PortAudio takes 100 ms and more."""

from __future__ import annotations

import atexit
from types import ModuleType
from typing import TYPE_CHECKING, Any

from app.playback.output import CHANNELS, Output, OutputDevice, OutputLost

if TYPE_CHECKING:
    from app.playback.frames import Frames

__all__ = ["SoundDevices"]

_LATENCY = 0.12
"""Seconds of buffer asked of the device: longer than the window's thread ever holds the
interpreter's lock, short enough that switching between two takes feels immediate."""


class SoundDevices:
    """Every device that PortAudio knows."""

    def devices(self, *, rescan: bool) -> list[OutputDevice]:
        try:
            sd = _sounddevice()
        except OutputLost:
            return []
        try:
            if rescan:
                # PortAudio lists devices once; there is no public call to look again.
                sd._terminate()  # noqa: SLF001
                sd._initialize()  # noqa: SLF001
            return _outputs(sd)
        except sd.PortAudioError:
            return []

    def make(self, device_id: str | None) -> Output:
        return _SoundDeviceOutput(_sounddevice(), device_id)


class _SoundDeviceOutput:
    """A PortAudio stream that is written to, in float32."""

    silent = False

    def __init__(self, sd: ModuleType, device_id: str | None) -> None:
        self._sd = sd
        self._device = device_id
        self._stream: Any = None
        self._capacity = 0
        self._last_pending = 0
        self.name = device_id or ""

    def open(self, rate: int) -> int:
        self.close()
        try:
            found = self._sd.query_devices(self._device, "output")
            self.name = found["name"]
            if not self._takes(rate):
                rate = int(found["default_samplerate"])
            self._stream = self._sd.OutputStream(
                samplerate=rate,
                blocksize=0,
                device=self._device,
                channels=CHANNELS,
                dtype="float32",
                latency=max(_LATENCY, found["default_high_output_latency"]),
            )
            self._stream.start()
            self._capacity = self._stream.write_available
        except (self._sd.PortAudioError, ValueError) as error:
            self.close()
            raise OutputLost(str(error)) from error
        return rate

    def write(self, block: Frames) -> None:
        try:
            if self._stands():
                self._stream.start()
            self._stream.write(block)
        except self._sd.PortAudioError as error:
            raise OutputLost(str(error)) from error

    def pending(self) -> int:
        if self._stream is None or self._stands():
            return 0
        try:
            self._last_pending = max(0, self._capacity - self._stream.write_available)
        except self._sd.PortAudioError:
            # The device is gone; the next write will say so.
            return self._last_pending
        return self._last_pending

    def drop(self) -> None:
        if self._stream is not None and not self._stands():
            # Errors of a vanished device are told by the next write.
            self._stream.abort(ignore_errors=True)

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close(ignore_errors=True)
            self._stream = None

    def _stands(self) -> bool:
        """Whether the stream is stopped; one whose device is gone does not even know that."""
        try:
            return bool(self._stream.stopped)
        except self._sd.PortAudioError:
            return False

    def _takes(self, rate: int) -> bool:
        try:
            self._sd.check_output_settings(self._device, CHANNELS, "float32", samplerate=rate)
        except self._sd.PortAudioError:
            return False
        return True


def _outputs(sd: ModuleType) -> list[OutputDevice]:
    apis = sd.query_hostapis()
    default = sd.default.device["output"]
    if default < 0 and apis:
        default = apis[0]["default_output_device"]
    found = []
    for device in sd.query_devices():
        if device["max_output_channels"] > 0:
            name, api = device["name"], apis[device["hostapi"]]["name"]
            label = f"{name} ({api})" if len(apis) > 1 else name
            found.append(OutputDevice(f"{name}, {api}", label, device["index"] == default))
    return found


def _sounddevice() -> ModuleType:
    try:
        import sounddevice
    except OSError as error:  # no PortAudio library on this machine
        raise OutputLost(str(error)) from error
    # Streams are closed when the player is; PortAudio's own farewell would wait for ever for a
    # sound server that hangs, and the program would never end.
    atexit.unregister(sounddevice._exit_handler)  # noqa: SLF001
    module: ModuleType = sounddevice
    return module
