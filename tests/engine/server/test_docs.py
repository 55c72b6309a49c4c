"""The documentation's pages: complete, and from this server alone."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import httpx
import pytest

from engine.server.routes.music_flow import FlowRequest
from engine.wire import JobView


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


def test_the_document_says_all_that_an_integrator_asks(here: httpx.Client) -> None:
    document = here.get("/openapi.json").json()
    known = {tag["name"] for tag in document["tags"] if tag["description"]}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            about = f"{method.upper()} {path}"
            assert set(operation["tags"]) <= known and operation["tags"], about
            assert re.match(r"[A-Z][^.:;]{3,79}$", operation["summary"]), about
            for given in operation.get("parameters", ()):
                assert given.get("description"), f"{about}: {given['name']}"
            for status, answer in operation["responses"].items():
                if int(status) >= 400 and "health" not in operation["tags"]:
                    assert "application/problem+json" in answer["content"], f"{about}: {status}"
                if status in ("429", "503") and "health" not in operation["tags"]:
                    assert "Retry-After" in answer["headers"], about
    schemas = document["components"]["schemas"]
    assert not [name for name in schemas if "Validation" in name], "nothing here answers so"
    for name, text in (("Generate", "What is to be made"), ("JobView", "A job as its owner sees")):
        assert schemas[name]["description"].startswith(text)
        assert ">>>" not in schemas[name]["description"]
    fields = schemas["Generate"]["properties"]
    assert all(field.get("description") for field in fields.values()), fields.keys()
    assert fields["melody"]["description"] == "An own upload or job whose melody to follow."


def test_what_it_proposes_to_try_out_can_be_tried(here: httpx.Client) -> None:
    schemas = here.get("/openapi.json").json()["components"]["schemas"]
    (example,) = schemas["Generate"]["examples"]
    assert here.post("/generate", json=example | {"duration": 1}).status_code == 202
    (example,) = schemas["Stitch"]["examples"]
    unknown = here.post("/stitch", json=example).json()["errors"]
    assert [error["field"] for error in unknown] == ["job_ids.0"], "all else is right"
    (example,) = schemas["JobView"]["examples"]
    assert example.keys() == schemas["JobView"]["properties"].keys()
    assert JobView.model_validate(example).progress == 0.42
    (example,) = schemas["FlowRequest"]["examples"]
    assert FlowRequest.model_validate(example).length_ms == 20_000
