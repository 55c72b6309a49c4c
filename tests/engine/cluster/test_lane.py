"""A worker's lane: what grows is kept and heard elsewhere, and goes on from what was kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from engine.cluster.carrier import Carrier
from engine.cluster.discarding import Discarding
from engine.cluster.lane import FETCH_AGAIN_SECONDS, WITHOUT_MODEL_SECONDS, SharedLane
from engine.dispatch.lane import (
    Completed,
    Failed,
    Gone,
    Kept,
    LaneEvent,
    Listener,
    Loaded,
    Previewed,
    Progressed,
    Returned,
    Sources,
)
from engine.errors import NotFound, StorageError
from engine.jobs import LOCAL, Change, Failure, Job, Maker, Status, Step, Take, utc_now
from engine.request import Request
from engine.storage.disk import DiskStorage
from engine.store.postgresql.attempts import Grown

A, B = "a" * 32, "b" * 32


class FakeMachine:
    """In place of the lane of a computer: does what the test says."""

    place = LOCAL
    ends_early = True
    status = None
    model: str | None = None
    loaded: Loaded | None = None
    room = 4

    def __init__(self, cache: Path, news: asyncio.Event) -> None:
        self._cache = cache
        self._news = news
        self.did: list[tuple[str, str]] = []
        self.found: list[bytes | None] = []
        """The checkpoints that were there when runs began."""
        self.last_words: dict[Path, bytes] = {}
        """Checkpoints that are written at its end."""
        self.tell: Listener = lambda _: None

    def checkpoint_path(self, job: Job) -> Path:
        return self._cache / f"{job.id}.ckpt"

    def maker(self, model: str) -> Maker | None:
        return Maker(model)

    async def start(self, listener: Listener) -> None:
        self.tell = listener

    def run(self, run: str, job: Job, path: Path, sources: Sources) -> None:
        here = self.checkpoint_path(job)
        self.found.append(here.read_bytes() if here.exists() else None)
        self.did.append(("run", run))
        self._news.set()

    def drop(self, run: str) -> None:
        self.did.append(("drop", run))

    def stop_here(self, run: str) -> None:
        self.did.append(("stop", run))

    def pause(self, paused: bool) -> None:
        self.did.append(("pause", str(paused)))

    async def stop(self, patience: float = 2.0) -> None:
        for path, data in self.last_words.items():
            path.write_bytes(data)


class Rows:
    """In place of the jobs' rows: which keys they have, and whose the jobs are."""

    def __init__(self) -> None:
        self.keys: dict[str, str] = {}
        self.tokens = {A, B}
        self.shown: list[Grown] = []
        self.anew: list[tuple[str, str]] = []
        self.away = False

    def write(self, job_id: str, token: str, key: str) -> bool:
        if self.away:
            raise StorageError("It is away.")
        if token in self.tokens:
            self.keys[job_id] = key
        return token in self.tokens

    def begins_anew(self, job_id: str, token: str) -> None:
        self.anew.append((job_id, token))

    def show(self, grown: Grown) -> None:
        self.shown.append(grown)

    def over(self, token: str) -> None: ...

    def close(self) -> None: ...


