"""Figures for Prometheus."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from engine.server.callers import AnyCaller
from engine.server.problems import may_fail
from engine.server.service import TheService

__all__ = ["router"]

router = APIRouter(tags=["health"])

_TEXT = "text/plain; version=0.0.4; charset=utf-8"


_FIGURES: dict[int | str, dict[str, Any]] = {
    200: {"description": "Prometheus' text format", "content": {"text/plain": {}}}
}


@router.get("/metrics", response_class=Response, responses=_FIGURES | may_fail(401, 429, 503))
async def metrics(caller: AnyCaller, service: TheService) -> Response:
    """Figures for Prometheus. Not for strangers: they tell how busy the room is. Administrators see
    computers' names too."""
    return Response(service.metrics.text(computers=caller.admin), media_type=_TEXT)
