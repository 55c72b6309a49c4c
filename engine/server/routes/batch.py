"""Several takes at once: all are queued, or none."""

from __future__ import annotations

from fastapi import APIRouter, Response

from engine.server.callers import AnyCaller
from engine.server.problems import may_fail
from engine.server.routes.jobs import IdempotencyKey
from engine.server.service import TheService
from engine.server.submitting import submit
from engine.wire import Batch, BatchAccepted

__all__ = ["router"]

router = APIRouter(tags=["jobs"])

USUAL_SPEED = 1.0
"""Seconds of music per second of work, until it is measured."""


@router.post(
    "/generate/batch",
    status_code=202,
    response_model=BatchAccepted,
    responses=may_fail(400, 401, 403, 408, 413, 422, 429, 503),
)
async def generate_batch(
    body: Batch,
    response: Response,
    caller: AnyCaller,
    service: TheService,
    key: IdempotencyKey = None,
) -> BatchAccepted:
    """Queue up to ten takes in one go. All of them, or none."""
    jobs = await submit(service, caller, body.requests, response, key, place="requests.{}.")
    speed = (await service.engine.dispatcher.status()).speed or USUAL_SPEED
    return BatchAccepted(
        job_ids=[job.id for job in jobs],
        total_jobs=len(jobs),
        estimated_total_time_seconds=round(sum(job.request.duration for job in jobs) / speed, 1),
    )
