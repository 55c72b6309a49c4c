import asyncio
import io
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.console import Console

from app.delivery import Delivery
from app.generate import follow, orders_for
from app.take_bars import TakeBars
from engine.audio.names import safe_name
from engine.dispatch.feed import Feed
from engine.errors import DiskFull, FolderNotWritable, InvalidRequest, StorageError, StoreLocked
from engine.jobs import Change, Failure, Job, Order, Status, Step, Take, utc_now
from engine.request import Request
from tests.fake_queue import FakeQueue


@dataclass
class FakeOpened:
    dispatcher: FakeQueue
    feed: Feed


def opens(script: Callable[[FakeOpened, Sequence[Job]], None]) -> Callable[..., object]:
    """An engine that does ``script`` with the jobs that are submitted, a moment later."""

    @asynccontextmanager
    async def open_engine(feed: Feed) -> AsyncIterator[FakeOpened]:
        def publish(changes: Sequence[Change]) -> None:
            feed.changed([change.job for change in changes])
            waiting = [c.job for c in changes if c.job.status is Status.PENDING]
            if waiting:
                asyncio.get_running_loop().call_soon(script, opened, waiting)

        opened = FakeOpened(FakeQueue(publish), feed)
        yield opened

    return open_engine


async def seen(orders: Sequence[Order], open_engine: Callable[..., object]) -> list[Job]:
    return [job async for job in follow(orders, open_engine)]  # type: ignore[arg-type]


class TestFollow:
    async def test_every_snapshot_until_all_have_ended(self) -> None:
        def script(engine: FakeOpened, jobs: Sequence[Job]) -> None:
            for job in jobs:
                running = job.with_(status=Status.PROCESSING, step=Step.GENERATING, progress=0.5)
                engine.dispatcher.put(running)
            engine.dispatcher.put(jobs[1].with_(status=Status.COMPLETED))
            engine.dispatcher.put(jobs[0].with_(status=Status.FAILED))

        orders = orders_for(["calm", "tense"], {"duration": 4}, 1)
        jobs = await seen(orders, opens(script))
        assert [(job.request.prompt, job.status.value) for job in jobs] == [
            ("calm", "pending"),
            ("tense", "pending"),
            ("calm", "processing"),
            ("tense", "processing"),
            ("tense", "completed"),
            ("calm", "failed"),
        ]

    @pytest.mark.logs("nearly full")
    async def test_a_full_disk_is_not_waited_for(self) -> None:
        def script(engine: FakeOpened, jobs: Sequence[Job]) -> None:
            engine.feed.notice(Failure.of(DiskFull("The disk is nearly full.")))

        with pytest.raises(DiskFull, match="nearly full"):
            await seen(orders_for(["calm"], {}, 1), opens(script))

    async def test_what_submitting_raises_is_raised(self) -> None:
        @asynccontextmanager
        async def locked(feed: Feed) -> AsyncIterator[FakeOpened]:
            raise StoreLocked("Another program has it.")
            yield

        with pytest.raises(StoreLocked):
            await seen(orders_for(["calm"], {}, 1), locked)


class TestOrders:
    def test_templates_times_takes(self) -> None:
        orders = orders_for(["{calm|tense} piano", "drums"], {"seed": 5, "duration": 4}, 2)
        assert [(o.request.prompt, o.request.seed) for o in orders] == [
            ("calm piano", 5),
            ("calm piano", 6),
            ("tense piano", 5),
            ("tense piano", 6),
            ("drums", 5),
            ("drums", 6),
        ]
        assert len({order.id for order in orders}) == 6

    @pytest.mark.parametrize("prompt", ["", "  ", "{a|}"])
    def test_an_empty_prompt_is_refused(self, prompt: str) -> None:
        with pytest.raises(InvalidRequest, match="prompt: is empty"):
            orders_for([prompt], {}, 1)


def finished(folder: Path, name: str = "calm", format: str = "wav") -> tuple[Job, Take]:
    path = folder / f"{safe_name(name)} - 0123.{format}"
    path.write_bytes(b"sound")
    midi = path.with_suffix(".mid")
    midi.write_bytes(b"notes")
    take = Take(path, 16.4, 44_100, 2, "", tempo=84.0, key="D minor", midi_path=midi)
    request = Request(prompt=name, seed=7)
    job = Job("gen_0123", request, name, Status.COMPLETED, Step.COMPLETED, utc_now(), take=take)
    return job, take


