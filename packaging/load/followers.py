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
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import psutil
from load.line import Line, Receiver, ask_for

__all__ = ["followers"]

_EVENT = re.compile(rb"id: (\w+)-(\d+)(?:\.\d+)?\ndata: (\{.*\})\n\n")  # an end has a time, too
_BEGUN = b"retry: "
_END = b'"status":"completed"'
AT_ONCE = 50
"""Connections made at the same time: the listening queue is short."""
PATIENCE = 180.0
"""Seconds for all jobs to end."""
KEPT = 100_000
"""Values of a list in the report."""
Heard = list[tuple[float, bytes]]


class Follower(Receiver):
    """One stream; ``heard`` is what came since it listens, and when."""

    def __init__(self, request: bytes) -> None:
        self.lost = False
        self.begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._request = request
        self.listen(0)

    def listen(self, ends: int) -> None:
        """Anew: what was heard before is forgotten, and of so many jobs it waits for the end."""
        self.heard: Heard = []
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self.lost:
            self.over.set_exception(ConnectionError("lost before"))
        self._ends = ends
        self._tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.transport.write(self._request)

    def received(self, data: bytes) -> None:
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


@dataclass
class Told:
    """What the followers were told, all rounds together."""

    changes: int = 0
    told: int = 0
    missed: int = 0
    out_of_order: int = 0
    delays: list[float] = field(default_factory=list)
    """Milliseconds from the moment before a submission was sent until each follower saw its
    job."""
    spread: list[float] = field(default_factory=list)
    """How much later than the first follower each one saw each change."""

    def thinned(self) -> dict[str, Any]:
        """As a report, which is to be no larger than it needs to be."""
        lists = {name: sorted(getattr(self, name)) for name in ("delays", "spread")}
        return vars(self) | {
            name: values[:: max(1, len(values) // KEPT)] for name, values in lists.items()
        }


async def followers(plan: dict[str, Any]) -> dict[str, Any]:
    """``followers`` in all, shared out among ``tokens``; each token's owner then submits
    ``requests``, one after the other with ``pause`` seconds between; and again and again, for
    ``minutes`` if there are any. ``pid``: the server's, whose memory is looked at after each round
    (``memory``, MB); ``busy``: the processor time (seconds) that it and the followers took in all
    rounds.
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
    everyone = [follower for each in everybody.values() for follower in each]
    server = psutil.Process(plan["pid"])
    told, memory, busy = Told(), list[float](), [0.0, 0.0]
    until = time.monotonic() + 60 * plan.get("minutes", 0)
    while not memory or time.monotonic() < until:
        for follower in everyone:
            follower.listen(len(plan["requests"]))
        before = [_busy(server), time.process_time()]
        sent = await _submit(plan)
        over = asyncio.gather(*(follower.over for follower in everyone))
        await asyncio.wait_for(over, PATIENCE)
        busy[0] += _busy(server) - before[0]
        busy[1] += time.process_time() - before[1]
        memory.append(server.memory_info().rss / 1e6)
        _judge(everybody.values(), sent, told)  # nobody is waited for meanwhile
    lost = sum(follower.lost for follower in everyone)
    for follower in everyone:
        follower.transport.abort()
    seen = {"lost": lost, "opened_in": opened_in, "memory": memory, "busy": busy}
    return told.thinned() | seen


def _busy(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def _follow(plan: dict[str, Any], token: str) -> Follower:
    request = ask_for("GET", "/events", token=token)
    _, follower = await asyncio.get_running_loop().create_connection(
        lambda: Follower(request), plan["host"], plan["port"]
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


def _judge(everybody: Iterable[list[Follower]], sent: dict[str, float], into: Told) -> None:
    """What each owner's followers were told in a round."""
    numbers: set[int] = set()
    for followers in everybody:
        seen = [_events(follower) for follower in followers]
        all_of_owner = {number for events in seen for number, _, _ in events}
        first: dict[int, float] = {}
        for events in seen:
            for number, at, _ in events:
                first[number] = min(at, first.get(number, at))
        for events in seen:
            own = [number for number, _, _ in events]
            into.missed += len(all_of_owner) - len(set(own))
            into.out_of_order += own != sorted(set(own))
            into.told += len(own)
            into.spread += [1000 * (at - first[number]) for number, at, _ in events]
            known: set[str] = set()
            for _, at, job_id in events:
                if job_id in sent and job_id not in known:
                    known.add(job_id)
                    into.delays.append(1000 * (at - sent[job_id]))
        numbers |= all_of_owner
    # All changes have numbers in one row, whoever owns the job: a gap is one that nobody was told.
    into.changes += len(numbers)
    into.missed += max(numbers) - min(numbers) + 1 - len(numbers) if numbers else 0


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
