"""Answers that are written once, by the models themselves: FastAPI would check each again first."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Response
from pydantic import BaseModel

__all__ = ["as_json"]


def as_json(view: BaseModel, headers: Mapping[str, str], status: int = 200) -> Response:
    """``headers``: of the response that the route was given to write in."""
    body = view.model_dump_json()
    return Response(body, status, headers=headers, media_type="application/json")
