"""The icon that browsers ask for."""

from __future__ import annotations

from importlib.resources import files

from fastapi import APIRouter, Response

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/favicon.ico")
async def favicon() -> Response:
    icon = files("resources").joinpath("icons", "studio.svg").read_bytes()
    return Response(
        icon, media_type="image/svg+xml", headers={"cache-control": "public, max-age=86400"}
    )