class WatchedStorage(DiskStorage):
    """Wakes who waits for what it does."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.news = asyncio.Event()
        self.put_so_often = 0

    async def put(self, file: Path, key: str, *, sha256: str, job: str = "") -> None:
        await super().put(file, key, sha256=sha256, job=job)
        self.put_so_often += 1
        asyncio.get_running_loop().call_soon(self.news.set)  # and the row is written

    async def remove(self, key: str) -> None:
        await super().remove(key)
        self.news.set()


class Scene:
    def __init__(self, folder: Path) -> None:
        self.root = folder / "storage"
        self.storage = WatchedStorage(self.root)
        self.machine = FakeMachine(folder, self.storage.news)
        self.rows, self.heard_rows = Rows(), Rows()
        self.told: list[LaneEvent] = []
        carriers = [
            Carrier(
                self.storage, prefix, suffix, leaving=folder / "leaving",
                written=rows.write, pause=0.0, at_once=1, stay=stay,
            )
            for prefix, suffix, rows, stay in (
                ("checkpoints", "ckpt", self.rows, 1), ("previews", "wav", self.heard_rows, 2)
            )
        ]  # fmt: skip
        self.models = {"sketch"}
        self.lane = SharedLane(
            self.machine, self.storage, *carriers, self.rows, self.rows.begins_anew, self.has
        )  # type: ignore[call-arg]

    async def has(self, model: str) -> bool:
        return model in self.models

    async def until(self, condition: Callable[[], Any]) -> None:
        """Wait for it; looked at again after all that is stored, removed, begun or told."""
        async with asyncio.timeout(60):
            while not condition():
                self.storage.news.clear()
                await self.storage.news.wait()

    def hear(self, event: LaneEvent) -> None:
        self.told.append(event)
        self.storage.news.set()

    def keys(self, prefix: str) -> list[str]:
        return [f"{prefix}/{path.name}" for path in (self.root / prefix).glob("[!.]*")]

    def content(self, rows: Rows) -> bytes | None:
        """Of the newest file of the job."""
        key = rows.keys.get("gen_1")
        return (self.root / key).read_bytes() if key else None

    async def begun(self, token: str, job: Job) -> None:
        self.lane.run(token, job, Path("take.wav"), {})
        await self.until(lambda: ("run", token) in self.machine.did)

    def grow(self, token: str, job: Job, data: bytes) -> None:
        """Another checkpoint."""
        path = self.machine.checkpoint_path(job)
        part = path.with_suffix(".part")
        part.write_bytes(data)
        part.replace(path)
        self.machine.tell(Kept(token, path))


def a_job(checkpoint: str | None = None, **more: Any) -> Job:
    request = Request(prompt="x")
    status = Status.PROCESSING
    return Job("gen_1", request, "x", status, Step.QUEUED, utc_now(), checkpoint=checkpoint, **more)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    made = Scene(tmp_path)
    await made.lane.start(made.hear)
    yield made
    await made.lane.stop()


async def test_what_is_kept_is_where_another_goes_on(scene: Scene) -> None:
    job = a_job()
    await scene.begun(A, job)
    for data in (b"one", b"two", b"three"):
        scene.grow(A, job, data)
    await scene.until(lambda: scene.content(scene.rows) == b"three")
    await scene.until(lambda: scene.keys("checkpoints") == [scene.rows.keys["gen_1"]])

    scene.machine.tell(Failed(A, Failure("x", "x"), retriable=True))
    again = a_job(scene.rows.keys["gen_1"])
    scene.grow("nobody's", job, b"of this machine, and old")
    await scene.begun(B, again)
    assert scene.machine.found == [None, b"three"]
    scene.machine.tell(Completed(B, Take(Path("x"), 1, 1, 1, ""), 1.0))
    await scene.lane.stop()
    assert scene.keys("checkpoints") == [again.checkpoint], "its row does not say yet that it ended"


async def test_who_lost_the_job_leaves_nothing_and_changes_nothing(scene: Scene) -> None:
    job = a_job()
    await scene.begun(A, job)
    scene.rows.tokens.discard(A)
    scene.grow(A, job, b"late")
    await scene.until(lambda: scene.storage.put_so_often)
    await scene.until(lambda: not scene.keys("checkpoints"))
    assert scene.rows.keys == {}


async def test_what_the_row_names_stays_while_no_row_can_be_written(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = a_job()
    await scene.begun(A, job)
    scene.grow(A, job, b"one")
    await scene.until(lambda: scene.content(scene.rows) == b"one")
    with monkeypatch.context() as patch:
        patch.setattr(scene.rows, "away", True)
        scene.grow(A, job, b"two")
        await scene.until(lambda: scene.storage.put_so_often == 2)
        scene.machine.tell(Failed(A, Failure("x", "x"), retriable=True))
        await scene.lane.stop()
    assert scene.content(scene.rows) == b"one"
    assert len(scene.keys("checkpoints")) == 2, "the row may name either"


@pytest.mark.logs("could not begin")
async def test_whatever_keeps_a_run_from_beginning_is_told(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(key: str) -> Path:
        raise PermissionError(f"{key} is not yours")

    monkeypatch.setattr(scene.storage, "fetch", broken)
    scene.lane.run(A, a_job("checkpoints/gen_1-x-1.ckpt"), Path("x"), {})
    await scene.until(lambda: scene.told)
    (event,) = scene.told
    assert isinstance(event, Failed) and event.run == A and event.retriable


@pytest.mark.logs("could not begin")
async def test_what_its_machine_can_not_take_is_told(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("the test says so")

    monkeypatch.setattr(scene.machine, "run", broken)
    scene.lane.run(A, a_job(), Path("x"), {})
    await scene.until(lambda: scene.told)
    (event,) = scene.told
    assert isinstance(event, Failed) and event.run == A
    assert scene.lane.room == scene.machine.room


async def test_at_the_end_the_last_checkpoint_is_brought_away(scene: Scene) -> None:
    job = a_job()
    await scene.begun(A, job)
    scene.machine.last_words[scene.machine.checkpoint_path(job)] = b"the last"
    await scene.lane.stop(5.0)
    assert scene.content(scene.rows) == b"the last"
    assert not [event for event in scene.told if isinstance(event, Returned | Gone)]


@pytest.mark.logs("begins anew")
async def test_without_its_checkpoint_it_begins_anew(scene: Scene) -> None:
    """And it does not end early: that was asked of what is lost."""
    scene.lane.run(A, a_job("checkpoints/gen_1-gone-1.ckpt"), Path("take.wav"), {})
    scene.lane.stop_here(A)
    await scene.until(lambda: scene.machine.did)
    assert scene.machine.found == [None]
    assert scene.rows.anew == [("gen_1", A)]
    scene.machine.tell(Progressed(A, Step.GENERATING, 0.1, None))
    assert scene.machine.did == [("run", A)]


async def test_what_can_not_be_stored_keeps_nobody_from_ending(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = scene.storage.put

    async def no_previews(file: Path, key: str, **more: Any) -> None:
        if key.startswith("previews"):
            raise PermissionError("not yours")
        await put(file, key, **more)

    monkeypatch.setattr(scene.storage, "put", no_previews)
    job = a_job()
    await scene.begun(A, job)
    (tmp_path / "heard.wav").write_bytes(b"x")
    scene.machine.tell(Previewed(A, tmp_path / "heard.wav"))
    scene.machine.last_words[scene.machine.checkpoint_path(job)] = b"the last"
    await scene.lane.stop(5.0)
    assert scene.content(scene.rows) == b"the last"


@pytest.mark.logs("is not here any more")
async def test_without_its_model_a_run_is_for_others(scene: Scene) -> None:
    failure = Failure("x", "x")
    for token in (A, B):
        await scene.begun(token, a_job())
        scene.machine.tell(Failed(token, failure, retriable=False))
        await scene.until(lambda token=token: [e for e in scene.told if e.run == token])  # type: ignore[misc, union-attr]
        scene.models.clear()
    assert scene.told == [Failed(A, failure, False), Returned(B, WITHOUT_MODEL_SECONDS)]


@pytest.mark.logs("can't be seen")
async def test_a_failed_run_ends_though_nobody_can_see_its_model(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the folder of models is on a disk that is away; elsewhere it may do well."""

    async def unseen(model: str) -> bool:
        raise PermissionError(f"{model} is not yours")

    monkeypatch.setattr(scene.lane, "_has", unseen)
    failure = Failure("x", "x")
    await scene.begun(A, a_job())
    scene.machine.tell(Failed(A, failure, retriable=False))
    await scene.until(lambda: scene.told)
    assert scene.told == [Failed(A, failure, retriable=True)]
    assert scene.lane.room == scene.machine.room


