"""What is told of a sound device that is not as it should be."""

from __future__ import annotations

from app.playback.output import OutputLost
from engine.jobs import Failure

__all__ = ["another", "hung", "lost", "no_sound"]


def no_sound(error: OutputLost) -> Failure:
    return Failure(
        "no_sound_device",
        "No sound device can be used, so takes play in silence.",
        "Connect one, then choose it under the loudspeaker.",
        str(error),
    )


def another(name: str) -> Failure:
    return Failure(
        "sound_device_missing",
        "The sound device that you chose is not there, so takes play through another.",
        "Connect it and choose it again under the loudspeaker.",
        name,
    )


def lost(error: OutputLost) -> Failure:
    return Failure(
        "sound_device_lost",
        "The sound device went away; the take goes on in silence.",
        "Choose another under the loudspeaker.",
        str(error),
    )


def hung(name: str) -> Failure:
    return Failure(
        "sound_device_hangs",
        "The sound device does not answer any more; the take goes on in silence.",
        "Choose one under the loudspeaker to try again.",
        name,
    )
