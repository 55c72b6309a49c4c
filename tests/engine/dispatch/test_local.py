"""The lane of this computer between two lives of its host."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from engine.dispatch import local
from engine.dispatch.lane import LaneEvent, Returned, StateChanged
from engine.dispatch.local import LocalLane
from engine.host.protocol import Event, Loaded, Ready, encode
from engine.jobs import Job, Maker, Status, Step, utc_now
from engine.request import Request
from engine.settings import EngineSettings
from engine.status import EngineState

LOADED = Loaded(model="m", made_by="m 1", weights="0a", device="CPU", slots=1, heavy=False)


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


@pytest.mark.logs("the host .* ended")
@pytest.mark.parametrize(("words", "waits"), [([], True), ([LOADED], False)])
async def test_a_host_that_dies_before_it_has_done_anything_is_started_less_and_less(
    settings: EngineSettings, monkeypatch: pytest.MonkeyPatch, words: list[Event], waits: bool
) -> None:
    """It says that it is ready before its libraries are there: they may be what ends it."""
    monkeypatch.setattr(local, "RESTART_DELAYS", (0.0, 0.0, 3600.0))
    said = b"".join(map(encode, [Ready(pid=1), *words]))
    script = f"import os; os.write(1, {said!r})"
    lane, ends = LocalLane(settings, [sys.executable, "-S", "-c", script]), 0
    told = asyncio.Queue[LaneEvent]()
    await lane.start(told.put_nowait)
    try:
        while ends < 3:
            event = await asyncio.wait_for(told.get(), 60)
            ends += isinstance(event, StateChanged) and event.state is EngineState.RESTARTING
        assert lane._restart is not None
        assert (lane._restart.when() > asyncio.get_running_loop().time() + 60) is waits
        assert lane.maker("m") == (None if waits else Maker("m 1", "0a"))
    finally:
        await lane.stop()
