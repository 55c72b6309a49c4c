"""What the list says of a job, in the musician's words; to the eye and to the screen reader."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from engine.jobs import LOCAL, Job, Status, Step
from ui.shared.text import clock, tidy

__all__ = ["DOT", "announcement", "facts", "meta", "model_name", "place_name", "steps", "time_left"]

DOT = " · "
"""Between the facts of a line."""


def _tr(text: str, n: int = -1) -> str:
    return QCoreApplication.translate("Queue", text, None, n)


def model_name(model: str) -> str:
    """A model's id as it is spoken of.

    >>> model_name("sketch"), model_name("facebook/musicgen-small")
    ('Sketch', 'MusicGen small')
    """
    words = model.rsplit("/", 1)[-1].replace("_", "-").split("-")
    first = "MusicGen" if words[0].lower() == "musicgen" else words[0].capitalize()
    return " ".join([first, *words[1:]])


def place_name(place: str) -> str:
    return _tr("this computer") if place == LOCAL else place


def meta(job: Job) -> str:
    """The second line of a row whose job has begun or ended."""
    if job.status is Status.FAILED:
        return _failure(job)
    if job.status is Status.CANCELLED:
        return _tr("cancelled")
    if job.status is Status.COMPLETED:
        return facts(job)
    parts = [place_name(job.place)]
    if job.attempt > 1:
        parts.append(_tr("attempt %1").replace("%1", str(job.attempt)))
    if job.preview is not None:
        parts.append(_tr("listen while it grows"))
    else:
        parts.append(model_name(job.request.model))
    return DOT.join(parts)


def facts(job: Job) -> str:
    """Tempo, key, model and seed of a take, as far as they are known."""
    take = job.take
    parts = []
    if take is not None and take.kept is False:
        parts.append(_tr("rejected"))
    if take is not None and take.tempo:
        parts.append(f"{tidy(take.tempo)} bpm")
    if take is not None and take.key:
        parts.append(take.key.replace("#", "♯"))
    parts.append(model_name(job.request.model))
    if job.place != LOCAL:
        parts.append(_tr("on %1").replace("%1", job.place))
    parts.append(_tr("seed %1").replace("%1", str(job.request.seed)))
    return DOT.join(parts)


def waiting(job: Job, number: int, starts_in: float | None, *, paused: bool) -> str:
    """The second line of a waiting row: its place, and when it begins if that is known."""
    parts = [_tr("paused") if paused else _tr("waiting")]
    if number == 1:
        parts.append(_tr("next"))
    elif number:
        parts.append(_ordinal(number))
    if job.depends_on is not None:
        parts.append(_tr("after the one it builds on"))
    elif job.when_idle:
        parts.append(_tr("when nothing else waits"))
    elif starts_in is not None and not paused:
        parts.append(_tr("starts in %1").replace("%1", clock(starts_in)))
    if job.place != LOCAL:
        parts.append(_tr("on %1").replace("%1", job.place))
    return DOT.join(parts)


def retrying(seconds: float) -> str:
    return _tr("waiting") + DOT + _tr("tries again in %1").replace("%1", clock(max(0, seconds)))


def steps(step: Step) -> tuple[tuple[str, bool], ...]:
    """The steps on the way to a take, and whether each is the current one."""
    first = _tr("loading model") if step is Step.LOADING_MODEL else _tr("prompt")
    return (
        (first, step in (Step.QUEUED, Step.LOADING_MODEL, Step.ENCODING_PROMPT)),
        (_tr("generating"), step is Step.GENERATING),
        (_tr("saving"), step is Step.SAVING),
    )


def time_left(job: Job, *, paused: bool) -> str:
    """Measured progress of a running job, and the time left once there is a rate."""
    if job.cancelling:
        return _tr("cancelling…")
    if paused:
        return _tr("paused") + DOT + _percent(job)
    if job.eta_seconds is None:
        return _percent(job)
    return _percent(job) + DOT + _tr("%1 left").replace("%1", clock(job.eta_seconds))


def announcement(job: Job, second_line: str) -> str:
    """The row in one sentence, for the screen reader."""
    parts = [job.name]
    if job.cancelling:
        parts.append(_tr("cancelling…"))
    elif job.status is Status.PROCESSING:
        step = next((name for name, current in steps(job.step) if current), "")
        parts += [step, _percent(job)]
    elif job.status is Status.FAILED:
        parts += [_tr("failed"), _failure(job)]
    elif job.status is Status.COMPLETED and job.take is not None:
        parts += [_tr("take"), clock(job.take.duration)]
        if job.take.stars:
            parts.append(_tr("%n star(s)", job.take.stars))
        if job.take.kept:
            parts.append(_tr("kept"))
        parts.append(second_line)
    else:
        parts.append(second_line)
    return ", ".join(part for part in parts if part)


def _failure(job: Job) -> str:
    if job.error is None:
        return _tr("failed")
    return " ".join(filter(None, (_tr(job.error.message), _tr(job.error.hint))))


def _percent(job: Job) -> str:
    return f"{int(job.progress * 100)} %"


def _ordinal(number: int) -> str:
    """1st, 2nd, 3rd …; a translation says how its language counts."""
    ending = (
        "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    )
    return _tr("%1" + ending).replace("%1", str(number))
