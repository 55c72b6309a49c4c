"""The brief: what a prompt asks for, as far as it was understood."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Brief", "Mood"]


@dataclass(frozen=True, slots=True)
class Mood:
    """All moods of the prompt together; each -1 to 1, 0 when nothing was said."""

    valence: float = 0.0
    """Sad or dark to happy."""
    arousal: float = 0.0
    """Still to wild."""
    bright: float = 0.0
    """Dark or warm sound to bright."""
    space: float = 0.0
    """Dry and near to far and wide."""
    asked: bool = False
    """Whether any mood was named."""


@dataclass(frozen=True, slots=True)
class Brief:
    """None or empty means: not said, the style and the seed decide."""

    styles: tuple[str, ...] = ()
    """Names of styles, the one that rules first."""
    tempo: float | None = None
    """Felt beats per minute, as stated."""
    pace: tuple[float, float] | None = None
    """A range of tempo that was said in words ("andante")."""
    speed: float = 0.0
    """-1 slower to 1 faster than the style is used to."""
    tonic: str | None = None
    mode: str | None = None
    meter: str | None = None
    mood: Mood = field(default_factory=Mood)
    wanted: tuple[tuple[str, ...], ...] = ()
    """Instruments, in the prompt's order; each as alternatives, the usual one first."""
    unwanted: frozenset[str] = frozenset()
    """Instruments and roles."""
    only: bool = False
    """Nothing but the wanted instruments plays."""
    drums: bool | None = None
    """True when drums were asked for."""
    loop: bool = False
    ending: str | None = None
    """"chord" or "fade"."""
    not_understood: tuple[str, ...] = ()
