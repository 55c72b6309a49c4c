"""Clients in a process of their own: ``python crowd.py KIND`` reads a plan and prints what it saw.

Each report has ``share``: the processor time that the clients themselves took, of the wall's. Well
below 1, they were no bottleneck.
"""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

__all__ = ["crowd", "percentile"]

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from load.line import Line, ask_for

PATIENCE = 10.0
"""Seconds after which a call counts as an error."""
SKETCH = {"prompt": "calm piano, 70 bpm", "duration": 30}


def crowd(kind: str, **plan: Any) -> dict[str, Any]:
    """Let a crowd loose, and wait for its report."""
    done = subprocess.run(
        [sys.executable, __file__, kind],
        input=json.dumps(plan),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def percentile(values: list[float], share: float) -> float:
    """The value that ``share`` of all are not above."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


async def callers(plan: dict[str, Any]) -> dict[str, Any]:
    """``clients`` that submit, look at what they submitted, and ask for the health.

    ``pause``: seconds of thought between two calls of one client, on average; ``calls``: which, in
    turn; ``seconds``: how long.
    """
    times: defaultdict[str, list[float]] = defaultdict(list)
    errors: Counter[str] = Counter()
    until = time.monotonic() + plan["seconds"]

    async def live(number: int) -> None:
        dice = random.Random(number)
        line = await Line.to(plan["host"], plan["port"])
        job_id = plan.get("job_id")
        turn = number  # not all the same at once
        while time.monotonic() < until:
            if plan["pause"]:
                await asyncio.sleep(dice.uniform(0, 2 * plan["pause"]))
            call = plan["calls"][turn % len(plan["calls"])]
            turn += 1
            if call == "status" and job_id is None:  # nothing to look at yet
                call = "submit"
            request = {
                "submit": lambda: ask_for("POST", "/generate", SKETCH),
                "refused": lambda: ask_for("POST", "/generate", SKETCH | {"model": "none"}),
                "status": lambda: ask_for("GET", f"/jobs/{job_id}"),  # noqa: B023
                "health": lambda: ask_for("GET", "/health"),
                "live": lambda: ask_for("GET", "/health/live"),
            }[call]()
            began = time.perf_counter()
            try:
                answer = await asyncio.wait_for(line.ask(request), PATIENCE)
            except (TimeoutError, OSError) as error:
                errors[f"{call}: {type(error).__name__}"] += 1
                line.close()
                line = await Line.to(plan["host"], plan["port"])
                continue
            times[call].append(time.perf_counter() - began)
            if answer.status != {"submit": 202, "refused": 422}.get(call, 200):
                errors[f"{call}: {answer.status}"] += 1
            elif call == "submit":
                job_id = answer.json()["job_id"]
        line.close()

    await asyncio.gather(*map(live, range(plan["clients"])))
    return {
        "calls": {
            call: {
                "count": len(seconds),
                "p50": 1000 * percentile(seconds, 0.5),
                "p99": 1000 * percentile(seconds, 0.99),
            }
            for call, seconds in times.items()
        },
        "count": sum(map(len, times.values())),
        "errors": errors,
    }


async def compared(plan: dict[str, Any]) -> dict[str, Any]:
    """The same call to several ``ports`` in alternating rounds: milliseconds of each, sorted."""
    lines = [await Line.to(plan["host"], port) for port in plan["ports"]]
    request = ask_for("POST", "/generate", SKETCH | {"model": "none"})
    times: list[list[float]] = [[] for _ in lines]
    for _ in range(plan["rounds"]):
        for line, seconds in zip(lines, times, strict=True):
            for _ in range(plan["calls"]):
                began = time.perf_counter()
                answer = await line.ask(request)
                seconds.append(1000 * (time.perf_counter() - began))
                if answer.status != 422:
                    raise RuntimeError(f"{answer.status}: {answer.body!r}")
    return {"p50": [percentile(each, 0.5) for each in times]}


KINDS: dict[str, Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]] = {
    "callers": callers,
    "compared": compared,
}


def main() -> None:
    from load import followers, loading

    kinds = KINDS | {"followers": followers.followers, "downloads": loading.downloads}
    plan = json.load(sys.stdin)
    began, busy = time.monotonic(), time.process_time()
    report: dict[str, Any] = asyncio.run(kinds[sys.argv[1]](plan))  # type: ignore[arg-type]
    wall = time.monotonic() - began
    report |= {"seconds": wall, "share": (time.process_time() - busy) / wall}
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()
