"""Taking requests in: all that is looked at before they become jobs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence

from fastapi import Response

from engine.errors import InvalidRequest, NotFound, Problem
from engine.jobs import Job, Once, is_job_id
from engine.log_context import current_request
from engine.server.callbacks import check_url
from engine.server.callers import Caller
from engine.server.models import Models
from engine.server.room import quota_of
from engine.server.service import Service
from engine.wire import Generate

__all__ = ["submit"]


async def submit(
    service: Service,
    caller: Caller,
    bodies: Sequence[Generate],
    response: Response,
    key: str | None,
    *,
    place: str = "",
) -> list[Job]:
    """Queue all or none. ``place``: where the fields of each body stand in the request, with its
    number for ``{}``. Raises InvalidRequest, TooMany, Unavailable, KeyReused."""
    once = Once(caller.owner, key, _digest(bodies, place)) if key is not None else None
    if once is not None and (earlier := service.jobs.made_before(once)) is not None:
        # Whatever has changed since: it was taken then, and nothing new is asked for.
        return service.engine.dispatcher.now(earlier)
    service.accepting()
    await service.limits.count(response, caller)
    models = await service.models.now()
    # From here on they stay a while longer: they would have gone before the job is there.
    named = {source for body in bodies for source in (body.melody, body.continue_from) if source}
    uploads = service.uploads.use(caller.owner, [each for each in named if not is_job_id(each)])
    problems = tuple(
        Problem(place.format(index) + found.field, found.message)
        for index, body in enumerate(bodies)
        for found in _problems(service, models, caller, body, uploads)
    )
    if problems:
        raise InvalidRequest(problems)
    orders = [body.order(caller.owner, current_request.get()) for body in bodies]
    return await service.engine.dispatcher.submit(
        orders, once=once, quota=quota_of(service, caller)
    )


def _problems(
    service: Service, models: Models, caller: Caller, body: Generate, uploads: Collection[str]
) -> list[Problem]:
    """What is wrong with a request that is well-formed in itself. ``uploads``: the caller's."""
    found = []
    model = models.find(body.model)
    if model is None:
        found.append(Problem("model", "is not one of this server's models"))
    elif body.duration > model.max_seconds:
        found.append(Problem("duration", f"must be {model.max_seconds:g} or less for this model"))
    for field in ("melody", "continue_from", "depends_on"):
        source = getattr(body, field)
        if source is None or source in uploads:
            continue
        if not (is_job_id(source) and _is_own(service, caller, source)):
            found.append(Problem(field, f"there is no {source}"))
    if body.callback_url is not None:
        found += _callback_problems(service, body.callback_url)
    return found


def _callback_problems(service: Service, url: str) -> list[Problem]:
    if not service.settings.webhooks:
        return [Problem("callback_url", "webhooks are turned off on this server")]
    try:
        check_url(url)
    except InvalidRequest as error:
        return list(error.problems)
    return []


def _is_own(service: Service, caller: Caller, job_id: str) -> bool:
    try:
        service.own(caller, job_id)
    except NotFound:
        return False
    return True


def _digest(bodies: Sequence[Generate], place: str) -> str:
    """Of what is asked for: a batch of one is another request than that one by itself."""
    text = place + json.dumps([body.model_dump(mode="json") for body in bodies], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
