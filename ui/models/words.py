"""What the window says of a model and of its download."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.models import ModelEntry, ModelProgress
from ui.compose.models import ModelOption
from ui.shared.text import clock, size

__all__ = ["abilities", "about", "as_option", "download_state", "licence"]

translate = QCoreApplication.translate  # so that the texts are found for translation

_USUAL_SPEED = 50e6 / 8
"""Bytes a second of an ordinary connection: 50 Mbit/s."""


def about(entry: ModelEntry) -> str:
    """Its sizes; and how long a download takes, while it is not here."""
    parts = []
    if entry.installed and not entry.built_in:
        parts.append(
            translate("Models", "{size} on the disk").format(size=size(entry.present_bytes))
        )
    elif entry.download_bytes:
        minutes = max(1, round(entry.download_bytes / _USUAL_SPEED / 60))
        parts.append(
            translate("Models", "about {size} to download").format(size=size(entry.download_bytes))
        )
        parts.append(translate("Models", "{minutes} min at 50 Mbit/s").format(minutes=minutes))
    if entry.memory_bytes:
        parts.append(
            translate("Models", "about {size} of memory").format(size=size(entry.memory_bytes))
        )
    return " · ".join(parts)


def abilities(entry: ModelEntry) -> str:
    words = {
        "text": translate("Models", "follows a prompt"),
        "melody": translate("Models", "follows a melody"),
        "continuation": translate("Models", "goes on from audio"),
        "style": translate("Models", "follows a style"),
        "stereo": translate("Models", "stereo"),
        "loop": translate("Models", "seamless loops"),
    }
    return " · ".join(word for ability, word in words.items() if ability in entry.abilities)


def licence(entry: ModelEntry) -> str:
    """Its licence, and what that forbids."""
    if entry.commercial:
        return translate("Models", "What you make with it is yours.")
    if entry.commercial is None:
        return translate(
            "Models", "Its licence is not known here: read it on the model's page first."
        )
    return translate(
        "Models", "Licence {name}: music made with it may be shared with credit, but not sold."
    ).format(name=entry.licence)


def download_state(progress: ModelProgress) -> str:
    """How far it is, how fast, and how long yet."""
    if progress.phase != "downloading":
        waiting = {
            "asking": translate("Models", "Asking the hub…"),
            "checking": translate("Models", "Checking what is here…"),
            "waiting": translate("Models", "The connection broke; trying again…"),
        }
        return waiting[progress.phase]
    parts = [
        translate("Models", "{done} of {total}").format(
            done=size(progress.done), total=size(progress.total)
        )
    ]
    if progress.speed:
        parts.append(f"{size(progress.speed)}/s")
    if progress.seconds_left is not None:
        parts.append(translate("Models", "{time} left").format(time=clock(progress.seconds_left)))
    return " · ".join(parts)


def as_option(entry: ModelEntry) -> ModelOption:
    """What the picker and Compose need to know of it."""
    return ModelOption(
        entry.id,
        entry.name,
        licence="" if entry.built_in else entry.licence,
        size_bytes=0 if entry.built_in else entry.present_bytes,
        installed=entry.installed,
        follows_melody="melody" in entry.abilities,
        continues="continuation" in entry.abilities,
        samples=not entry.built_in,
        loops="loop" in entry.abilities,
    )
