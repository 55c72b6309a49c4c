"""Takes that go on from another take: the id in their request finds its file, until it is gone."""

from __future__ import annotations

from engine.jobs import Job, Order, Status
from engine.request import Request
from tests.engine.conftest import Watched


async def branch(engine: Watched, source: Job) -> Job:
    """Ordered while the queue is paused: from a moment of another take, with another prompt."""
    request = Request(
        prompt="steps=2 continues=1 now with drums",
        model="scripted",
        continue_from=source.id,
        continue_at=1.25,
    )
    await engine.queue.set_paused(True)
    (job,) = await engine.queue.submit([Order(request)])
    return job


async def test_a_branch_finds_its_source_in_the_trash_too(engine: Watched) -> None:
    (source,) = await engine.ended(await engine.submit("steps=2"))
    waiting = await branch(engine, source)
    await engine.queue.delete([source.id])
    await engine.queue.set_paused(False)
    (made,) = await engine.ended([waiting])
    assert made.status is Status.COMPLETED, made.error
    assert made.request == waiting.request, "its id and its moment stay in the row"
    assert made.take.path != source.take.path


async def test_a_branch_whose_source_is_gone_for_good_says_so(engine: Watched) -> None:
    (source,) = await engine.ended(await engine.submit("steps=2"))
    waiting = await branch(engine, source)
    await engine.queue.delete([source.id])
    assert await engine.queue._recovery.old_trash(0) == 1
    await engine.queue.set_paused(False)
    (failed,) = await engine.ended([waiting])
    assert failed.status is Status.FAILED
    assert (failed.error.code, failed.attempt) == ("not_found", 1)
    assert failed.error.message == "The take that this one builds on is not there any more."
    assert failed.error.hint


async def test_a_branch_from_a_take_whose_file_was_deleted_by_hand(engine: Watched) -> None:
    (source,) = await engine.ended(await engine.submit("steps=2"))
    waiting = await branch(engine, source)
    source.take.path.unlink()
    await engine.queue.set_paused(False)
    (failed,) = await engine.ended([waiting])
    assert failed.status is Status.FAILED
    assert "is no file" in failed.error.message, "the generator was asked, and said it"
