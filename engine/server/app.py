"""The application: routes, errors and documentation put together over one service."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import FastAPI

from engine.server.document import document_of
from engine.server.envelope import Envelope
from engine.server.problems import handle_problems
from engine.server.routes import (
    batch,
    browsers,
    docs,
    events,
    growing,
    health,
    jobs,
    media,
    metrics,
    models,
    music_flow,
    queue,
    stitch,
    transcoding,
    uploads,
)
from engine.server.service import Service
from engine.wire import API

__all__ = ["build_app"]

_ROUTERS = (
    jobs.router,
    batch.router,
    growing.router,
    events.router,
    media.router,
    transcoding.router,
    uploads.router,
    stitch.router,
    queue.router,
    models.router,
    health.router,
    metrics.router,
)


def build_app(service: Service) -> FastAPI:
    """The server as an ASGI application; whoever runs it opens and closes the service."""
    app = FastAPI(
        title="DGX Music Studio",
        summary="Turns words into music, for a room of musicians.",
        version=version("dgx-music-studio"),
        docs_url=None,  # FastAPI's own pages fetch their scripts elsewhere: routes/docs.py
        redoc_url=None,
        openapi_url=f"{API}/openapi.json",
        redirect_slashes=False,
    )
    app.state.service = service
    for router in _ROUTERS:
        app.include_router(router, prefix=API)
    app.include_router(docs.router, prefix=API)
    app.include_router(browsers.router)
    app.include_router(music_flow.router)
    handle_problems(app)
    settings = service.settings
    app.add_middleware(
        Envelope,
        body_bytes=settings.body_bytes,
        body_patience=settings.body_patience,
        seen=service.metrics.answered,
    )
    app.openapi = lambda: document_of(app)  # type: ignore[method-assign]
    return app