class TestDelivery:
    def test_the_takes_folder_keeps_the_name_by_which_the_window_knows_it(
        self, tmp_path: Path
    ) -> None:
        usual = tmp_path / "takes"
        delivery = Delivery(None, usual, None)
        delivery.prepare(3)
        take = delivery.deliver(*finished(tmp_path))
        assert (take.path, take.midi_path) == (usual / "calm - 0123.wav", usual / "calm - 0123.mid")
        assert take.path.read_bytes() == b"sound"
        assert list(tmp_path.glob("*.*")) == []

    def test_a_folder_gets_human_names_and_loses_nothing(self, tmp_path: Path) -> None:
        delivery = Delivery(tmp_path / "out", tmp_path, "wav")
        delivery.prepare(2)
        names = [delivery.deliver(*finished(tmp_path, "a/b")).path.name for _ in range(2)]
        assert names == ["a-b.wav", "a-b (2).wav"]

    def test_a_file_is_what_was_asked_for(self, tmp_path: Path) -> None:
        out = tmp_path / "new" / "song.flac"
        delivery = Delivery(out, tmp_path, None)
        assert delivery.format == "flac"
        delivery.prepare(1)
        assert delivery.deliver(*finished(tmp_path, format="flac")).path == out
        assert sorted(path.name for path in out.parent.iterdir()) == ["song.flac", "song.mid"]

    def test_what_cannot_be_is_told_before_anything_is_made(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidRequest, match=r"out: ends in \.flac, but the format is wav"):
            Delivery(tmp_path / "song.flac", tmp_path, "wav")
        with pytest.raises(InvalidRequest, match="there will be 2 takes; name a folder"):
            Delivery(tmp_path / "song.flac", tmp_path, None).prepare(2)
        (tmp_path / "file").write_bytes(b"")
        with pytest.raises(FolderNotWritable):
            Delivery(tmp_path / "file" / "song.wav", tmp_path, None).prepare(1)

    def test_what_its_place_does_not_take_stays_where_it_was(self, tmp_path: Path) -> None:
        delivery, (job, take) = Delivery(tmp_path / "song.wav", tmp_path, None), finished(tmp_path)
        delivery.prepare(1)
        (tmp_path / "song.wav").mkdir()
        with pytest.raises(StorageError):
            delivery.deliver(job, take)
        assert take.path.read_bytes() == b"sound"
        assert take.midi_path is not None and take.midi_path.read_bytes() == b"notes"
        assert not (tmp_path / "song.mid").exists()
        assert list(tmp_path.glob(".*")) == []


class TestBars:
    def shown(self, *jobs: Job, terminal: bool = False, total: int = 1) -> str:
        text = io.StringIO()
        console = Console(file=text, force_terminal=terminal, width=100, color_system=None)
        with TakeBars(console, total) as bars:
            for job in jobs:
                bars.show(job)
        return text.getvalue()

    def test_a_line_for_each_that_ended(self, tmp_path: Path) -> None:
        job, _ = finished(tmp_path, "calm [bold]piano")
        failed = job.with_(status=Status.FAILED, take=None, name="odd")
        assert self.shown(job, failed, total=2).splitlines() == [
            "✓ calm [bold]piano  0:16 · 84 bpm · D minor · seed 7  1 of 2",
            "✗ odd  2 of 2",
        ]

    def test_a_long_name_gives_way_to_the_facts(self, tmp_path: Path) -> None:
        job, _ = finished(tmp_path, "slow and calm piano " * 8)
        lines = self.shown(job, terminal=True).splitlines()
        line = next(line for line in lines if "✓" in line)
        assert line[line.index("✓") :].endswith("…  0:16 · 84 bpm · D minor · seed 7")
        assert len(line[line.index("✓") :]) == 100
        assert job.name.strip() in self.shown(job)

    def test_a_bar_for_one_that_runs(self, tmp_path: Path) -> None:
        job, _ = finished(tmp_path, "calm [bold]piano")
        running = job.with_(
            status=Status.PROCESSING,
            step=Step.GENERATING,
            progress=0.48,
            eta_seconds=71.0,
            take=None,
        )
        text = self.shown(running, terminal=True)
        assert "calm [bold]piano" in text
        assert "48 %" in text
        assert "generating, 1:11 left" in text
        waiting = running.with_(status=Status.PENDING)
        assert "waiting to try again" in self.shown(running, waiting, terminal=True)
