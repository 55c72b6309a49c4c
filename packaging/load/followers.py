"""Thousands of streams of events, each of which must see every change of its owner's jobs.

What arrives is only kept with its time; it is read when all is over, so that 1,000 followers cost
little more than their sockets.
"""

from __future__ import annotations

import asyncio
import json
import re
import resource
import time
from collections import defaultdict
from typing import Any

from load.line import Line, ask_for

__all__ = ["followers"]

_EVENT = re.compile(rb"id: (\w+)-(\d+)(?:\.\d+)?\ndata: (\{.*\})\n\n")  # an end has a time, too
_BEGUN = b"retry: "
_END = b'"status":"completed"'
AT_ONCE = 50
"""Connections made at the same time: the listening queue is short."""
PATIENCE = 180.0
"""Seconds for all jobs to end."""
Heard = list[tuple[float, bytes]]


class Follower(asyncio.Protocol):
    """One stream; ``heard`` is what came, and when."""

    def __init__(self, request: bytes, ends: int) -> None:
        """``ends``: of so many jobs it waits for the end."""
        loop = asyncio.get_running_loop()
        self.heard: Heard = []
        self.lost = False
        self.begun: asyncio.Future[None] = loop.create_future()
        self.over: asyncio.Future[None] = loop.create_future()
        self._request = request
        self._ends = ends
        self._tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self.heard.append((time.monotonic(), data))
        if not self.begun.done() and _BEGUN in data:
            self.begun.set_result(None)
        text = self._tail + data
        self._ends -= text.count(_END)
        self._tail = text[1 - len(_END) :]
        if self._ends <= 0 and not self.over.done():
            self.over.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        for awaited in (self.begun, self.over):
            if not awaited.done():
                awaited.set_exception(ConnectionError(str(exc)))


async def followers(plan: dict[str, Any]) -> dict[str, Any]:
    """``followers`` in all, shared out among ``tokens``; each token's owner then submits
    ``requests``, one after the other with ``pause`` seconds between.

    Gives the milliseconds from the moment before a submission was sent until each follower saw
    its job (``delays``), and how much later than the first follower each one saw each change
    (``spread``).
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    tokens = plan["tokens"]
    everybody: defaultdict[str, list[Follower]] = defaultdict(list)
    opening = time.monotonic()
    for start in range(0, plan["followers"], AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, plan["followers"]))
        opened = await asyncio.gather(
            *(_follow(plan, tokens[number % len(tokens)]) for number in numbers)
        )
        for number, follower in zip(numbers, opened, strict=True):
            everybody[tokens[number % len(tokens)]].append(follower)
    opened_in = time.monotonic() - opening
    sent = await _submit(plan)
    over = [follower.over for each in everybody.values() for follower in each]
    await asyncio.wait_for(asyncio.gather(*over), PATIENCE)
    lost = sum(follower.lost for each in everybody.values() for follower in each)
    report = _judged(everybody, sent)  # nobody is waited for any more
    for each in everybody.values():
        for follower in each:
            follower.transport.abort()
    return report | {"lost": lost, "opened_in": opened_in}


async def _follow(plan: dict[str, Any], token: str) -> Follower:
    request = ask_for("GET", "/events", token=token)
    _, follower = await asyncio.get_running_loop().create_connection(
        lambda: Follower(request, len(plan["requests"])), plan["host"], plan["port"]
    )
    await follower.begun
    return follower


async def _submit(plan: dict[str, Any]) -> dict[str, float]:
    """When each job's submission was sent, by its id."""
    line = await Line.to(plan["host"], plan["port"])
    sent = {}
    for request in plan["requests"]:
        for token in plan["tokens"]:
            began = time.monotonic()
            answer = await line.ask(ask_for("POST", "/generate", request, token))
            if answer.status != 202:
                raise RuntimeError(f"{answer.status}: {answer.body!r}")
            sent[answer.json()["job_id"]] = began
            await asyncio.sleep(plan["pause"])
    line.close()
    return sent


def _judged(everybody: dict[str, list[Follower]], sent: dict[str, float]) -> dict[str, Any]:
    missed = out_of_order = told = 0
    numbers: set[int] = set()
    delays: list[float] = []
    spread: list[float] = []
    for followers in everybody.values():
        seen = [_events(follower) for follower in followers]
        all_of_owner = {number for events in seen for number, _, _ in events}
        first: dict[int, float] = {}
        for events in seen:
            for number, at, _ in events:
                first[number] = min(at, first.get(number, at))
        for events in seen:
            own = [number for number, _, _ in events]
            missed += len(all_of_owner) - len(set(own))
            out_of_order += own != sorted(set(own))
            told += len(own)
            spread += [1000 * (at - first[number]) for number, at, _ in events]
            known: set[str] = set()
            for _, at, job_id in events:
                if job_id in sent and job_id not in known:
                    known.add(job_id)
                    delays.append(1000 * (at - sent[job_id]))
        numbers |= all_of_owner
    # All changes have numbers in one row, whoever owns the job: a gap is one that nobody was told.
    gaps = max(numbers) - min(numbers) + 1 - len(numbers) if numbers else 0
    return {
        "changes": len(numbers),
        "told": told,
        "missed": missed + gaps,
        "out_of_order": out_of_order,
        "delays": sorted(delays),
        "spread": sorted(spread)[:: max(1, len(spread) // 100_000)],
    }


def _events(follower: Follower) -> list[tuple[int, float, str]]:
    """(number, when it was whole, job) of each event, in the order in which they came."""
    text = bytearray()
    ends: list[tuple[int, float]] = []
    for at, data in follower.heard:
        text += data
        ends.append((len(text), at))
    # Chunked: the lines with the lengths of chunks stand between events, never inside of one that
    # the server wrote at once.
    found = []
    piece = 0
    for match in _EVENT.finditer(bytes(text)):
        while ends[piece][0] < match.end():
            piece += 1
        found.append((int(match[2]), ends[piece][1], json.loads(match[3])["job_id"]))
    return found
