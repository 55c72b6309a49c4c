"""What browsers ask for by themselves: the icon, and the address alone."""

from __future__ import annotations

from importlib.resources import files

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from engine.wire import API

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/")
async def address_alone() -> Response:
    """To the documentation: whoever types a server's address gets something to read."""
    return RedirectResponse(f"{API}/docs")


@router.get("/favicon.ico")
@router.get(f"{API}/favicon.ico")
async def favicon() -> Response:
    icon = files("resources").joinpath("icons", "studio.svg").read_bytes()
    return Response(
        icon, media_type="image/svg+xml", headers={"cache-control": "public, max-age=86400"}
    )
