"""What the musician wants done with rows: announced here, done elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal, SignalInstance

from engine.jobs import Failure, Job, Status, Step

__all__ = ["Intents", "growing", "playable"]


def playable(job: Job) -> bool:
    """Whether there is something to hear: a take, or what has grown of one."""
    return job.take is not None or (job.preview is not None and not job.status.final)


def growing(job: Job) -> bool:
    """Whether music is being made for it now, so that it can be stopped where it is."""
    running = job.status is Status.PROCESSING and not job.cancelling
    return running and job.step is Step.GENERATING and job.ends_early


class Intents(QObject):
    """Signals for whoever does it; methods for the mouse, the keys and the menu alike.

    Each method leaves out the jobs that it makes no sense for.
    """

    play_requested = Signal(str)
    """Play this job from where it stands, or pause it."""
    seek_requested = Signal(str, float)
    """Play this job from so many seconds on."""
    nudge_requested = Signal(float)
    """Move what plays by so many seconds."""
    pause_requested = Signal()
    """Pause what plays, or go on."""
    compare_requested = Signal()
    """Play what was heard before, at the same position (A/B)."""
    repeat_requested = Signal()
    """Repeat what plays, or repeat it no more."""
    cancel_requested = Signal(list)
    stop_requested = Signal(list)
    """Growing ones: what they have is the whole take."""
    retry_requested = Signal(list)
    delete_requested = Signal(list)
    """Lists of job ids."""
    move_requested = Signal(list, object)
    """Waiting jobs' ids, and the id of the one that they go before; None: to the end."""
    annotate_requested = Signal(list, dict)
    """Ids of jobs, and the fields that they should all have: name, stars or kept."""
    selected = Signal(object)
    """The current row's Job, also whenever it changes; None: none."""
    opened = Signal(Job)
    again_requested = Signal(Job)
    """Compose should show this job's request."""
    extend_requested = Signal(Job)
    """Compose should go on from this take's end."""
    branch_requested = Signal()
    """Compose should go on from where the playhead is."""
    reveal_row_requested = Signal(str)
    """Bring this job's row into sight."""
    edit_requested = Signal(Job)
    """Compose should change this job, which still waits."""
    export_requested = Signal(list)
    """list[Job], all with a take."""
    reveal_requested = Signal(Job)
    """Show the take's file in the file manager."""
    failed = Signal(Failure)

    def play(self, job: Job) -> None:
        if playable(job):
            self.play_requested.emit(job.id)

    def cancel(self, jobs: Sequence[Job]) -> None:
        _emit(self.cancel_requested, [job.id for job in jobs if not job.status.final])

    def stop_here(self, jobs: Sequence[Job]) -> None:
        _emit(self.stop_requested, [job.id for job in jobs if growing(job)])

    def retry(self, jobs: Sequence[Job]) -> None:
        again = (Status.FAILED, Status.CANCELLED)
        _emit(self.retry_requested, [job.id for job in jobs if job.status in again])

    def delete(self, jobs: Sequence[Job]) -> None:
        _emit(self.delete_requested, [job.id for job in jobs])

    def rate(self, jobs: Sequence[Job], stars: int) -> None:
        """0 to 5; those that have so many already lose them."""
        takes = [(job.id, job.take) for job in jobs if job.take is not None]
        if all(take.stars == stars for _, take in takes):
            stars = 0
        self._annotate([id_ for id_, take in takes if take.stars != stars], {"stars": stars})

    def decide(self, jobs: Sequence[Job], *, keep: bool) -> None:
        """Keep or reject; what is kept or rejected already becomes undecided."""
        takes = [(job.id, job.take) for job in jobs if job.take is not None]
        kept = None if all(take.kept is keep for _, take in takes) else keep
        self._annotate([id_ for id_, take in takes if take.kept is not kept], {"kept": kept})

    def _annotate(self, ids: list[str], fields: dict[str, object]) -> None:
        if ids:
            self.annotate_requested.emit(ids, fields)

    def move(self, jobs: Sequence[Job], before: str | None) -> None:
        ids = [job.id for job in jobs if job.status is Status.PENDING]
        if ids and before not in ids:
            self.move_requested.emit(ids, before)


def _emit(signal: SignalInstance, ids: list[str]) -> None:
    if ids:
        signal.emit(ids)
