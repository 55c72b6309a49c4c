"""The lane of this computer between two lives of its host."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.dispatch.lane import LaneEvent, Returned
from engine.dispatch.local import LocalLane
from engine.jobs import Job, Status, Step, utc_now
from engine.request import Request
from engine.settings import EngineSettings


@pytest.mark.logs("could not be started")
async def test_a_run_that_comes_while_there_is_no_host_goes_back(
    settings: EngineSettings, tmp_path: Path
) -> None:
    """What it builds on may be fetched for a long time; a host can die in the middle of that."""
    job = Job("gen_1", Request(), "me", Status.PROCESSING, Step.QUEUED, utc_now())
    lane, told = LocalLane(settings, [str(tmp_path / "no program")]), list[LaneEvent]()
    await lane.start(told.append)
    try:
        lane.run("first", job, tmp_path / "take.wav", {})
        assert [event for event in told if isinstance(event, Returned)] == [Returned("first")]
    finally:
        await lane.stop()
