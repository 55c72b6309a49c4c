"""What a server's answers say, looked at before it is believed. All raise ServerStrange."""

from __future__ import annotations

import re
from typing import TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from engine.client.faults import strange
from engine.jobs import is_job_id
from engine.wire import API, JobView

__all__ = ["own_path", "read_as", "read_job", "safe_id"]

V = TypeVar("V", bound=BaseModel)


def read_as(kind: type[V], body: bytes) -> V:
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        places = ", ".join(".".join(map(str, e["loc"])) or e["type"] for e in error.errors()[:5])
        raise strange(f"no {kind.__name__}: {places}") from None


def read_job(body: bytes) -> JobView:
    view = read_as(JobView, body)
    safe_id(view.job_id)
    return view


def safe_id(job_id: str) -> str:
    """An id that can stand in a path."""
    if not is_job_id(job_id) or len(job_id) > 60:
        raise strange("a job's id that is none")
    return job_id


def own_path(link: str) -> str:
    """A signed link's path and query: a proxy may know the server by another name, but audio
    comes from where the jobs are."""
    try:
        parts = urlsplit(link)
    except ValueError:
        raise strange("a link that is none") from None
    at = parts.path.find(f"{API}/media/")
    path = parts.path[at:]
    if at < 0 or ".." in path or not re.fullmatch(r"[\x21-\x7e]{1,2000}", path + parts.query):
        raise strange("audio that lies elsewhere")
    return f"{path}?{parts.query}"
