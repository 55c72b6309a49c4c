"""Kill -9 of hosts that grow MusicGen takes: each take is what it would have been undisturbed.

A tiny checkpoint with random weights and windows of four seconds, in fp32, where the same tokens
are promised. The hosts are forked from a process that has the libraries imported already.
"""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile as sf

from engine.jobs import Job, Order, Step
from engine.request import Request
from engine.settings import EngineSettings
from tests.e2e.processes import wait_until
from tests.engine.conftest import Watched
from tests.faults.conftest import Library
from tests.nursery import asking

PROGRAM_KILLS = 4
"""In each run; ten times as often with ``--soak``."""
MOMENTS = (Step.LOADING_MODEL, Step.GENERATING, Step.SAVING, Step.GENERATING)
"""When hosts are killed, in each run; ten times as often with ``--soak``."""
PATIENCE = 200.0
"""Seconds until something happens on a busy computer."""
MOST_LOST = 5.0
"""Seconds of music that one death may cost."""
WARM_HOST = Path(__file__).with_name("warm_host.py")
HEADLESS = Path(__file__).with_name("headless.py")

State = Callable[[str], None]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of models, which the nursery fills."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def nursery(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[psutil.Process]:
    """The process whose children are the hosts."""
    door = tmp_path_factory.mktemp("nursery") / "door"
    environment = os.environ | {
        "HF_HUB_CACHE": str(models),
        "HF_HUB_OFFLINE": "1",
        "OMP_WAIT_POLICY": "PASSIVE",  # as hosts have it, who can't set it once torch is there
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    with subprocess.Popen(
        [sys.executable, WARM_HOST, "serve", door, models],
        env=environment,
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        wait_until(door.exists, "the libraries", 300)
        yield psutil.Process(process.pid)


def settings_of(folder: Path, models: Path, **more: object) -> EngineSettings:
    return EngineSettings(
        data_folder=folder / "data",
        takes_folder=folder / "takes",
        cache_folder=folder / "cache",
        models_folder=models,
        precision="fp32",
        retry_delay=0.001,
        max_retries=1000,
        **more,
    )


def command(nursery: psutil.Process, settings: EngineSettings) -> list[str]:
    arguments = [f"--models={settings.models}", f"--precision={settings.precision}"]
    return asking(nursery.cmdline()[-2], arguments)


def orders(models: Path, beginning: Path) -> list[Order]:
    """Words alone, one window and many; and two that go on from given sound."""
    model = str(models / "tiny")
    asked = [
        Request(prompt="calm piano", model=model, duration=3.0, seed=1),
        Request(prompt="warm strings in the rain", model=model, duration=12.0, seed=2),
        Request(prompt="", model=model, duration=8.0, seed=3, temperature=1.3),
        Request(prompt="fast drums", model=model, duration=24.0, seed=4, guidance=5.0),
        Request(prompt="night", model=model, duration=6.0, seed=5, continue_from=str(beginning)),
        Request(
            prompt="bass", model=model, duration=8.0, seed=6,
            continue_from=str(beginning), continue_at=1.5,
        ),
    ]  # fmt: skip
    return [Order(request, name=f"Take {request.seed}") for request in asked]


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("given") / "beginning.wav"
    sf.write(path, np.random.default_rng(1).normal(0, 0.1, (3 * 32_000, 1)), 32_000)
    return path


class Lost:
    """How much music deaths cost: each job's progress before one, and where it went on."""

    def __init__(self, engine: Watched) -> None:
        self._engine = engine
        self.worst = 0.0
        self._reached: dict[str, tuple[int, float]] = {}

    def note_death(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            now = self._engine.latest(job.id)
            if now.step in (Step.GENERATING, Step.SAVING):
                self._reached[job.id] = (now.attempt, now.progress)

    def look(self, jobs: Sequence[Job]) -> None:
        """Where those that died went on, as far as they did by now."""
        for job in jobs:
            attempt, reached = self._reached.get(job.id, (0, 0.0))
            later = [
                change.job.progress
                for change in self._engine.changes
                if change.job.id == job.id
                and change.job.attempt > attempt
                and change.job.step is Step.GENERATING
            ]
            if job.id in self._reached and later:
                lost = (reached - later[0]) * job.request.duration
                self.worst = max(self.worst, lost)
                del self._reached[job.id]


async def told(engine: Watched, step: Step, times: int) -> None:
    """Wait until this step is reported so often from now on."""
    since = len(engine.changes)
    await engine.until(
        lambda: sum(change.job.step is step for change in engine.changes[since:]) >= times, PATIENCE
    )


def growth(settings: EngineSettings) -> set[tuple[str, int]]:
    """The checkpoints and takes that there are, each as it was written last."""
    folders = (settings.cache_folder / "checkpoints", settings.takes_folder)
    found = set()
    for file in (file for folder in folders for file in folder.glob("[!.]*")):
        with suppress(FileNotFoundError):  # a finished take's checkpoint goes while we look
            found.add((file.name, file.stat().st_mtime_ns))
    return found


def kill_again_and_again(settings: EngineSettings, program: list[str], times: int) -> None:
    dice = random.Random(3)
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    for _ in range(times):
        before = growth(settings)
        with subprocess.Popen(program, env=environment, stderr=subprocess.DEVNULL) as process:
            try:
                # Further than it was, so that the takes come to an end however often this is done.
                wait_until(lambda before=before: growth(settings) != before, "progress", PATIENCE)
                time.sleep(dice.uniform(0.0, 0.5))  # a random moment after it
            finally:
                process.kill()


@pytest.fixture(scope="module")
def asked(models: Path, beginning: Path) -> list[Order]:
    return orders(models, beginning)


@pytest.fixture(scope="module")
def undisturbed(
    models: Path,
    nursery: psutil.Process,
    asked: list[Order],
    tmp_path_factory: pytest.TempPathFactory,
) -> list[str]:
    """The hash of the file of each take that was asked for, made in peace."""
    calm = settings_of(tmp_path_factory.mktemp("calm"), models)

    async def made() -> list[Job]:
        async with Watched(calm, host_command=command(nursery, calm)) as engine:
            return await engine.ended(await engine.queue.submit(asked), PATIENCE)

    return hashes(asyncio.run(made()))


def hashes(jobs: Sequence[Job]) -> list[str]:
    assert [job.error for job in jobs] == [None] * len(jobs)
    return [job.take.sha256 for job in jobs if job.take]


@pytest.mark.logs("host")
async def test_hosts_are_killed_while_they_load_grow_and_save(
    tmp_path: Path,
    models: Path,
    nursery: psutil.Process,
    asked: list[Order],
    undisturbed: list[str],
    state: State,
    soak: int,
) -> None:
    dice = random.Random(1)
    killed: Counter[str] = Counter()
    worst = 0.0
    for turn in range(soak):
        wild = settings_of(tmp_path / f"wild {turn}", models)
        async with Watched(wild, host_command=command(nursery, wild)) as engine:
            jobs = await engine.queue.submit(asked)
            lost = Lost(engine)
            for moment in MOMENTS:
                await told(
                    engine, moment, dice.randrange(1, 12) if moment is Step.GENERATING else 1
                )
                lost.look(jobs)
                lost.note_death(jobs)
                hosts = nursery.children()
                for host in hosts:
                    host.kill()
                psutil.wait_procs(hosts, timeout=PATIENCE)
                killed[moment] += 1
            ended = await engine.ended(jobs, PATIENCE)
            lost.look(jobs)
        assert hashes(ended) == undisturbed
        takes = [path for path in wild.takes_folder.iterdir() if path.suffix == ".wav"]
        assert len(takes) == len(asked), "each job ended once"
        assert not list((wild.cache_folder / "checkpoints").iterdir()), "nothing stays half-written"
        assert lost.worst <= MOST_LOST
        worst = max(worst, lost.worst)
    moments_told = ", ".join(f"{count} while {step}" for step, count in killed.items())
    count = len(asked) * soak
    state(
        f"MusicGen host killed -9 {killed.total()} times ({moments_told}): {count} of {count} "
        f"takes byte for byte as undisturbed, at most {worst:.1f} s of music lost"
    )


@pytest.mark.logs("host")
async def test_the_program_is_killed_while_takes_grow(
    tmp_path: Path,
    models: Path,
    nursery: psutil.Process,
    asked: list[Order],
    undisturbed: list[str],
    state: State,
    soak: int,
) -> None:
    wild = settings_of(tmp_path / "wild", models)
    library = Library(tmp_path / "wild")
    jobs = library.submit(asked)
    program = [sys.executable, str(HEADLESS), wild.model_dump_json(), *command(nursery, wild)]
    kill_again_and_again(wild, program, PROGRAM_KILLS * soak)
    wait_until(lambda: not nursery.children(), "the host to follow", PATIENCE)
    interrupted = library.unfinished()
    async with Watched(wild, host_command=command(nursery, wild)) as engine:
        await engine.until(lambda: library.unfinished() == 0, PATIENCE)
        ended = [await engine.queue.job(job.id) for job in jobs]
    assert interrupted, "the jobs are to outlast the kills"
    assert hashes(ended) == undisturbed
    assert not list((wild.cache_folder / "checkpoints").iterdir()), "nothing stays half-written"
    state(
        f"program killed -9 {PROGRAM_KILLS * soak} times while MusicGen grew takes: "
        f"{len(asked)} of {len(asked)} takes byte for byte as undisturbed"
    )
