"""Keeping house: what goes, what stays, and that work goes on after any end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from engine.server.housekeeping import Housekeeping
from tests.engine.server.running import (
    ROOT,
    Served,
    TestServer,
    body,
    made,
    tone,
    until_ended,
    until_step,
)

YEAR = 365 * 86_400


def age(server: TestServer, table: str, column: str) -> None:
    """Let all rows of a table be a year old."""
    server.sql(f"UPDATE {table} SET {column} = {column} - {YEAR}")  # noqa: S608


def sweep(server: TestServer) -> None:
    service = server.service
    house = Housekeeping(
        server.settings, service.jobs, service.uploads, service.storage, lambda _: None
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
    music = server.settings.takes_folder / "music"
    assert len(list(music.glob("*"))) == 2
    gone = here.get(f"/jobs/{old['job_id']}").json()
    assert gone["status"] == "completed" and gone["audio_url"] is None
    assert httpx.get(old["audio_url"], trust_env=False).status_code == 404
    assert here.get(f"/jobs/{old['job_id']}/audio/url").status_code == 404
    for job in (kept, fresh):
        assert httpx.get(job["audio_url"], trust_env=False).status_code == 200
    made(here)  # the same again: nothing is reused that is not there


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
    names = {path.name for path in (server.settings.takes_folder / "uploads").glob("*")}
    assert names == {wanted, fresh}
    here.post(f"/jobs/{job_id}/cancel")
    until_ended(here, job_id)


def test_leftovers_go_and_work_under_way_stays(server: TestServer) -> None:
    uploads = server.settings.takes_folder / "uploads"
    previews = server.settings.cache_folder / "previews"
    previews.mkdir(parents=True, exist_ok=True)
    uploads.mkdir(exist_ok=True)
    dead, alive = uploads / ".upl_1.part", uploads / ".upl_2.part"
    preview = previews / "gen_dead.wav"
    for file in (dead, alive, preview):
        file.touch()
    for file in (dead, preview):
        os.utime(file, (time.time() - YEAR,) * 2)
    sweep(server)
    assert (dead.exists(), alive.exists(), preview.exists()) == (False, True, False)
    alive.unlink()


def test_ended_jobs_leave_the_live_queue(server: TestServer, here: httpx.Client) -> None:
    made(here)
    assert here.get("/queue/stats").json()["completed_jobs"] > 0
    age(server, "jobs", "finished_at")
    assert here.get("/queue/stats").json()["completed_jobs"] == 0
    assert here.get("/jobs").json()["jobs"], "history stays"


# -- the program as it is started --------------------------------------------------------------


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


def test_killed_it_loses_nothing(home: Path) -> None:
    served = Served(home)
    key = {"Idempotency-Key": "k"}
    jobs = [served.client.post("/generate", json=body("steps=60 ms=5")).json() for _ in range(6)]
    first = served.client.post("/generate", json=body(), headers=key).json()
    until_step(served.client, jobs[0]["job_id"], "generating")
    served.stop(signal.SIGKILL)
    again = Served(home)
    repeat = again.client.post("/generate", json=body(), headers=key).json()
    assert repeat["job_id"] == first["job_id"]
    urls = set()
    for job in (*jobs, first):
        done = until_ended(again.client, job["job_id"])
        assert done["status"] == "completed", done
        urls.add(done["audio_url"].partition("?")[0])
    assert len(urls) == 7
    assert len(again.client.get("/jobs").json()["jobs"]) == 7
    assert len(list((home / "data" / "server" / "storage" / "music").glob("*.wav"))) == 7
    again.stop(signal.SIGTERM)


def test_tokens_by_the_command_line(home: Path) -> None:
    def dgx(*arguments: str) -> subprocess.CompletedProcess[str]:
        variables = {**os.environ, "DGX_MUSIC_HOME": str(home), "PYTHONPATH": str(ROOT)}
        return subprocess.run(
            [sys.executable, "-m", "app.cli", *arguments],
            env=variables, capture_output=True, text=True, check=False,
        )  # fmt: skip

    refused = dgx("serve", "--host", "0.0.0.0", "--port", "0")  # noqa: S104
    assert refused.returncode == 1 and "token create" in refused.stderr
    token = dgx("token", "create", "ada").stdout.strip()
    served = Served(home)
    login = {"Authorization": f"Bearer {token}"}
    assert served.client.get("/jobs", headers=login).status_code == 200
    listed = json.loads(dgx("token", "list", "--json").stdout)["tokens"]
    assert [each["name"] for each in listed] == ["ada"] and token not in str(listed)
    assert dgx("token", "revoke", "ada").returncode == 0
    assert served.client.get("/jobs", headers=login).status_code == 401, "at once"
    assert dgx("token", "revoke", "ada").returncode == 1
    log = served.stop(signal.SIGTERM)
    assert token not in log + (home / "logs" / "studio.log").read_text("utf-8")
