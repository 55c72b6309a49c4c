"""Tasks beside the work: what breaks is heard of, whoever waits for its end."""

from __future__ import annotations

import asyncio
import logging

import pytest

from engine.tasks import Tasks


@pytest.mark.logs("tidying up broke")
async def test_what_breaks_is_logged_and_breaks_nobody_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken, go_on, done = list[BaseException](), asyncio.Event(), []
    tasks = Tasks(logging.getLogger("test"), "tidying up", broken.append)

    async def breaks() -> None:
        raise PermissionError("not yours")

    async def works() -> None:
        await go_on.wait()
        done.append("works")

    tasks.begin(breaks())
    tasks.begin(works())
    asyncio.get_running_loop().call_soon(go_on.set)
    await tasks.ended()
    assert done == ["works"]
    [record] = caplog.records
    assert record.exc_info is not None and isinstance(record.exc_info[1], PermissionError)
    assert broken == [record.exc_info[1]]

    go_on.clear()
    tasks.begin(works())
    await tasks.ended(within=0.0)
    assert done == ["works"], "it was not waited for"
    tasks.cancel()
    await tasks.ended()
    assert len(caplog.records) == 1, "who is cancelled is not broken"
