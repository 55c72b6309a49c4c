"""Takes under way, shown in the terminal: a bar for each that runs, a line for each that ended."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Column
from rich.text import Text

from engine.jobs import Job, Status, Step, Take

__all__ = ["TakeBars"]

_STEPS = {
    Step.QUEUED: "waiting",
    Step.LOADING_MODEL: "loading the model",
    Step.ENCODING_PROMPT: "reading the prompt",
    Step.GENERATING: "generating",
    Step.SAVING: "saving",
}
_MARKS = {
    Status.COMPLETED: ("✓", "green"),
    Status.FAILED: ("✗", "red"),
    Status.CANCELLED: ("–", "yellow"),
}


class TakeBars:
    """Shows snapshots of jobs. ``with`` draws and removes the bars; without a terminal there are
    the lines only."""

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._progress = Progress(
            TextColumn("{task.description}", markup=False, table_column=Column(max_width=40)),
            BarColumn(bar_width=30),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[state]}", markup=False, style="dim"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}
        self._ended = 0
        self._total = total

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def show(self, job: Job) -> None:
        """Take a new snapshot."""
        if job.status.final:
            self._end(job)
        elif job.status is Status.PROCESSING:
            if job.id not in self._tasks:
                name = " ".join(job.name.split())
                self._tasks[job.id] = self._progress.add_task(name, total=1.0, state="")
            state = _state(job)
            self._progress.update(self._tasks[job.id], completed=job.progress, state=state)
        elif job.id in self._tasks:  # it waits for its next try
            self._progress.update(self._tasks[job.id], state="waiting to try again")

    def _end(self, job: Job) -> None:
        if job.id in self._tasks:
            self._progress.remove_task(self._tasks.pop(job.id))
        self._ended += 1
        mark, colour = _MARKS[job.status]
        facts = Text()
        if job.take is not None:
            facts.append(f"  {_facts(job, job.take)}", "dim")
            if job.take.not_understood:
                facts.append(f"  not understood: {', '.join(job.take.not_understood)}", "yellow")
        if self._total > 1:
            facts.append(f"  {self._ended} of {self._total}", "dim")
        name = Text(" ".join(job.name.split()))
        if self._console.is_terminal:  # one line each, as far as the name can give way
            room = self._console.width - facts.cell_len - 2
            name.truncate(max(room, 20), overflow="ellipsis")
        self._console.print(Text.assemble((f"{mark} ", colour), name, facts), soft_wrap=True)


def _state(job: Job) -> str:
    step = _STEPS.get(job.step, "")
    if job.eta_seconds is None:
        return step
    return f"{step}, {_clock(job.eta_seconds)} left"


def _facts(job: Job, take: Take) -> str:
    facts = [_clock(take.duration)]
    if take.tempo:
        facts.append(f"{take.tempo:g} bpm")
    if take.key:
        facts.append(take.key)
    return " · ".join([*facts, f"seed {job.request.seed}"])


def _clock(seconds: float) -> str:
    """Minutes and seconds: "0:16"."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
