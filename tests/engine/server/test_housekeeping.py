"""Keeping house: what goes, what stays, and that work goes on after any end."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from engine.jobs import Job, Order
from engine.request import Request
from engine.server.housekeeping import Housekeeping
from engine.storage.leftovers import Leftovers
from engine.store.calls import Call, Calls
from engine.store.store import Store
from tests.app.terminal import typed
from tests.engine.server.running import (
    BOTH,
    Served,
    TestServer,
    body,
    made,
    storage_settings,
    tone,
    until_ended,
    until_step,
)

YEAR = 365 * 86_400


@pytest.fixture(scope="module", params=BOTH)
def storage(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    yield from storage_settings(request)


def age(server: TestServer, table: str, column: str) -> None:
    """Let all rows of a table be a year old."""
    server.sql(f"UPDATE {table} SET {column} = {column} - {YEAR}")  # noqa: S608


def sweep(server: TestServer, **changes: float) -> None:
    service = server.service
    house = Housekeeping(
        server.settings.model_copy(update=changes),
        service.jobs,
        service.uploads,
        Calls(service.engine.database),
        service.storage,
        Leftovers(server.settings.cache_folder, service.takes.folder),
        lambda _: None,
    )
    server.in_loop_async(house.sweep)


def test_audio_goes_after_its_time_and_the_job_stays(
    server: TestServer, here: httpx.Client
) -> None:
    old, kept = made(here), made(here)
    assert here.put(f"/jobs/{kept['job_id']}/keep", json={"keep": True}).status_code == 200
    age(server, "jobs", "finished_at")
    fresh = made(here, prompt="hz=300")
    sweep(server)
    assert len(server.keys("music")) == 2
    gone = here.get(f"/jobs/{old['job_id']}").json()
    assert gone["status"] == "completed" and gone["audio_url"] is None
    assert httpx.get(old["audio_url"], trust_env=False).status_code == 404
    assert here.get(f"/jobs/{old['job_id']}/audio/url").status_code == 404
    for job in (kept, fresh):
        assert httpx.get(job["audio_url"], trust_env=False).status_code == 200
    made(here)  # the same again: nothing is reused that is not there


def test_audio_that_is_kept_while_other_audio_goes_stays(
    server: TestServer, here: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bucket takes its time for each."""
    ids = [made(here, prompt=f"hz={tone}")["job_id"] for tone in (500, 510)]
    age(server, "jobs", "finished_at")
    storage = server.service.storage
    remove = storage.remove

    async def remove_for_long(key: str) -> None:
        await remove(key)
        for job_id in ids:
            await server.service.engine.dispatcher.annotate(job_id, kept=True)

    monkeypatch.setattr(storage, "remove", remove_for_long)
    sweep(server)
    there = [here.get(f"/jobs/{job_id}").json()["audio_url"] for job_id in ids]
    assert any(there), "the other one"


