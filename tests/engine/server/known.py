"""What is there on a server, for requests that name something: so that they can be accepted.

A schema says how an id is formed, but not which there are. What schemathesis makes up is taken as
it is but for those.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from schemathesis import Case

from tests.engine.server.running import made, tone

__all__ = ["Known"]

CROSSFADE = 0.5
"""Seconds; the takes are of one."""


@dataclass
class Known:
    """Of one user."""

    models: Mapping[str, float]
    """And how long each may be at most, in seconds."""
    takes: list[str]
    """Jobs that have ended well."""
    waiting: list[str]
    """Jobs that have not; none, where they would not stay like that."""
    uploads: list[str]
    link: str
    """Signed, to the audio of a take."""
    longest: float
    """Seconds that may be asked for, where takes are really made."""
    _turn: Iterator[int] = field(default_factory=itertools.count)

    @classmethod
    def of(cls, client: httpx.Client, *, longest: float = 600.0) -> Known:
        """Make all of it, but for what waits."""
        takes = [made(client, prompt=f"steps=2 hz={hz}")["job_id"] for hz in (220, 330)]
        sent = [client.post("/uploads", content=tone(1, rate=hz)) for hz in (8_000, 16_000)]
        models = client.get("/models").json()["models"]
        return cls(
            {each["id"]: each["max_seconds"] for each in models},
            takes,
            [],
            [each.json()["upload_id"] for each in sent],
            client.get(f"/jobs/{takes[0]}/audio/url").json()["url"],
            longest,
        )

    def fill_in(self, case: Case) -> None:
        """Let the request name what is there, under a key of its own."""
        if "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = token_hex(8)
        path = dict(case.path_parameters or {})
        for name in ("job_id", "musicId"):
            if name in path:
                ends = case.path.endswith("/events")  # of what waits they would go on for ever
                path[name] = self._one_of(self.takes if ends else self.takes + self.waiting)
        if "upload_id" in path:  # one that may be deleted
            path["upload_id"] = self.uploads[0]
        if "key" in path:
            link = urlsplit(self.link)
            path["key"] = link.path.partition("/media/")[2]
            case.query = dict(parse_qsl(link.query))
        if path:
            case.path_parameters = path
        match case.operation.label:
            case "POST /api/v1/generate":
                case.body = self._generate(case.body)
            case "POST /api/v1/generate/batch":
                requests = [self._generate(each) for each in case.body["requests"]]
                case.body = case.body | {"requests": requests}
            case "POST /api/v1/stitch":
                case.body = case.body | self._stitch(case.body)

    def _generate(self, body: dict[str, Any]) -> dict[str, Any]:
        """Models have lengths of their own, and no webhook goes out of a test."""
        model = self._one_of(list(self.models))
        there = {
            "model": model,
            "duration": min(body["duration"], self.models[model], self.longest),
            "melody": self.uploads[1],
            "continue_from": self._one_of([self.takes[0], self.uploads[1]]),
            "depends_on": self._one_of(self.takes),
            "callback_url": None,
        }
        asked = {name: value for name, value in body.items() if value is not None}
        given = {name: there[name] for name in there if name in asked or name == "model"}
        return body | given

    def _stitch(self, body: dict[str, Any]) -> dict[str, Any]:
        fade = min(body.get("crossfade_seconds", 1.0), CROSSFADE)
        return {
            "job_ids": [self._one_of(self.takes) for _ in body["job_ids"]],
            "crossfade_seconds": fade,
        }

    def _one_of(self, there: list[str]) -> str:
        return there[next(self._turn) % len(there)]
