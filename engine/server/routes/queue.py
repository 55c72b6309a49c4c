"""The whole queue: in figures, and who is before whom."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Request, Response

from engine.server.callers import AnyCaller
from engine.server.polling import NOT_CHANGED, IfNoneMatch, etagged
from engine.server.problems import may_fail
from engine.server.service import TheService
from engine.wire import QueueStats, QueueView, Waiting

__all__ = ["router"]

router = APIRouter(prefix="/queue", tags=["queue"])

MOST_SHOWN = 500


@router.get("/stats", response_model=QueueStats, responses=may_fail(401, 429, 503))
async def stats(_: AnyCaller, service: TheService) -> QueueStats:
    """The queue in figures. What waits, runs, and ended not long ago."""
    settings = service.settings
    now = service.jobs.figures(
        timedelta(hours=settings.finished_hours), timedelta(hours=settings.failed_hours)
    )
    return QueueStats(
        pending_jobs=now.pending,
        processing_jobs=now.processing,
        completed_jobs=now.completed,
        failed_jobs=now.failed,
        oldest_pending_job_age_seconds=_rounded(now.oldest_pending_seconds),
        average_processing_time_seconds=_rounded(now.average_processing_seconds),
    )


@router.get("", response_model=QueueView, responses=NOT_CHANGED | may_fail(401, 422, 429, 503))
async def waiting(
    request: Request, caller: AnyCaller, service: TheService, _: IfNoneMatch = None
) -> Response:
    """Everything that waits, in order. Of others' jobs only that they are there."""
    view = QueueView(
        waiting=[
            Waiting(
                queue_position=place,
                job_id=job.id if job.owner == caller.owner else None,
                prompt=job.request.prompt if job.owner == caller.owner else None,
                priority=job.priority,
                duration_seconds=job.request.duration,
            )
            for place, job in enumerate(service.jobs.waiting(MOST_SHOWN), 1)
        ]
    )
    return etagged(request, view)


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
