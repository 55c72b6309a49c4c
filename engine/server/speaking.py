"""HTTP/1.1 as uvicorn speaks it, but for its own 400: what is no request gets a problem, too."""

from __future__ import annotations

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from engine.log_context import marked
from engine.server.problems import problem
from engine.tracing import Trace

__all__ = ["Speaking"]


class Speaking(H11Protocol):
    """For ``uvicorn.Config(http=...)``."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's own words
        """Answer, and hang up: where the next request would begin is not known."""
        # Within the body of a request an answer may be under way, which can't be taken back.
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            trace = Trace.begun()
            with marked(trace.trace_id):
                answer = problem(
                    400,
                    "This is no well-formed HTTP/1.1 request.",
                    headers={"x-request-id": trace.trace_id, "connection": "close"},
                )
            start = h11.Response(status_code=400, headers=answer.raw_headers, reason=b"Bad Request")
            for event in (start, h11.Data(data=bytes(answer.body)), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
