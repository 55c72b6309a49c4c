"""One job: submit, look, list, cancel, retry, keep."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response
from pydantic import Field

from engine.errors import Conflict
from engine.jobs import Job, Status, utc_now
from engine.server.answers import as_json
from engine.server.blanks import or_blank
from engine.server.callers import AnyCaller, Caller
from engine.server.polling import (
    NOT_CHANGED,
    IfNoneMatch,
    Prefer,
    ended,
    etagged,
    wait_preferred,
)
from engine.server.problems import may_fail
from engine.server.room import quota_of
from engine.server.service import Service, TheService
from engine.server.submitting import submit
from engine.wire import API, Cancelled, Generate, JobsPage, JobView, Keep

__all__ = ["IdempotencyKey", "JobId", "router"]

router = APIRouter(tags=["jobs"])

JobId = Annotated[
    str,
    Path(max_length=200, description="One of your jobs.", examples=["gen_4be2a7c19d03f586"]),
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Your own choice, one for each submission: the same again gives what was made "
        "the first time, for a day.",
    ),
]

PAGE = 50
"""Jobs, where nobody says how many."""
Limit = Annotated[
    int,
    Query(ge=1, le=200, description="Of one page."),
    or_blank(Annotated[int, Field(ge=1, le=200)], PAGE),
]
Cursor = Annotated[
    str | None,
    Query(pattern="^[0-9]{0,13}$", description="Of the page before: its `next_cursor`."),
]
"""A moment in milliseconds: each job has one of its own; empty: the first page."""

_KNOWN = may_fail(401, 404, 422, 429, 503)


@router.post(
    "/generate",
    status_code=202,
    response_model=JobView,
    responses=may_fail(400, 401, 403, 408, 413, 422, 429, 503),
)
async def generate(
    body: Generate,
    request: Request,
    response: Response,
    caller: AnyCaller,
    service: TheService,
    key: IdempotencyKey = None,
    _: Prefer = None,
) -> Response:
    """Queue one take. Answers at once; follow the job by its events, or look at it again."""
    [job] = await submit(service, caller, [body], response, key)
    response.headers["Location"] = f"{API}/jobs/{job.id}"
    seconds = wait_preferred(request, response, service.settings.wait_seconds)
    job = await ended(service, caller, job, seconds)
    return as_json(service.view(job, str(request.base_url)), response.headers, 202)


@router.get("/jobs/{job_id}", response_model=JobView, responses=NOT_CHANGED | _KNOWN)
async def look(
    job_id: JobId,
    request: Request,
    response: Response,
    caller: AnyCaller,
    service: TheService,
    _: IfNoneMatch = None,
    __: Prefer = None,
) -> Response:
    """How a job stands. Asked with an ETag it answers 304 as long as nothing changed."""
    job = service.own(caller, job_id)
    seconds = wait_preferred(request, response, service.settings.wait_seconds)
    job = await ended(service, caller, job, seconds)
    return etagged(request, service.view(job, str(request.base_url)), response.headers)


@router.get("/jobs", response_model=JobsPage, responses=NOT_CHANGED | may_fail(401, 422, 429, 503))
async def list_jobs(
    request: Request,
    response: Response,
    caller: AnyCaller,
    service: TheService,
    status: Annotated[Status | None, Query(description="Only these."), or_blank(Status)] = None,
    limit: Limit = PAGE,
    cursor: Cursor = None,
    _: IfNoneMatch = None,
) -> Response:
    """The caller's jobs, newest first. ``Link: rel="next"`` leads on."""
    before = datetime.fromtimestamp(int(cursor) / 1000, UTC) if cursor else None
    found = service.jobs.page(caller.owner, status, limit + 1, before)
    page, more = found[:limit], len(found) > limit
    following = _cursor(page[-1]) if more else None
    if following is not None:
        url = request.url.include_query_params(cursor=following)
        response.headers["Link"] = f'<{url}>; rel="next"'
    base = str(request.base_url)
    views = [service.view(job, base) for job in service.engine.dispatcher.now(page)]
    found_page = JobsPage.model_construct(jobs=views, next_cursor=following)
    return etagged(request, found_page, response.headers)


@router.delete(
    "/jobs/{job_id}", response_model=Cancelled, responses=may_fail(401, 404, 409, 422, 429, 503)
)
async def cancel_waiting(job_id: JobId, caller: AnyCaller, service: TheService) -> Cancelled:
    """Cancel a job that has not begun."""
    return await _cancelled(service, caller, job_id, begun=False)


@router.post(
    "/jobs/{job_id}/cancel",
    status_code=202,
    response_model=Cancelled,
    responses=may_fail(401, 404, 409, 422, 429, 503),
)
async def cancel(job_id: JobId, caller: AnyCaller, service: TheService) -> Cancelled:
    """Cancel a job that waits or runs. It then ends as cancelled."""
    return await _cancelled(service, caller, job_id, begun=True)


@router.post(
    "/jobs/{job_id}/retry",
    status_code=202,
    response_model=JobView,
    responses=may_fail(401, 404, 409, 422, 429, 503),
)
async def retry(job_id: JobId, request: Request, caller: AnyCaller, service: TheService) -> JobView:
    """Queue a failed or cancelled job again."""
    service.accepting()
    job = service.own(caller, job_id)
    quota = quota_of(service, caller)
    waiting = await service.engine.dispatcher.retry([job_id], quota=quota)
    again = {each.id: each for each in waiting}
    if job_id not in again:
        raise Conflict(
            f"This job is {job.status.value}: only a failed or cancelled one can be tried again."
        )
    return service.view(again[job_id], str(request.base_url))


@router.put(
    "/jobs/{job_id}/keep",
    response_model=JobView,
    responses=may_fail(400, 401, 404, 408, 409, 413, 422, 429, 503),
)
async def keep(
    job_id: JobId, body: Keep, request: Request, caller: AnyCaller, service: TheService
) -> JobView:
    """Keep a take for good, or let it go after its time."""
    job = service.own(caller, job_id)
    if job.take is None:
        raise Conflict("This job has no audio that could be kept.")
    await service.engine.dispatcher.annotate(job_id, kept=body.keep or None)
    return service.view(service.own(caller, job_id), str(request.base_url))


async def _cancelled(service: Service, caller: Caller, job_id: str, *, begun: bool) -> Cancelled:
    service.own(caller, job_id)
    ended = await service.engine.dispatcher.cancel([job_id], begun=begun)
    # How it was when it was looked at does not count: a worker takes what waits at any moment.
    job = next((job for job in ended if job.id == job_id), None)
    if job is None:
        is_now = f"This job is {service.jobs.job(job_id).status.value}"
        raise Conflict(f"{is_now}." if begun else f"{is_now}: only a waiting one ends like this.")
    return Cancelled(
        message="Job cancelled successfully",
        job_id=job_id,
        cancelled_at=job.finished_at or utc_now(),
    )


def _cursor(job: Job) -> str:
    return str(round(job.created_at.timestamp() * 1000))
