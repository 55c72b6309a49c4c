"""What keeps a lane, or all that waits for it, from beginning more; and what must not."""

from __future__ import annotations

import pytest

from engine.cluster.desk import Desk
from engine.dispatch import runs
from engine.dispatch.lane import Progressed
from engine.errors import StorageError
from engine.jobs import Job, Status, Step
from engine.settings import EngineSettings
from engine.store.claims import Claims
from tests.engine.dispatch.scenes import ScriptedLane, opened


async def test_a_suspects_take_on_its_way_holds_up_nobody(settings: EngineSettings) -> None:
    """Where takes are kept may be away for hours; what ran alone has left its lane by then."""
    async with opened(settings) as scene:
        (suspect,) = scene.submit(suspect=True)
        (other,) = scene.submit()
        await scene.scheduler.start()
        await scene.settled()
        assert scene.begun() == [suspect.id]
        scene.made(suspect)
        await scene.until(lambda: other.id in scene.begun())
        assert scene.status(suspect) is Status.PROCESSING
        scene.files.there.set()
        await scene.until(lambda: scene.status(suspect) is Status.COMPLETED)


async def test_a_suspect_waits_for_what_grows_and_for_no_take_on_its_way(
    settings: EngineSettings,
) -> None:
    async with opened(settings) as scene:
        one, other = scene.submit(2)
        await scene.scheduler.start()
        await scene.until(lambda: len(scene.begun()) == 2)
        (suspect,) = scene.submit(suspect=True)
        (late,) = scene.submit()
        scene.scheduler._allowance.suspect(suspect.id, suspect.place)
        scene.made(one)
        await scene.settled()
        assert scene.begun() == [one.id, other.id], "it must be alone"
        scene.made(other)
        await scene.until(lambda: suspect.id in scene.begun())
        assert late.id not in scene.begun()


async def test_a_suspect_whose_take_was_found_is_waited_for_no_more(
    settings: EngineSettings,
) -> None:
    """It was made before the program ended, and could not be kept at once: nobody runs it."""
    async with opened(settings) as scene:
        (suspect,) = scene.submit(suspect=True)
        made = scene.store.job(suspect.id).with_(take=scene.take_of(suspect))
        scene.scheduler.runs.complete_late([made])
        await scene.scheduler.start()
        scene.files.there.set()
        await scene.until(lambda: scene.status(suspect) is Status.COMPLETED)
        (job,) = scene.submit()
        scene.scheduler.wake()
        await scene.until(lambda: scene.begun() == [job.id])


async def test_a_permit_for_a_suspect_that_is_gone_holds_up_nobody(
    settings: EngineSettings,
) -> None:
    """Somebody else has begun or cancelled it; here a run goes on for long."""
    desk = Desk()
    async with opened(settings, desk) as scene:
        desk.on_permit = scene.scheduler.wake
        (first,) = scene.submit()
        await scene.scheduler.start()
        desk.lay(alone=False)
        await scene.until(lambda: scene.begun() == [first.id])
        (suspect,) = scene.submit(suspect=True)
        (late,) = scene.submit()
        over = desk.lay(alone=True)
        desk.lay(alone=False)
        await scene.settled()
        assert scene.begun() == [first.id], "the suspect's turn comes first"
        scene.store.cancel([suspect.id])
        scene.scheduler.wake()
        await scene.until(lambda: scene.begun() == [first.id, late.id])
        assert over.result(), "there is nobody to give it to"


async def test_another_lane_takes_over_what_has_not_ended_in_the_first(
    settings: EngineSettings,
) -> None:
    """What is made there is kept, and made once; what was about to enter it enters the other."""
    async with opened(settings) as scene:
        made, grows = scene.submit(2)
        await scene.scheduler.start()
        await scene.until(lambda: len(scene.begun()) == 2)
        (comes,) = scene.submit(melody="/melody.wav")
        scene.scheduler.wake()
        await scene.until(lambda: scene.status(comes) is Status.PROCESSING)
        scene.made(made)
        await scene.settled()
        first, scene.lane = scene.lane, ScriptedLane(scene.news)
        late = first.token(grows)
        await scene.scheduler.replace_lane(scene.lane)
        await scene.until(lambda: grows.id in scene.begun())
        first.tell(Progressed(late, Step.SAVING, 1.0, None))
        scene.files.there.set()
        await scene.until(lambda: scene.status(made) is Status.COMPLETED)
        await scene.until(lambda: comes.id in scene.begun())
        assert sorted(scene.begun()) == sorted([grows.id, comes.id])
        assert len(first.runs) == 2


async def test_a_source_that_can_not_be_looked_up_now_is_waited_for(
    settings: EngineSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the connection to the database breaks just then: no fault of the job's."""
    monkeypatch.setattr(runs, "FETCH_AGAIN_SECONDS", 0.01)
    job, asked = Claims.job, list[str]()

    def lost_once(claims: Claims, job_id: str) -> Job:
        asked.append(job_id)
        if asked == [source.id]:
            raise StorageError("The connection broke.")
        return job(claims, job_id)

    async with opened(settings) as scene:
        (source,) = scene.submit()
        await scene.scheduler.start()
        scene.files.there.set()
        await scene.until(lambda: scene.begun() == [source.id])
        scene.made(source)
        await scene.until(lambda: scene.status(source) is Status.COMPLETED)
        with monkeypatch.context() as patched:
            patched.setattr(Claims, "job", lost_once)
            (branch,) = scene.submit(continue_from=source.id)
            scene.scheduler.wake()
            await scene.until(
                lambda: scene.store.job(branch.id).error or branch.id in scene.begun()
            )
            assert branch.id in scene.begun()
            assert asked.count(source.id) == 2
