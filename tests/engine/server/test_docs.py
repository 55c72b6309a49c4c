"""The documentation's pages: complete, and from this server alone."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import httpx
import pytest


@pytest.mark.parametrize("page", ["docs", "redoc"])
def test_the_documentation_comes_from_here_alone(here: httpx.Client, page: str) -> None:
    answer = here.get(f"/{page}")
    assert answer.headers["content-type"].startswith("text/html")
    policy = dict(
        rule.strip().split(" ", 1) for rule in answer.headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'" and policy["script-src"] == "'self'"
    assert "//" not in answer.text, "nothing from elsewhere"
    assert not re.search(r"<script>|<script [^>]*>[^<]| on\w+=", answer.text), "no script within"
    parts = re.findall(r'(?:src|href|spec-url)="([^"]+)"', answer.text)
    assert len(parts) >= 3
    for part in parts:
        url = urljoin(str(answer.url), part)
        loaded = here.get(url)
        assert loaded.status_code == 200 and len(loaded.content) > 100, url
    assert here.get("/docs/../../../etc/passwd").status_code == 404
    assert here.get("/docs/%2e%2e%2fcore.py").status_code == 404
    assert here.get("/docs/core.py").status_code in (404, 422)
    assert here.get("/openapi.json").json()["info"]["title"] == "DGX Music Studio"
