"""Which models there are."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from engine.server.callers import AnyCaller
from engine.server.polling import NOT_CHANGED, IfNoneMatch, etagged
from engine.server.problems import may_fail
from engine.server.service import TheService
from engine.wire import ModelsView

__all__ = ["router"]

router = APIRouter(tags=["models"])


OFFERS = ["preview", "stop"]


@router.get(
    "/models", response_model=ModelsView, responses=NOT_CHANGED | may_fail(401, 422, 429, 503)
)
async def list_models(
    request: Request, _: AnyCaller, service: TheService, __: IfNoneMatch = None
) -> Response:
    """What this server can run."""
    models = await service.models.now()
    return etagged(request, ModelsView(models=models.all(), offers=OFFERS))
