"""Takes and their files: what is forgotten, used again, or in the way."""

from __future__ import annotations

import asyncio
import dataclasses
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from engine.dispatch.files import TakeFiles
from engine.jobs import Status, Take
from engine.settings import EngineSettings
from engine.store.claims import Claims
from tests.engine.conftest import Watched


async def looked_through(engine: Watched) -> None:
    """Until what a start does beside the queue is done."""
    await asyncio.gather(*engine.queue._background, return_exceptions=True)


async def emptied(settings: EngineSettings) -> None:
    """Open the library with a trash that keeps nothing, until it was looked through."""
    async with Watched(settings.model_copy(update={"trash_days": 0})) as engine:
        await looked_through(engine)


@pytest.mark.logs("in use|stays in the trash")
async def test_old_trash_goes_whole_or_stays_trash(
    settings: EngineSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Watched(settings) as engine:
        (job,) = await engine.ended(await engine.submit("steps=2"))
        await engine.queue.delete([job.id])
    assert job.take is not None

    def in_use(*_: object) -> None:
        raise PermissionError("in use by another program")

    with monkeypatch.context() as patched:
        patched.setattr(TakeFiles, "discard", in_use)
        await emptied(settings)
    assert job.take.path.exists()
    async with Watched(settings) as engine:
        await looked_through(engine)
        assert await engine.queue.jobs() == [], "what was deleted does not come back"

    await emptied(settings)
    assert not job.take.path.exists()


async def test_a_folder_named_like_a_take_is_left_alone(settings: EngineSettings) -> None:
    (settings.takes_folder / "A folder - 0123456789abcdef.wav").mkdir(parents=True)
    async with Watched(settings) as engine:
        await looked_through(engine)
        assert (engine.notices, await engine.queue.jobs()) == ([], [])


async def test_a_take_of_another_program_is_found_while_the_library_is_open(
    settings: EngineSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = settings.model_copy(
        update={"data_folder": tmp_path / "other", "takes_folder": tmp_path / "made"}
    )
    async with Watched(elsewhere) as other:
        (made,) = await other.ended(await other.submit("steps=2"))
    assert made.take is not None
    async with Watched(settings) as engine:
        await looked_through(engine)
        foreign = settings.takes_folder / "Not ours - 0123456789abcdef.wav"
        foreign.parent.mkdir(parents=True, exist_ok=True)
        foreign.write_bytes(b"RIFF, or what somebody took for it")
        there = foreign.with_name(made.take.path.name)
        made.take.path.rename(there)
        await engine.queue.find_takes()
        [found] = await engine.queue.jobs()
        assert (found.id, found.name, found.request) == (made.id, made.name, made.request)
        assert found.take is not None
        assert found.take.path == there
        assert engine.latest(made.id) == found, "and it is told"

        await engine.queue.delete([made.id])
        read: list[str] = []
        monkeypatch.setattr(TakeFiles, "read", lambda _self, job_id, _path: read.append(job_id))
        await engine.queue.find_takes()
        assert await engine.queue.jobs() == [], "what is in the trash stays there"
        assert read == [], "what was no take is not read again and again"


@pytest.mark.logs("is left alone")
@pytest.mark.parametrize("broken", [(TakeFiles, "read"), (Claims, "adopt")])
async def test_a_file_that_breaks_its_reader_keeps_no_other_from_the_library(
    settings: EngineSettings, monkeypatch: pytest.MonkeyPatch, broken: tuple[type, str]
) -> None:
    async with Watched(settings) as engine:
        made = await engine.ended(await engine.submit("steps=2", "steps=3"))
    settings.database.rename(settings.data_folder / "lost.db")
    tried = broken_once(monkeypatch, *broken)
    async with Watched(settings) as engine:
        await looked_through(engine)
        [found] = await engine.queue.jobs()
        assert found.id in {job.id for job in made}
        assert len(tried) == 2


@pytest.mark.logs("is left alone|waits again")
@pytest.mark.parametrize("broken", [(TakeFiles, "read"), (Claims, "adopt")])
async def test_a_file_that_breaks_its_reader_is_made_again(
    settings: EngineSettings, monkeypatch: pytest.MonkeyPatch, broken: tuple[type, str]
) -> None:
    """Of a job that ran when the program ended."""
    async with Watched(settings) as engine:
        [job] = await engine.ended(await engine.submit("steps=2"))
    with closing(sqlite3.connect(settings.database)) as rows, rows:
        rows.execute("DELETE FROM takes")
        rows.execute("UPDATE jobs SET status = 'pending', finished_at = NULL")
    broken_once(monkeypatch, *broken)
    async with Watched(settings) as engine:
        await engine.until(lambda: any(change.job.status.final for change in engine.changes))
        assert engine.latest(job.id).status is Status.COMPLETED


def broken_once(monkeypatch: pytest.MonkeyPatch, verbs: type, name: str) -> list[object]:
    """Let this verb raise the first time what nobody reckoned with; what it was asked for."""
    verb, tried = getattr(verbs, name), list[object]()

    def broken(self: object, *what: object, **how: object) -> object:
        tried.append(what)
        if len(tried) == 1:
            raise IndexError("the test says so")
        return verb(self, *what, **how)

    monkeypatch.setattr(verbs, name, broken)
    return tried


@pytest.mark.logs("can't be used again")
async def test_a_take_is_used_again_with_its_midi_or_not_at_all(tmp_path: Path) -> None:
    audio, midi = tmp_path / "a.wav", tmp_path / "a.mid"
    audio.write_bytes(b"sound")
    midi.write_bytes(b"notes")
    sha256 = "dd29442deca69f52c50006b831cb216edf78a7da33748f0a80ff19f2ebe57ecd"
    take = Take(audio, 1.0, 44_100, 2, sha256, midi_path=midi, stars=3)
    files = TakeFiles(tmp_path)

    again = await files.reuse(take, tmp_path / "new" / "b.wav")
    assert again == dataclasses.replace(
        take, path=tmp_path / "new" / "b.wav", midi_path=tmp_path / "new" / "b.mid", stars=0
    )
    assert (again.path.read_bytes(), again.midi_path.read_bytes()) == (b"sound", b"notes")
    midi.unlink()
    assert await files.reuse(take, tmp_path / "c.wav") is None
    assert not (tmp_path / "c.wav").exists()
