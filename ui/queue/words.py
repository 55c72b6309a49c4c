"""What the list says of a job, in the musician's words; to the eye and to the screen reader."""

from __future__ import annotations

import re
from html import escape

from PySide6.QtCore import QCoreApplication

from engine.jobs import LOCAL, Choice, Job, Status, Step
from ui.shared.engine_words import in_own_words
from ui.shared.text import clock, tidy

__all__ = [
    "DOT",
    "announcement",
    "builds_on",
    "key_name",
    "meta",
    "model_name",
    "retrying",
    "steps",
    "time_left",
    "tip",
    "waiting",
]

translate = QCoreApplication.translate  # so that the texts are found for translation

DOT = " · "
"""Between the facts of a line."""
_BRIEF = 20
"""Characters of another take's name in a row."""


def model_name(model: str) -> str:
    """A model's id as it is spoken of.

    >>> model_name("sketch"), model_name("facebook/musicgen-small")
    ('Sketch', 'MusicGen small')
    """
    words = model.rsplit("/", 1)[-1].replace("_", "-").split("-")
    first = "MusicGen" if words[0].lower() == "musicgen" else words[0].capitalize()
    return " ".join([first, *words[1:]])


def place_name(place: str) -> str:
    return translate("Queue", "this computer") if place == LOCAL else place


def key_name(key: str) -> str:
    """A key with the signs of music.

    >>> key_name("Bb major"), key_name("F# minor")
    ('B♭ major', 'F♯ minor')
    """
    return re.sub("(?<=^[A-G])b", "♭", key).replace("#", "♯")


def builds_on(job: Job, source: str, *, briefly: bool = False) -> str:
    """How a job came of another, whose name is ``source``; ``briefly`` as a row has room for."""
    continues = job.request.continue_from is not None
    if briefly:
        brief = source if len(source) <= _BRIEF else f"{source[: _BRIEF - 1].rstrip(' ,')}…"
        text = translate("Queue", "from {name}") if continues else translate("Queue", "on {name}")
        return text.format(name=brief)
    if continues:
        return translate("Queue", "continuation of {name}").format(name=source)
    return translate("Queue", "on the melody of {name}").format(name=source)


def meta(job: Job, source: str = "") -> str:
    """The second line of a row whose job has begun or ended; ``source`` is the name of the take
    that it builds on."""
    if job.status is Status.FAILED:
        return _failure(job)
    if job.status is Status.CANCELLED:
        return translate("Queue", "cancelled")
    if job.status is Status.COMPLETED:
        return facts(job, source)
    parts = [place_name(job.place)]
    if job.meant_for is not None:
        parts = [_instead(job, job.meant_for)]
    if source:
        parts.insert(0, builds_on(job, source, briefly=True))
    if job.attempt > 1:
        parts.append(translate("Queue", "attempt %1").replace("%1", str(job.attempt)))
    if job.preview is not None:
        parts.append(translate("Queue", "listen while it grows"))
    elif job.meant_for is None:
        parts.append(model_name(job.request.model))
    return DOT.join(parts)


def facts(job: Job, source: str = "") -> str:
    """Tempo, key, origin, model and seed of a take, as far as they are known."""
    take = job.take
    parts = []
    if take is not None and take.kept is False:
        parts.append(translate("Queue", "rejected"))
    if take is not None and take.tempo:
        parts.append(f"{tidy(take.tempo)} bpm")
    if take is not None and take.key:
        parts.append(key_name(take.key))
    if source:
        parts.append(builds_on(job, source, briefly=True))
    if job.meant_for is not None:  # first: where there is little room, the last ones go
        parts.insert(0, _instead(job, job.meant_for))
    else:
        parts.append(model_name(job.request.model))
    if job.place != LOCAL:
        parts.insert(0, translate("Queue", "on %1").replace("%1", job.place))
    parts.append(translate("Queue", "seed %1").replace("%1", str(job.request.seed)))
    return DOT.join(parts)


def _instead(job: Job, meant: Choice) -> str:
    """Which model stands in for which server."""
    return translate("Queue", "{model} in place of {server}").format(
        model=model_name(job.request.model), server=meant.place
    )


