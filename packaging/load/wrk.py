"""``wrk`` as a crowd: as many requests as a few connections can make, written in C and so no
bottleneck beside what it measures."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Seen", "wrk"]

_SCRIPT = """\
wrk.method = {method}
wrk.body = {body}
{headers}
done = function(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format(
        '\\n{{"requests": %d, "seconds": %f, "refused": %d, "broken": %d, "p50": %f, "p99": %f}}',
        summary.requests, summary.duration / 1e6, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout,
        latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
"""


@dataclass(frozen=True, slots=True)
class Seen:
    requests: int
    """Answered, in whatever way."""
    seconds: float
    refused: int
    """Of the answers: 4xx and 5xx."""
    broken: int
    """Connections that were not made or broke, and answers that took over two seconds."""
    p50: float
    p99: float
    """Milliseconds."""

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


def wrk(
    url: str,
    *,
    seconds: int,
    connections: int,
    headers: Mapping[str, str],
    body: Mapping[str, Any] | None = None,
) -> Seen:
    """The same request again and again over so many connections, the next one as soon as the last
    one is answered: a GET, or the POST of a body. Raises RuntimeError where there is no wrk."""
    program = shutil.which("wrk")
    if program is None:
        raise RuntimeError("wrk is not installed")
    lines = [f"wrk.headers[ {_quoted(name)} ] = {_quoted(to)}" for name, to in headers.items()]
    text = _SCRIPT.format(
        method=_quoted("GET" if body is None else "POST"),
        body="nil" if body is None else _quoted(json.dumps(body)),
        headers="\n".join(lines),
    )
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(text)
        script.flush()
        how = ["-t", "1", "-c", str(connections), "-d", f"{seconds}s", "-s", script.name]
        done = subprocess.run([program, *how, url], capture_output=True, text=True, check=True)
    return Seen(**json.loads(done.stdout.rpartition("\n")[2]))


def _quoted(text: str) -> str:
    """As Lua's long strings have it; none of ours has its end."""
    return f"[==[{text}]==]"
