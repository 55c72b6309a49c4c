"""Where things stand in a row, and what lies under the pointer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from PySide6.QtCore import QPoint, QRect

from engine.jobs import Job, Status

__all__ = ["ROW_HEIGHT", "STAR", "Kind", "Parts", "Zone", "kind_of", "parts_of", "zone_at"]

ROW_HEIGHT = 68
STAR = 13
"""From one star to the next."""
_EDGE = 16
_TEXT = 66  # left edge of the two lines
_WIDE = 600  # from this width on, there is room for stars
_REACH = 8  # around the round button, where a press still is for it
_NARROW = 500  # below this width, a small waveform stands beside the second line


class Kind(Enum):
    """Rows are laid out in four ways."""

    TAKE = auto()
    UNDER_WAY = auto()
    """Running."""
    WAITING = auto()
    STOPPED = auto()
    """Failed or cancelled: words in place of a waveform."""


class Zone(Enum):
    """What a press means, by where it falls."""

    ROW = auto()
    PLAY = auto()
    WAVE = auto()
    STARS = auto()
    CANCEL = auto()
    RETRY = auto()
    MENU = auto()


@dataclass(frozen=True, slots=True)
class Parts:
    """Rectangles within a row whose top left corner is (0, 0); null where there is no room."""

    play: QRect
    title: QRect
    second: QRect
    wave: QRect
    steps: QRect
    stars: QRect
    duration: QRect
    cancel: QRect
    retry: QRect
    menu: QRect


def kind_of(job: Job) -> Kind:
    if job.status is Status.PENDING:
        return Kind.WAITING
    if job.status is Status.PROCESSING:
        return Kind.UNDER_WAY
    return Kind.TAKE if job.take is not None else Kind.STOPPED


@lru_cache(maxsize=64)
def parts_of(width: int, kind: Kind, retry_width: int) -> Parts:
    """The parts of a row of ``width`` pixels; ``retry_width``: of the word on the button."""
    nothing = QRect()
    menu = QRect(width - _EDGE - 28, 18, 32, 32)
    right = menu.left() - 8
    duration = QRect(right - 48, 18, 48, 32)
    cancel = QRect(right - 32, 18, 32, 32)
    retry = QRect(right - retry_width - 24, 20, retry_width + 24, 28)
    wide, roomy = width >= _WIDE, width >= _NARROW
    stars = QRect(duration.left() - 5 * STAR - 16, 18, 5 * STAR, 32) if wide else nothing
    text_end = second_end = duration.left() - 8
    wave = steps = nothing
    if kind is Kind.STOPPED:
        text_end = second_end = retry.left() - _EDGE
    elif roomy:
        wave_end = (stars if wide else duration).left() - 18
        wave_start = max(_TEXT + 130, round(width * 0.414)) if wide else round(width * 0.5)
        text_end = second_end = wave_start - _EDGE
        wave = QRect(wave_start, 17, wave_end - wave_start, 34)
        if kind is Kind.UNDER_WAY:
            wave, steps = wave.adjusted(0, -2, 0, -14), QRect(wave.left(), 41, wave.width(), 18)
    elif kind is not Kind.WAITING:  # whose words need the room, and which has no sound yet
        wave_start = round(width * 0.545)
        second_end = wave_start - 12
        wave_end = cancel.left() - 8 if kind is Kind.UNDER_WAY else right
        wave = QRect(wave_start, 36, wave_end - wave_start, 18)
        if kind is Kind.TAKE:
            duration = QRect(right - 48, 14, 48, 21)
    return Parts(
        play=QRect(_EDGE, 17, 34, 34),
        title=QRect(_TEXT, 14, text_end - _TEXT, 21),
        second=QRect(_TEXT, 36, second_end - _TEXT, 18),
        wave=wave,
        steps=steps,
        stars=stars if kind is Kind.TAKE else nothing,
        duration=duration if kind is Kind.TAKE else nothing,
        cancel=cancel if kind in (Kind.UNDER_WAY, Kind.WAITING) else nothing,
        retry=retry if kind is Kind.STOPPED else nothing,
        menu=menu,
    )


def zone_at(parts: Parts, point: QPoint) -> Zone:
    """What lies at a point of the row."""
    zones = (
        (Zone.PLAY, parts.play.adjusted(-_REACH, -_REACH, _REACH, _REACH)),
        (Zone.MENU, parts.menu),
        (Zone.STARS, parts.stars),
        (Zone.CANCEL, parts.cancel),
        (Zone.RETRY, parts.retry),
        (Zone.WAVE, parts.wave),
    )
    return next((zone for zone, area in zones if area.contains(point)), Zone.ROW)
