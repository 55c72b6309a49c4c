"""packaging/deploy/backup.sh and restore.sh with real tools: rows and audio come back."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.buckets import Bucket, S3Server
from tests.postgres import Postgres

DEPLOY = Path(__file__).resolve().parents[2] / "packaging" / "deploy"

pytestmark = pytest.mark.skipif(shutil.which("rclone") is None, reason="rclone is not installed")


def run(script: str, *arguments: str, url: str, bucket: Bucket) -> subprocess.CompletedProcess[str]:
    environment = os.environ | bucket.server.variables | {
        "DGX_MUSIC_DATABASE_URL": url,
        "DGX_MUSIC_STORAGE": bucket.address,
        "DGX_MUSIC_STORAGE_ENDPOINT": bucket.server.url,
    }  # fmt: skip
    command = [str(DEPLOY / script), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_rows_and_audio_come_back(tmp_path: Path, postgres: Postgres, moto: S3Server) -> None:
    source, lost = postgres.new_database().get_secret_value(), moto.bucket()
    name = source.rpartition("/")[2]
    postgres.run("CREATE TABLE takes (path text)", name)
    kept = str(tmp_path / "kept")

    def keep() -> Path:
        done = run("backup.sh", kept, url=source, bucket=lost)
        assert done.returncode == 0, done.stderr
        return Path(done.stdout.strip())

    postgres.run("INSERT INTO takes VALUES ('music/one.wav')", name)
    lost.write("music/one.wav", b"one")
    lost.write("checkpoints/a.ckpt", b"half")
    first = keep()
    postgres.run("DELETE FROM takes; INSERT INTO takes VALUES ('music/two.wav')", name)
    lost.client.delete_object(Bucket=lost.name, Key="studio/music/one.wav")
    lost.write("music/two.wav", b"two")
    second = keep()
    assert not list((tmp_path / "kept" / "rows").glob(".*")), "no half dump"
    assert (tmp_path / "kept" / "rows").stat().st_mode & 0o077 == 0 or os.name == "nt"

    for dump, take in ((second, b"two"), (first, b"one")):
        found, target = moto.bucket(), postgres.new_database().get_secret_value()
        done = run("restore.sh", kept, str(dump), url=target, bucket=found)
        assert done.returncode == 0, done.stderr
        [(path,)] = postgres.run("SELECT path FROM takes", target.rpartition("/")[2])
        assert found.content(path) == take
        assert not found.keys("checkpoints/")
        if dump == second:
            assert found.keys() == {"music/two.wav"}, "what was deleted before it stays so"
        again = run("restore.sh", kept, url=target, bucket=found)
        assert again.returncode == 1
        assert "is not empty" in again.stderr


def test_a_backup_that_breaks_off_leaves_none(
    tmp_path: Path, postgres: Postgres, moto: S3Server
) -> None:
    bucket = moto.bucket()
    url = postgres.new_database().get_secret_value()
    bucket.client.delete_bucket(Bucket=bucket.name)
    done = run("backup.sh", str(tmp_path / "kept"), url=url, bucket=bucket)
    assert done.returncode != 0
    assert not list((tmp_path / "kept" / "rows").iterdir())


def test_no_secret_is_in_a_process_list() -> None:
    for script in DEPLOY.glob("*.sh"):
        for line in script.read_text().splitlines():
            words = line.partition("#")[0].split()
            if words and words[0] in ("pg_dump", "pg_restore", "rclone", "psql"):
                assert "DATABASE_URL" not in line and "SECRET" not in line
