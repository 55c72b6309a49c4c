"""The documentation's pages, for reading and for trying out: everything from this server alone."""

from __future__ import annotations

from enum import StrEnum
from importlib.resources import files

from fastapi import APIRouter, Response

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

# Both pages put styles into elements; Redoc's search works in a blob of its own script.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "worker-src blob:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>DGX Music Studio: the HTTP interface</title>
<link rel="icon" href="/favicon.ico">
{head}
</head>
<body>
{body}
</body>
</html>
"""
_SWAGGER = _PAGE.format(
    head='<link rel="stylesheet" href="docs/swagger-ui.css">',
    body='<div id="page"></div>\n<script src="docs/swagger-ui-bundle.js"></script>\n'
    '<script src="docs/start.js"></script>',
)
_REDOC = _PAGE.format(
    head="<style>body { margin: 0 }</style>",
    body='<redoc spec-url="openapi.json"></redoc>\n'
    '<script src="docs/redoc.standalone.js"></script>',
)
_START = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#page",
  deepLinking: true,
  validatorUrl: null,  // it would send the document elsewhere
});
"""


class _Part(StrEnum):
    """Files of the pages, which fastapi-offline brings."""

    SWAGGER = "swagger-ui-bundle.js"
    SWAGGER_STYLE = "swagger-ui.css"
    REDOC = "redoc.standalone.js"


@router.get("/docs")
async def swagger() -> Response:
    return _page(_SWAGGER)


@router.get("/redoc")
async def redoc() -> Response:
    return _page(_REDOC)


@router.get("/docs/start.js")
async def start() -> Response:
    return Response(_START, media_type="text/javascript")


@router.get("/docs/{part}")
def part(part: _Part) -> Response:
    content = files("fastapi_offline").joinpath("static", part.value).read_bytes()
    kind = "text/css" if part.value.endswith(".css") else "text/javascript"
    return Response(content, media_type=kind, headers={"cache-control": "public, max-age=86400"})


def _page(text: str) -> Response:
    return Response(text, media_type="text/html", headers={"content-security-policy": _POLICY})
