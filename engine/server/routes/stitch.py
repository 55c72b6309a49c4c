"""Several takes joined into one."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from secrets import token_hex

from fastapi import APIRouter, Request, Response

from engine.errors import InvalidRequest, NotFound, Problem, TooMany
from engine.jobs import Job, Quota, Take
from engine.server.callers import AnyCaller, Caller
from engine.server.problems import may_fail
from engine.server.room import check_room, quota_of
from engine.server.service import Service, TheService
from engine.server.stitching import check_length, join_takes
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
    check_length(body, jobs)
    check_room(service, caller)
    files = [await _file(service, index, job) for index, job in enumerate(jobs)]
    attempt = token_hex(16)

    def place(job_id: str) -> Path:
        return service.takes.outgoing(job_id, attempt, body.output_format)

    async with service.heavy_work:
        made, take = await asyncio.to_thread(join_takes, body, jobs, files, place, caller.owner)
    job = await _stored(service, made, take, jobs[0].id, quota_of(service, caller))
    response.headers["Location"] = f"{API}/jobs/{job.id}"
    return service.view(job, str(request.base_url))


async def _stored(service: Service, made: Job, take: Take, first: str, quota: Quota) -> Job:
    """The job as its row has it; nothing stays of one that can't be stored."""
    try:
        kept = await service.takes.keep(made, take, known=first)
        try:
            return await service.engine.dispatcher.adopt(replace(made, take=kept), quota)
        except TooMany:  # others came in between
            await service.takes.discard(kept)
            raise
    finally:
        service.takes.kept(take)


def _with_audio(service: Service, caller: Caller, index: int, job_id: str) -> Job:
    try:
        job = service.own(caller, job_id)
    except NotFound:
        raise InvalidRequest((Problem(f"job_ids.{index}", f"there is no {job_id}"),)) from None
    if job.take is None:
        raise _silent(index, job_id)
    return job


async def _file(service: Service, index: int, job: Job) -> Path:
    if job.take is None:
        raise _silent(index, job.id)
    try:
        return await service.storage.fetch(service.storage.key_of(job.take.path))
    except NotFound:
        raise _silent(index, job.id) from None


def _silent(index: int, job_id: str) -> InvalidRequest:
    return InvalidRequest((Problem(f"job_ids.{index}", f"{job_id} has no audio"),))