async def test_while_the_storage_is_away_it_waits_elsewhere(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(key: str) -> Path:
        raise StorageError("It is away.")

    monkeypatch.setattr(scene.storage, "fetch", away)
    scene.lane.run(A, a_job("checkpoints/gen_1-x-1.ckpt"), Path("x"), {})
    await scene.until(lambda: scene.told)
    assert scene.told == [Returned(A, FETCH_AGAIN_SECONDS)]
    assert scene.machine.did == []


@pytest.mark.logs("begins anew")
async def test_dropped_before_it_began_it_never_does(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    come = asyncio.Event()

    async def slow(key: str) -> Path:
        await come.wait()
        raise NotFound("gone")

    monkeypatch.setattr(scene.storage, "fetch", slow)
    assert scene.lane.room == 4
    scene.lane.run(A, a_job("checkpoints/gen_1-x-1.ckpt"), Path("x"), {})
    assert scene.lane.room == 3, "it will be there"
    scene.lane.drop(A)
    come.set()
    await scene.until(lambda: scene.told)
    assert scene.told == [Gone(A)]
    assert scene.machine.did == []


async def test_it_ends_early_once_and_as_soon_as_it_grows(scene: Scene) -> None:
    await scene.begun(A, a_job())
    scene.lane.stop_here(A)
    for step, progress in (
        (Step.ENCODING_PROMPT, 0.0), (Step.GENERATING, 0.1), (Step.GENERATING, 0.2)
    ):  # fmt: skip
        scene.machine.tell(Progressed(A, step, progress, None))
        scene.lane.stop_here(A)
    assert scene.machine.did == [("run", A), ("stop", A)]
    assert [grown.progress for grown in scene.rows.shown] == [0.0, 0.1, 0.2]


async def test_the_last_two_previews_can_be_heard_until_its_end(
    scene: Scene, tmp_path: Path
) -> None:
    job = a_job()
    await scene.begun(A, job)
    for number in range(4):
        before = scene.heard_rows.keys.get("gen_1")
        (tmp_path / "heard.wav").write_bytes(b"%d" % number)
        scene.machine.tell(Previewed(A, tmp_path / "heard.wav"))
        await scene.until(lambda before=before: scene.heard_rows.keys.get("gen_1") != before)  # type: ignore[misc]
    await scene.until(lambda: len(scene.keys("previews")) == 2)
    assert scene.content(scene.heard_rows) == b"3"
    scene.machine.tell(Gone(A))
    await scene.until(lambda: len(scene.keys("previews")) == 1)
    assert scene.content(scene.heard_rows) == b"3"


async def test_what_was_kept_goes_when_the_job_has_ended(scene: Scene, tmp_path: Path) -> None:
    keys = "checkpoints/gen_1-a-1.ckpt", "previews/gen_1-a-1.wav"
    (tmp_path / "x").write_bytes(b"x")
    for key in keys:
        await scene.storage.put(tmp_path / "x", key, sha256="")
    discarding = Discarding(scene.storage)
    job = a_job(keys[0], preview=Path(keys[1]))
    for status in (Status.PROCESSING, Status.PENDING):
        discarding.changed([Change(job.with_(status=status))])
    await discarding.close()
    assert scene.keys("checkpoints") and scene.keys("previews")
    discarding.changed([Change(job.with_(status=Status.FAILED))])
    await discarding.close()
    assert not scene.keys("checkpoints") and not scene.keys("previews")