@pytest.mark.parametrize("late", [False, True])
def test_audio_that_a_waiting_job_builds_on_stays(
    server: TestServer, here: httpx.Client, late: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may wait for longer than audio is kept; or come while the sweep looks."""
    other, *sources = [made(here, prompt=f"hz={tone}")["job_id"] for tone in (520, 530, 540)]
    age(server, "jobs", "finished_at")
    service = server.service
    dispatcher, store = service.engine.dispatcher, Store(service.engine.database)
    look = service.jobs.outdated
    waiting: list[str] = []

    def build_on_them() -> None:
        for field, source in zip(("melody", "continue_from"), sources, strict=True):
            values = body(f"unlike {other}", seed=1) | {field: source}
            [job] = store.submit([Order(Request.model_validate(values), owner="local")])
            waiting.append(job.id)

    def look_for_long(*which: Any, **among: Any) -> list[Job]:
        found = look(*which, **among)
        if not waiting:
            build_on_them()
        return found

    server.in_loop_async(lambda: dispatcher.set_paused(True))
    if late:
        monkeypatch.setattr(service.jobs, "outdated", look_for_long)
    else:
        server.in_loop(build_on_them)
    sweep(server)
    there = [here.get(f"/jobs/{job_id}").json()["audio_url"] for job_id in (other, *sources)]
    server.in_loop_async(lambda: dispatcher.set_paused(False))
    assert there[0] is None and all(there[1:])
    for job_id in waiting:
        assert until_ended(here, job_id)["status"] == "completed"
    sweep(server)
    there = [here.get(f"/jobs/{job_id}").json()["audio_url"] for job_id in sources]
    assert there == [None, None], "nobody waits any more"


def test_an_upload_that_is_named_while_the_sweep_looks_stays(
    server: TestServer, here: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At another server on the same database, say, whose job is not there yet."""
    upload = here.post("/uploads", content=tone(1)).json()["upload_id"]
    age(server, "uploads", "used_at")
    service = server.service
    look = service.jobs.open

    def look_for_long() -> list[Job]:
        found = look()
        assert service.uploads.use("local", [upload]) == {upload}
        return found

    monkeypatch.setattr(service.jobs, "open", look_for_long)
    sweep(server)
    assert here.get(f"/uploads/{upload}").status_code == 200
    assert f"uploads/{upload}" in server.keys("uploads")
    here.delete(f"/uploads/{upload}")


def test_unused_uploads_go_unless_somebody_waits_for_them(
    server: TestServer, here: httpx.Client
) -> None:
    unused, wanted = (here.post("/uploads", content=tone(1)).json()["upload_id"] for _ in range(2))
    long = body("steps=3000 ms=5", continue_from=wanted)
    job_id = here.post("/generate", json=long).json()["job_id"]
    age(server, "uploads", "used_at")
    fresh = here.post("/uploads", content=tone(1)).json()["upload_id"]
    sweep(server)
    assert here.get(f"/uploads/{unused}").status_code == 404
    assert here.get(f"/uploads/{wanted}").status_code == 200
    assert here.get(f"/uploads/{fresh}").status_code == 200
    assert server.keys("uploads") == {f"uploads/{wanted}", f"uploads/{fresh}"}
    here.post(f"/jobs/{job_id}/cancel")
    until_ended(here, job_id)


def test_leftovers_go_and_work_under_way_stays(server: TestServer, here: httpx.Client) -> None:
    """By whose it is: how old a file seems to be proves nothing where clocks jump."""
    outgoing, cache = server.service.takes.folder, server.settings.cache_folder
    growing = here.post("/generate", json=body(prompt="steps=2000 ms=20")).json()["job_id"]
    dead, alive, upload = (
        [outgoing / f".{job}-0.wav.part", cache / "previews" / f"{job}.wav"]
        for job in ("gen_dead", growing, "upl_1")
    )
    for file in (*dead, *alive, *upload):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        os.utime(file, (time.time() - YEAR,) * 2)
    sweep(server)
    assert not any(file.exists() for file in dead)
    assert all(file.exists() for file in (*alive, *upload))
    here.post(f"/jobs/{growing}/cancel")
    until_ended(here, growing)
    for file in upload:
        file.unlink()


def test_what_no_row_tells_of_goes_if_it_is_ours(
    server: TestServer, here: httpx.Client, tmp_path: Path
) -> None:
    """A late attempt's file, and that of a library whose database was set aside, say."""
    mine = made(here, prompt="hz=410")["job_id"]
    takes = server.keys("music")
    file = tmp_path / "late.wav"
    file.write_bytes(tone(1))
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    late, foreign, upload = "music/late.wav", "music/foreign.wav", "uploads/upl_0"
    others = "uploads/upl_1"
    library = server.in_loop(lambda: server.service.uploads.library)
    for key, job in ((late, mine), (foreign, "gen_0"), (upload, library), (others, "library-x")):
        put = partial(server.service.storage.put, file, key, sha256=sha256, job=job)
        server.in_loop_async(put)
    sweep(server)
    assert server.keys("music") == {*takes, late, foreign}, "a row may still come"
    sweep(server, orphan_hours=1e-9)
    # A disk does not know whose a file is; nobody comes late there.
    unsure = set() if server.settings.storage else {late}
    assert server.keys("music") == {*takes, foreign, *unsure}
    assert upload not in server.keys("uploads")
    assert (others in server.keys("uploads")) == server.service.storage.shared
    for key in server.keys("music") - takes:
        server.in_loop_async(partial(server.service.storage.remove, key))


def test_a_take_whose_row_comes_while_the_sweep_looks_stays(
    server: TestServer, here: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that could not reach the database for hours writes the row in just that moment."""
    job_id = made(here, prompt="hz=411")["job_id"]
    file, key = tmp_path / "made.wav", "music/made.wav"
    file.write_bytes(tone(1))
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    storage = server.service.storage
    server.in_loop_async(partial(storage.put, file, key, sha256=sha256, job=job_id))
    look, place = storage.look, storage.places(key)[0]

    async def look_for_long(asked: str) -> Any:
        stored = await look(asked)
        if asked == key:
            with server.service.engine.database.writing():
                server.service.engine.database.peewee.execute_sql(
                    f"UPDATE takes SET path = '{place}' WHERE job_id = '{job_id}'"  # noqa: S608
                )
        return stored

    monkeypatch.setattr(storage, "look", look_for_long)
    sweep(server, orphan_hours=1e-9)
    assert key in server.keys("music")
    server.in_loop_async(partial(storage.remove, key))


def test_what_was_kept_of_jobs_goes_when_nobody_goes_on_from_it(
    server: TestServer, here: httpx.Client, tmp_path: Path
) -> None:
    """Of workers that vanished before they could remove it."""
    ended = made(here, prompt="hz=420")["job_id"]
    grows = here.post("/generate", json=body("steps=3000 ms=5")).json()["job_id"]
    (tmp_path / "kept").write_bytes(b"kept")
    sha256 = hashlib.sha256(b"kept").hexdigest()
    wanted, foreign = f"checkpoints/{grows}-a-2.ckpt", "checkpoints/gen_0-a-1.ckpt"
    gone = f"checkpoints/{grows}-a-1.ckpt", f"checkpoints/{ended}-a-1.ckpt"
    heard = f"previews/{ended}-a-1.wav"
    for key in (wanted, foreign, *gone, heard):
        put = partial(server.service.storage.put, tmp_path / "kept", key, sha256=sha256)
        server.in_loop_async(put)
    server.sql(f"UPDATE jobs SET checkpoint = '{wanted}' WHERE id = '{grows}'")  # noqa: S608
    sweep(server, orphan_hours=1e-9)
    assert server.keys("checkpoints") == {wanted, foreign}
    assert server.keys("previews") == set()
    here.post(f"/jobs/{grows}/cancel")
    until_ended(here, grows)
    sweep(server, orphan_hours=1e-9)
    assert server.keys("checkpoints") == {foreign}


def test_webhooks_that_were_delivered_long_ago_go(server: TestServer) -> None:
    calls = Calls(server.service.engine.database)

    def told(*ids: str) -> None:
        for call_id in ids:
            calls.add(Call(call_id, "gen_0", "https://a.example", "{}"), "me", 0.0)
            if call_id != "owed":
                calls.done(call_id)

    server.in_loop(lambda: told("old", "owed"))
    age(server, "calls", "done_at")
    age(server, "calls", "created_at")
    server.in_loop(lambda: told("new"))
    sweep(server)
    assert {row[0] for row in server.sql("SELECT id FROM calls")} == {"owed", "new"}


def test_ended_jobs_leave_the_live_queue(server: TestServer, here: httpx.Client) -> None:
    made(here)
    assert here.get("/queue/stats").json()["completed_jobs"] > 0
    age(server, "jobs", "finished_at")
    assert here.get("/queue/stats").json()["completed_jobs"] == 0
    assert here.get("/jobs").json()["jobs"], "history stays"


# -- the program as it is started; how it is killed: tests/faults/test_server_kills.py ---------


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "served"


def test_told_to_end_it_loses_nothing(home: Path) -> None:
    served = Served(home, "--log-json")
    running = served.client.post("/generate", json=body("steps=400 ms=5", duration=8)).json()
    waiting = [served.client.post("/generate", json=body()).json() for _ in range(5)]
    until_step(served.client, running["job_id"], "generating")
    log = served.stop(signal.SIGTERM)
    assert served.process.returncode == 0, log
    lines = [json.loads(line) for line in log.splitlines()]
    assert any("no new jobs" in line["message"] for line in lines)
    again = Served(home)
    for job in (running, *waiting):
        done = until_ended(again.client, job["job_id"])
        assert done["status"] == "completed", done
        assert done["retry_count"] == 0
        assert httpx.get(done["audio_url"], trust_env=False).status_code == 200
    again.stop(signal.SIGTERM)


def test_tokens_by_the_command_line(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DGX_MUSIC_HOME", str(home))
    refused = typed("serve", "--host", "0.0.0.0", "--port", "0")  # noqa: S104
    assert refused.exit_code == 1 and "token create" in refused.stderr
    token = typed("token", "create", "ada").stdout.strip()
    served = Served(home)
    login = {"Authorization": f"Bearer {token}"}
    assert served.client.get("/jobs", headers=login).status_code == 200
    listed = json.loads(typed("token", "list", "--json").stdout)["tokens"]
    assert [each["name"] for each in listed] == ["ada"] and token not in str(listed)
    assert typed("token", "revoke", "ada").exit_code == 0
    assert served.client.get("/jobs", headers=login).status_code == 401, "at once"
    assert typed("token", "revoke", "ada").exit_code == 1
    log = served.stop(signal.SIGTERM)
    assert token not in log + (home / "logs" / "studio.log").read_text("utf-8")
