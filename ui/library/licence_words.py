"""What the window says of takes that must not be sold, where they leave the studio."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from engine.jobs import Job
from engine.licences import forbids_sale
from ui.shared.text import breakable

__all__ = ["line", "notice", "restriction"]

translate = QCoreApplication.translate  # so that the texts are found for translation

_NAMED = 3
"""Takes that are told by name."""


def restriction(job: Job) -> str:
    """The licence under which its take must not be sold; empty where there is none."""
    return forbids_sale(job.take.licence) if job.take is not None else ""


def line(jobs: Sequence[Job]) -> str:
    """Which of these takes must not be sold, and why; empty where all may."""
    bound = [job for job in jobs if restriction(job)]
    if not bound:
        return ""
    if len(bound) < len(jobs):
        text = translate(
            "Licences",
            "{some} of {all} takes must not be sold or used commercially ({licence}): {names}",
        )
    elif len(jobs) > 1:
        text = translate("Licences", "These takes must not be sold or used commercially: {licence}")
    else:
        text = translate("Licences", "This take must not be sold or used commercially: {licence}")
    names = [job.name for job in bound[:_NAMED]] + ["…"] * (len(bound) > _NAMED)
    return breakable(
        text.format(
            some=len(bound),
            all=len(jobs),
            licence=", ".join(dict.fromkeys(map(restriction, bound))),
            names=", ".join(names),
        )
    )


def notice(job: Job) -> str:
    """Of one such take, and how to find all."""
    text = translate(
        "Licences",
        "“{name}” must not be sold or used commercially: {licence}. "
        "A search for {term} shows all such takes.",
    )
    return text.format(name=job.name, licence=restriction(job), term="licence:nc")
