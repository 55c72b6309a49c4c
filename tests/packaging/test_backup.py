"""packaging/deploy/backup.sh and restore.sh with real tools: rows and audio come back."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml
from deploy.connection import divided
from hypothesis import example, given
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

from engine.jobs import Order, Take
from engine.request import Request
from engine.store.claims import Claims
from engine.store.postgresql.opening import open_postgresql
from engine.store.secrets import shared_secret
from engine.store.store import Store
from tests.buckets import Bucket, S3Server
from tests.postgres import LOCKED_OUT, PASSWORD, Postgres

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


def named(url: SecretStr) -> str:
    return url.get_secret_value().rpartition("/")[2]


def made(store: Store, claims: Claims, name: str) -> str:
    """The id of a job with a take of that name."""
    store.submit([Order(Request(prompt="x"))])
    claimed = claims.claim("local")
    assert claimed is not None
    job, token = claimed
    assert claims.finish(job.id, token, Take(Path(name), 1.0, 44_100, 2, "00")) is not None
    return job.id


def test_rows_and_audio_come_back(tmp_path: Path, postgres: Postgres, moto: S3Server) -> None:
    source, lost = postgres.new_database(), moto.bucket()
    kept = str(tmp_path / "kept")

    def keep() -> Path:
        done = run("backup.sh", kept, url=source.get_secret_value(), bucket=lost)
        assert done.returncode == 0, done.stderr
        return Path(done.stdout.strip())

    with closing(open_postgresql(source, sole=False)) as database:
        store, claims = Store(database), Claims(database)
        secret = shared_secret(database, "library")
        one = made(store, claims, "music/one.wav")
        lost.write("music/one.wav", b"one")
        lost.write("checkpoints/a.ckpt", b"half")
        first = keep()
        store.delete([one])
        store.purge([one])
        two = made(store, claims, "music/two.wav")
        lost.client.delete_object(Bucket=lost.name, Key="studio/music/one.wav")
        lost.write("music/two.wav", b"two")
        second = keep()
    assert not list((tmp_path / "kept" / "rows").glob(".*")), "no half dump"
    assert (tmp_path / "kept" / "rows").stat().st_mode & 0o077 == 0 or os.name == "nt"

    for dump, job, audio in ((second, two, b"two"), (first, one, b"one")):
        found, target = moto.bucket(), postgres.new_database()
        done = run("restore.sh", kept, str(dump), url=target.get_secret_value(), bucket=found)
        assert done.returncode == 0, done.stderr
        assert postgres.run("SELECT changed FROM jobs", named(target)) == [(0,)]
        with closing(open_postgresql(target, sole=False)) as database:
            [restored] = Store(database).jobs()
            assert restored.id == job
            assert restored.take is not None
            assert found.content(str(restored.take.path)) == audio
            assert shared_secret(database, "library") != secret, "it is a library of its own"
        assert not found.keys("checkpoints/")
        if dump == second:
            assert found.keys() == {"music/two.wav"}, "what was deleted before it stays so"
        again = run("restore.sh", kept, url=target.get_secret_value(), bucket=found)
        assert again.returncode == 1
        assert "is not empty" in again.stderr


def test_a_restore_is_all_or_nothing(tmp_path: Path, postgres: Postgres, moto: S3Server) -> None:
    """A database of something else altogether: its rows are not the program's."""
    source, target, bucket = postgres.new_database(), postgres.new_database(), moto.bucket()
    postgres.run("CREATE TABLE recipes (name text)", named(source))
    for script, url in (("backup.sh", source), ("restore.sh", target)):
        done = run(script, str(tmp_path / "kept"), url=url.get_secret_value(), bucket=bucket)
    assert done.returncode != 0
    assert (
        postgres.run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", named(target))
        == []
    )


def test_a_backup_that_breaks_off_leaves_none(
    tmp_path: Path, postgres: Postgres, moto: S3Server
) -> None:
    bucket = moto.bucket()
    url = postgres.new_database().get_secret_value()
    bucket.client.delete_bucket(Bucket=bucket.name)
    done = run("backup.sh", str(tmp_path / "kept"), url=url, bucket=bucket)
    assert done.returncode != 0
    assert not list((tmp_path / "kept" / "rows").iterdir())


# -- where the database is -------------------------------------------------------------------------

words = st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1)
PARAMETERS = ("host", "port", "dbname", "user", "password", "passfile", "connect_timeout",
              "options", "application_name", "target_session_attrs", "keepalives_idle", "sslmode",
              "sslrootcert")  # fmt: skip


