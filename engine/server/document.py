"""The OpenAPI document: what the routes say of themselves, and what has to be known first.

Descriptions stand where they are looked for in the code: an operation's in the docstring of its
route, a field's in the text below it. pydantic could take the latter in too, but would read its
sources at each start, of every studio as well.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from itertools import pairwise
from types import ModuleType
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from engine import wire
from engine.server.routes import health, music_flow
from engine.wire import ProblemView

__all__ = ["document_of"]

_SPOKEN = (wire, health, music_flow)
"""Where the models of bodies and answers are."""
_INTRODUCTION = """
Submit a prompt, follow the job, fetch its audio:

1. `POST /generate` answers at once with a job, and with its address in `Location`. An
   `Idempotency-Key` makes it safe to send again when the answer was lost.
2. Follow it by its events (`GET /jobs/{job_id}/events`; a browser's `EventSource` goes on by itself
   where it left off), or look at it again with its `ETag`, or with `Prefer: wait=20`. The WebSocket
   `/api/v1/ws` carries the same as `GET /events`.
3. `audio_url` of the finished job is signed: players and `<audio>` need no login for it.

**Login**: `Authorization: Bearer` and a token from who runs the server, or a JWT. On the server's
own computer none is needed, unless it is set up otherwise. What others have made answers as if it
were not there.

**Errors** are `application/problem+json` (RFC 9457), with what is wrong with each field under
`errors`. After a 429 or 503 come again when `Retry-After` says. Each answer has an `X-Request-ID`;
who runs the server finds all about it by this id.

Times are UTC, lengths are in seconds, sizes in bytes.
"""
_TAGS = {
    "jobs": "From a prompt to a take.",
    "events": "Changes as they happen, as server-sent events.",
    "audio": "Takes to listen to, in any format, and joined.",
    "uploads": "Audio of your own that takes follow, or go on from.",
    "queue": "What waits for its turn.",
    "models": "What there is to choose from.",
    "health": "For who runs the server, and for balancers.",
    "music flow": "The same service under the names of the older music flow.",
}
_EXAMPLES: dict[str, dict[str, Any]] = {
    "Generate": {"prompt": "calm piano, 70 bpm", "duration": 20},
    "Stitch": {"job_ids": ["gen_4be2a7c19d03f586", "gen_91c07de2b5a8f364"], "crossfade_seconds": 2},
    "FlowRequest": {"name": "Rain", "prompt": "calm piano, 70 bpm, rain", "lengthMs": 20_000},
    "JobView": {
        "job_id": "gen_4be2a7c19d03f586",
        "status": "processing",
        "current_step": "generating",
        "progress": 0.42,
        "eta_seconds": 11.5,
        "queue_position": None,
        "prompt": "calm piano, 70 bpm",
        "name": None,
        "retry_count": 0,
        "error": None,
        "created_at": "2025-11-07T10:30:00Z",
        "started_at": "2025-11-07T10:30:02Z",
        "finished_at": None,
        "audio_url": None,
    },
}
"""What pages propose to try out: all that may be given would be refused."""


def document_of(app: FastAPI) -> dict[str, Any]:
    """Made once, when somebody asks for it; with the one schema that all errors share."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=_INTRODUCTION.strip(),
            routes=app.routes,
            tags=[{"name": name, "description": text} for name, text in _TAGS.items()],
        )
        schemas = document["components"]["schemas"]
        problem = ProblemView.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= problem.pop("$defs", {}) | {"ProblemView": problem}
        _describe_fields(schemas)
        for name, example in _EXAMPLES.items():
            schemas[name]["examples"] = [example]
        for operations in document["paths"].values():
            for operation in operations.values():
                _head(operation)
        app.openapi_schema = document
    return app.openapi_schema


def _head(operation: dict[str, Any]) -> None:
    """The first sentence of its route's docstring, in place of the function's name."""
    first, _, rest = " ".join(operation.pop("description").split()).partition(". ")
    operation["summary"] = first.rstrip(".")
    if rest:
        operation["description"] = rest


def _describe_fields(schemas: dict[str, Any]) -> None:
    kinds = {kind.__name__: kind for module in _SPOKEN for kind in _models_of(module)}
    for name, schema in schemas.items():
        if "description" in schema:  # what comes after it is for who reads the source
            schema["description"] = schema["description"].partition(">>>")[0].strip()
        if name in kinds:
            known = kinds[name].model_fields
            for field, text in _texts(kinds[name]).items():
                shown = known[field].alias or field
                schema["properties"][shown].setdefault("description", text)


def _models_of(module: ModuleType) -> list[type[BaseModel]]:
    found = (kind for kind in vars(module).values() if isinstance(kind, type))
    return [kind for kind in found if issubclass(kind, BaseModel)]


def _texts(kind: type[BaseModel]) -> dict[str, str]:
    """What stands below each field; nothing where the program has no sources with it."""
    texts: dict[str, str] = {}
    for each in reversed(kind.__mro__):
        if each is BaseModel or not issubclass(each, BaseModel):
            continue
        try:
            source = textwrap.dedent(inspect.getsource(each))
        except (OSError, TypeError):
            continue
        (written,) = ast.parse(source).body
        body = written.body if isinstance(written, ast.ClassDef) else []
        for field, below in pairwise(body):
            if isinstance(field, ast.AnnAssign) and (text := _text(below)):
                texts[ast.unparse(field.target)] = text
    return texts


def _text(node: ast.stmt) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        text = " ".join(str(node.value.value).split())
        return re.sub(r"\bNone\b", "null", text)
    return ""
