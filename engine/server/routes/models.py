"""Which models there are."""

from __future__ import annotations

from fastapi import APIRouter

from engine.server.callers import AnyCaller
from engine.server.problems import may_fail
from engine.server.service import TheService
from engine.wire import ModelsView

__all__ = ["router"]

router = APIRouter(tags=["models"])


@router.get("/models", response_model=ModelsView, responses=may_fail(401, 429, 503))
async def list_models(_: AnyCaller, service: TheService) -> ModelsView:
    """What this server can run."""
    return ModelsView(models=service.models.all())
