"""Several takes joined into one."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request, Response

from engine.errors import InvalidRequest, NotFound, Problem
from engine.jobs import Job
from engine.server.callers import AnyCaller, Caller
from engine.server.problems import may_fail
from engine.server.service import Service, TheService
from engine.server.stitching import join_takes
from engine.wire import API, JobView, Stitch

__all__ = ["router"]

router = APIRouter(tags=["audio"])


@router.post(
    "/stitch",
    status_code=201,
    response_model=JobView,
    responses=may_fail(400, 401, 403, 408, 413, 422, 429, 503),
)
async def stitch_takes(
    body: Stitch, request: Request, response: Response, caller: AnyCaller, service: TheService
) -> JobView:
    """Join own takes, in this order, each fading into the next. The whole is a job of its own."""
    service.accepting()
    await service.limits.count(response, caller)
    jobs = [_with_audio(service, caller, index, id_) for index, id_ in enumerate(body.job_ids)]
    async with service.heavy_work:
        made = await asyncio.to_thread(join_takes, body, jobs, service.storage, caller.owner)
    job = await service.engine.dispatcher.adopt(made)
    response.headers["Location"] = f"{API}/jobs/{job.id}"
    return service.view(job, str(request.base_url))


def _with_audio(service: Service, caller: Caller, index: int, job_id: str) -> Job:
    try:
        job = service.own(caller, job_id)
    except NotFound:
        raise InvalidRequest((Problem(f"job_ids.{index}", f"there is no {job_id}"),)) from None
    if job.take is None:
        raise InvalidRequest((Problem(f"job_ids.{index}", f"{job_id} has no audio"),))
    return job
