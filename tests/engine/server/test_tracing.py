"""W3C trace context: taken over, checked, answered, and on every line of the log."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from app.logs import read_entries
from engine.jobs import utc_now
from engine.tracing import Trace
from tests.engine.server.running import TestServer, body, journal_in, until_ended

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def test_a_trace_goes_through_and_every_line_carries_it(
    server: TestServer, tokens: dict[str, str], tmp_path: Path
) -> None:
    asked = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    with journal_in(tmp_path) as path, server.client(tokens["alice"], headers=asked) as alice:
        answer = alice.post("/generate", json=body())
        until_ended(alice, answer.json()["job_id"])
        named = alice.get("/health/live", headers={"X-Request-ID": "song-43"})
        alice.get("/jobs", headers={"X-Request-ID": "song-43"})
    told = Trace.read(answer.headers["traceparent"])
    assert told is not None and told.trace_id == TRACE and told.sampled
    assert told.span_id != "00f067aa0ba902b7", "a piece of its own"
    assert answer.headers["x-request-id"] == TRACE, "so that the host's lines carry it, too"
    assert named.headers["x-request-id"] == "song-43"
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert any("host: INFO" in line["message"] and line["request_id"] == TRACE for line in lines)
    song = [line for line in lines if line.get("request_id") == "song-43"]
    assert song and {line["trace_id"] for line in song} == {TRACE}
    found = read_entries(tmp_path, utc_now().replace(year=2000), search=TRACE)
    assert {"song-43", TRACE} <= {entry.request_id for entry in found}


@pytest.mark.parametrize(
    "given",
    [
        "",
        "nonsense",
        f"00-{TRACE}-00f067aa0ba902b7",
        f"00-{TRACE.upper()}-00f067aa0ba902b7-01",
        f"ff-{TRACE}-00f067aa0ba902b7-01",
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE}-00f067aa0ba902b7-01-more",
        f"00-{TRACE}-00f067aa0ba902b7-0x",
        f'00-{TRACE}-00f067aa0ba902b7-01"}}',
    ],
)
def test_what_is_no_trace_begins_a_new_one(here: httpx.Client, given: str) -> None:
    answer = here.get("/health/live", headers={"traceparent": given})
    told = Trace.read(answer.headers["traceparent"])
    assert told is not None and told.trace_id != TRACE


def test_two_traces_are_none(here: httpx.Client) -> None:
    given = [("traceparent", f"00-{TRACE}-00f067aa0ba902b7-0{n}") for n in range(2)]
    assert TRACE not in here.get("/health/live", headers=given).headers["traceparent"]


def test_a_later_version_of_the_header_is_understood() -> None:
    later = Trace.read(f"cc-{TRACE}-00f067aa0ba902b7-03-what-the-future-brings")
    assert later == Trace(TRACE, "00f067aa0ba902b7", sampled=True)
    assert str(later) == f"00-{TRACE}-00f067aa0ba902b7-01"