def waiting(job: Job, number: int, starts_in: float | None, *, paused: bool) -> str:
    """The second line of a waiting row: its place, and when it begins if that is known."""
    parts = [translate("Queue", "paused") if paused else translate("Queue", "waiting")]
    if number == 1:
        parts.append(translate("Queue", "next"))
    elif number:
        parts.append(_ordinal(number))
    if job.depends_on is not None:
        parts.append(translate("Queue", "after the one it builds on"))
    elif job.when_idle:
        parts.append(translate("Queue", "when nothing else waits"))
    elif starts_in is not None and not paused:
        parts.append(translate("Queue", "starts in %1").replace("%1", clock(starts_in)))
    if job.place != LOCAL:
        parts.append(translate("Queue", "on %1").replace("%1", job.place))
    return DOT.join(parts)


def retrying(seconds: float) -> str:
    return (
        translate("Queue", "waiting")
        + DOT
        + translate("Queue", "tries again in %1").replace("%1", clock(max(0, seconds)))
    )


def steps(step: Step) -> tuple[tuple[str, bool], ...]:
    """The steps on the way to a take, and whether each is the current one."""
    first = {
        Step.QUEUED: translate("Queue", "queued"),  # on a server, behind others
        Step.LOADING_MODEL: translate("Queue", "loading model"),
    }.get(step, translate("Queue", "prompt"))
    return (
        (first, step in (Step.QUEUED, Step.LOADING_MODEL, Step.ENCODING_PROMPT)),
        (translate("Queue", "generating"), step is Step.GENERATING),
        (translate("Queue", "saving"), step is Step.SAVING),
    )


def time_left(job: Job, *, paused: bool) -> str:
    """Measured progress of a running job, and the time left once there is a rate."""
    if job.cancelling:
        return translate("Queue", "cancelling…")
    if paused:
        return translate("Queue", "paused") + DOT + _percent(job)
    if job.eta_seconds is None:
        return _percent(job)
    return _percent(job) + DOT + translate("Queue", "%1 left").replace("%1", clock(job.eta_seconds))


def tip(job: Job) -> str:
    """What has no room in the row, as rich text: the whole prompt, and why it failed."""
    lines = [job.name, job.request.prompt]
    if job.error is not None:
        lines += [_failure(job), job.error.detail]
    # A name is often its prompt's own words. Escaped, because a prompt may hold anything.
    shown = {line.casefold(): escape(line) for line in lines if line}
    return "".join(f"<p>{line}</p>" for line in shown.values())


def announcement(job: Job, second_line: str, source: str = "") -> str:
    """The row in one sentence, for the screen reader; ``source`` is the name of the take that it
    builds on."""
    parts = [job.name]
    if source:
        parts.append(builds_on(job, source))
    if job.cancelling:
        parts.append(translate("Queue", "cancelling…"))
    elif job.status is Status.PROCESSING:
        step = next((name for name, current in steps(job.step) if current), "")
        parts += [step, _percent(job)]
    elif job.status is Status.FAILED:
        parts += [translate("Queue", "failed"), _failure(job)]
    elif job.status is Status.COMPLETED and job.take is not None:
        parts += [translate("Queue", "take"), clock(job.take.duration)]
        if job.take.stars:
            parts.append(translate("Queue", "%1 of 5 stars").replace("%1", str(job.take.stars)))
        if job.take.kept:
            parts.append(translate("Queue", "kept"))
        parts.append(second_line)
    else:
        parts.append(second_line)
    return ", ".join(part for part in parts if part)


def _failure(job: Job) -> str:
    if job.error is None:
        return translate("Queue", "failed")
    return " ".join(filter(None, (in_own_words(job.error.message), in_own_words(job.error.hint))))


def _percent(job: Job) -> str:
    return f"{int(job.progress * 100)} %"


def _ordinal(number: int) -> str:
    """1st, 2nd, 3rd …; a translation says how its language counts."""
    pattern = {
        1: translate("Queue", "%1st"),
        2: translate("Queue", "%1nd"),
        3: translate("Queue", "%1rd"),
    }.get(0 if number % 100 in (11, 12, 13) else number % 10, translate("Queue", "%1th"))
    return pattern.replace("%1", str(number))
