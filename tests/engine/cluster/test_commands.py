"""``dgx-music worker`` as a process, and ``dgx-music workers``."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from app.cli import cli
from engine.cluster.queue import SharedQueue
from engine.store.workers import Worker
from tests.buckets import Bucket, S3Server
from tests.engine.cluster.fleet import Fleet, order
from tests.postgres import Postgres

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def bucket(moto: S3Server) -> Bucket:
    return moto.bucket()


@pytest.fixture
def queue(
    tmp_path: Path, postgres: Postgres, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SharedQueue]:
    """The queue of which the commands hear by their variables."""
    url: SecretStr = postgres.new_database()
    variables = {
        "DGX_MUSIC_DATABASE_URL": url.get_secret_value(),
        "DGX_MUSIC_STORAGE": bucket.address,
        "DGX_MUSIC_STORAGE_ENDPOINT": bucket.server.url,
        **bucket.server.variables,
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with Fleet(tmp_path, url, bucket).queue() as queue:
        yield queue


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def test_a_worker_says_that_it_has_joined_and_leaves_when_told(queue: SharedQueue) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "worker", "--slots", "3", "--models", "sketch"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = process.stdout.readline()
    [joined] = queue.workers.all()
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=60)
    assert said == f"joined as {joined.id} on {joined.name}\n", log
    assert (joined.slots, joined.models, joined.pid) == (3, ("sketch",), process.pid)
    assert process.returncode == 0, log
    assert "Traceback" not in log
    assert queue.workers.all() == []


def test_workers_are_listed_drained_and_relieved(queue: SharedQueue) -> None:
    models = ("sketch", "facebook/musicgen-small")
    one = Worker(id="aaa", name="gpu-1", pid=1, version="0", slots=2, models=models)
    other = Worker(id="bbb", name="gpu-2", pid=2, version="0", slots=1, models=("sketch",))
    for each in (one, other):
        queue.workers.join(each)
    queue.store.submit([order()])
    assert queue.claims("bbb").claim("local") is not None

    listed = json.loads(run("workers", "list", "--json").stdout)["workers"]
    assert [(each["id"], each["running"], each["state"]) for each in listed] == [
        ("aaa", 0, "working"),
        ("bbb", 1, "working"),
    ]
    told = run("workers", "list").stdout
    assert "aaa  gpu-1  working   0 jobs of 2  nothing loaded  heard of" in told
    assert "bbb  gpu-2  working   1 job of 1  nothing loaded only sketch  heard of" in told
    assert "bbb on gpu-2 leaves when it has ended 1 job." in run("workers", "drain", "gpu-2").stdout
    assert queue.workers.seen(other).value == "draining"
    assert "Taken away: 1 job." in run("workers", "requeue", "bbb").stdout
    assert queue.claims("bbb").extend() == {}  # it can't hold them by a sign of life
    assert queue.claims("bbb").claim("local") is None
    assert queue.claims("aaa").claim("local") is not None, "others go on with it at once"
    unknown = run("workers", "drain", "ccc")
    assert unknown.exit_code == 1 and "There is no worker ccc." in unknown.output


def test_without_a_shared_queue_there_are_no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DGX_MUSIC_DATABASE_URL", "DGX_MUSIC_STORAGE"):
        monkeypatch.delenv(name, raising=False)
    answer = run("workers", "list")
    assert answer.exit_code == 1
    assert "DGX_MUSIC_DATABASE_URL and DGX_MUSIC_STORAGE" in answer.output