@given(
    st.tuples(st.just("") | words, st.just("") | words),
    st.sampled_from(["", "db", "[::1]:5433", "one:5432,two:5433", "%2Frun%2Fpostgresql"]),
    st.just("") | words,
    st.dictionaries(st.sampled_from(PARAMETERS), words),
)
@example(("anna", "@/:?&% +"), "db", "a b", {"password": "a+b c", "port": "1"})
def test_of_a_url_all_but_the_password_is_left_to_libpq(
    login: tuple[str, str], address: str, name: str, more: dict[str, str]
) -> None:
    user, password = (quote(each, safe="") for each in login)
    query = "&".join(f"{key}={quote(value, safe='')}" for key, value in more.items())
    at = f"{user}{password and ':' + password}@" if user or password else ""
    url = f"postgresql://{at}{address}/{quote(name, safe='')}{query and '?' + query}"
    rest, found = divided(url)
    shown = conninfo_to_dict(rest)
    assert "password" not in shown
    assert shown | ({"password": found} if found else {}) == conninfo_to_dict(url)


@pytest.mark.parametrize("url", ["host=db password=1234", "postgresql://db/music?sslpassword=1234"])
def test_what_can_not_be_passed_on_is_told(url: str, tmp_path: Path, moto: S3Server) -> None:
    done = run("backup.sh", str(tmp_path / "kept"), url=url, bucket=moto.bucket())
    assert done.returncode == 1
    assert "DGX_MUSIC_DATABASE_URL" in done.stderr and "1234" not in done.stderr
    assert not (tmp_path / "kept").exists()


def test_the_tools_work_as_the_url_says(
    monkeypatch: pytest.MonkeyPatch, postgres: Postgres
) -> None:
    """Whatever the shell's own settings are, which may be another database's."""
    for name in ("PGHOST", "PGHOSTADDR", "PGDATABASE", "PGUSER", "PGSERVICE"):
        monkeypatch.setenv(name, "203.0.113.1")
    url = (
        f"postgresql://127.0.0.1:{postgres.port}?user=postgres&dbname=template1&password=a%20b"
        "&application_name=backup&options=-c%20statement_timeout%3D7s&target_session_attrs=any"
    )
    asks = "SELECT current_user, current_database(), current_setting('application_name')"
    asks += ", current_setting('statement_timeout')"
    script = f'. "{DEPLOY}/settings.sh"; echo "$PGPASSWORD"; psql -XAtd "$database" -c "{asks}"'
    environment = os.environ | {"DGX_MUSIC_DATABASE_URL": url, "DGX_MUSIC_STORAGE": "s3://b"}
    done = subprocess.run(["bash", "-euc", script], env=environment, capture_output=True, text=True)
    assert done.stdout.split() == ["a", "b", "postgres|template1|backup|7s"], done.stderr


def test_kubernetes_keeps_the_rows_too(tmp_path: Path, postgres: Postgres) -> None:
    """By the manifest's own command, which shows the password of its login to nobody."""
    found = yaml.safe_load_all((DEPLOY / "kubernetes" / "backup.yaml").read_text())
    [job] = [each["spec"]["jobTemplate"] for each in found if each["kind"] == "CronJob"]
    [container] = job["spec"]["template"]["spec"]["containers"]
    *shell, script = container["command"]
    database = named(postgres.new_database())
    postgres.run(f"CREATE ROLE {LOCKED_OUT} LOGIN PASSWORD '{PASSWORD}'")
    postgres.run(f"ALTER DATABASE {database} OWNER TO {LOCKED_OUT}")
    url = postgres.url(database, role=LOCKED_OUT, password=quote(PASSWORD, safe=""))
    seen = tmp_path / "pg_dump"
    seen.write_text(
        f'#!/bin/sh\necho "$@" >{tmp_path}/arguments\nexec {shutil.which("pg_dump")} "$@"\n'
    )
    seen.chmod(0o755)
    environment = os.environ | {
        "DGX_MUSIC_DATABASE_URL": url.get_secret_value(),
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
    }
    try:
        command = [*shell, script.replace("/backup/", f"{tmp_path}/")]
        subprocess.run(command, env=environment, check=True)
    finally:
        postgres.run(f"ALTER DATABASE {database} OWNER TO postgres")
        postgres.run(f"DROP ROLE {LOCKED_OUT}")
    [dump] = tmp_path.glob("*.dump")
    subprocess.run(["pg_restore", "--list", str(dump)], check=True, stdout=subprocess.DEVNULL)
    arguments = (tmp_path / "arguments").read_text()
    assert database in arguments
    assert PASSWORD not in arguments and quote(PASSWORD, safe="") not in arguments


def test_no_secret_is_in_a_process_list() -> None:
    for script in DEPLOY.glob("*.sh"):
        for line in script.read_text().splitlines():
            words = line.partition("#")[0].split()
            if words and words[0] in ("pg_dump", "pg_restore", "rclone", "psql", "python3"):
                assert "DATABASE_URL" not in line and "SECRET" not in line
