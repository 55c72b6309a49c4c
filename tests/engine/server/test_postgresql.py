"""The server on PostgreSQL: its main ways once more, and what only PostgreSQL does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from pydantic import SecretStr

from engine.errors import StoreLocked
from tests.engine.server.running import (
    ROOT,
    Served,
    TestServer,
    body,
    made,
    settings_in,
    until_ended,
    until_step,
)
from tests.engine.server.test_access import test_anothers_job_answers_exactly_as_an_unknown_one
from tests.engine.server.test_events import test_a_job_is_followed_to_its_end
from tests.engine.server.test_housekeeping import (
    test_audio_goes_after_its_time_and_the_job_stays,
    test_ended_jobs_leave_the_live_queue,
    test_unused_uploads_go_unless_somebody_waits_for_them,
)
from tests.engine.server.test_jobs import (
    test_a_batch_is_all_or_none,
    test_a_failed_job_is_tried_again_only_when_asked,
    test_a_job_that_begins_while_it_is_deleted_goes_on,
    test_a_take_from_the_prompt_to_the_sound,
    test_a_waiting_job_is_deleted_and_a_running_one_is_not,
    test_the_figures_of_the_queue,
    test_users_take_turns,
)
from tests.engine.server.test_logins import test_a_token_works_until_it_is_revoked
from tests.engine.server.test_media import test_takes_are_joined_into_one
from tests.engine.server.test_observing import (
    test_health_has_the_shape_of_the_contract,
    test_metrics_tell_what_happened,
    test_the_other_forms_of_health,
)
from tests.engine.server.test_repeats import test_the_same_key_makes_one_job
from tests.postgres import Postgres, running_postgres

__all__ = [
    "test_a_batch_is_all_or_none",
    "test_a_failed_job_is_tried_again_only_when_asked",
    "test_a_job_is_followed_to_its_end",
    "test_a_job_that_begins_while_it_is_deleted_goes_on",
    "test_a_take_from_the_prompt_to_the_sound",
    "test_a_token_works_until_it_is_revoked",
    "test_a_waiting_job_is_deleted_and_a_running_one_is_not",
    "test_anothers_job_answers_exactly_as_an_unknown_one",
    "test_audio_goes_after_its_time_and_the_job_stays",
    "test_ended_jobs_leave_the_live_queue",
    "test_health_has_the_shape_of_the_contract",
    "test_metrics_tell_what_happened",
    "test_takes_are_joined_into_one",
    "test_the_figures_of_the_queue",
    "test_the_other_forms_of_health",
    "test_the_same_key_makes_one_job",
    "test_unused_uploads_go_unless_somebody_waits_for_them",
    "test_users_take_turns",
]

SECRET = "told to nobody"  # noqa: S105
"""In the URL of every server here. PostgreSQL trusts who comes from this computer, and asks for
none."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[TestServer]:
    url = with_secret(postgres.new_database())
    with TestServer(settings_in(tmp_path_factory.mktemp("server"), database_url=url)) as running:
        yield running


def with_secret(url: SecretStr) -> SecretStr:
    text = url.get_secret_value().replace("postgres@", f"postgres:{quote(SECRET)}@")
    return SecretStr(text)


def test_it_works_on_postgresql_and_tells_no_secret(server: TestServer, here: httpx.Client) -> None:
    made(here)
    detailed = here.get("/health/detailed").json()
    assert detailed["pool"]["kind"] == "postgresql"
    assert not (server.settings.data_folder / "studio.db").exists()
    for page in ("/health", "/health/detailed", "/metrics"):
        told = here.get(page).text
        assert SECRET not in told
        assert quote(SECRET) not in told
    assert SECRET not in repr(server.settings)


def test_ended_it_goes_on_where_it_was(tmp_path: Path, postgres: Postgres) -> None:
    """Killed in the midst of work, then told to end."""
    url = with_secret(postgres.new_database()).get_secret_value()
    log, jobs, first = "", [], []
    for sign in (signal.SIGKILL, signal.SIGTERM):
        served = Served(tmp_path, "--log-json", DGX_MUSIC_DATABASE_URL=url)

        def submitted(prompt: str, client: httpx.Client = served.client, **headers: str) -> str:
            answer = client.post("/generate", json=body(prompt), headers=headers)
            return str(answer.json()["job_id"])

        first.append(submitted("steps=3", **{"Idempotency-Key": "k"}))
        jobs += [submitted("steps=60 ms=5") for _ in range(4)] + [submitted("steps=200 ms=5")]
        until_step(served.client, jobs[-1], "generating")
        log += served.stop(sign)
    assert first[0] == first[1]
    again = Served(tmp_path, "--log-json", DGX_MUSIC_DATABASE_URL=url)
    for job_id in (*jobs, first[0]):
        done = until_ended(again.client, job_id)
        assert done["status"] == "completed", done
        assert httpx.get(done["audio_url"], trust_env=False).status_code == 200
    assert len(again.client.get("/jobs").json()["jobs"]) == 11
    assert quote(SECRET) not in log + again.stop(signal.SIGTERM)


def test_a_second_server_is_refused_and_changes_nothing(
    server: TestServer, here: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.store.postgresql.sole_engine.START_PATIENCE", 0.1)
    job_id = here.post("/generate", json=body("steps=3000 ms=5")).json()["job_id"]
    until_step(here, job_id, "generating")
    url = server.settings.database_url
    with (
        pytest.raises(StoreLocked, match="Another server"),
        TestServer(settings_in(tmp_path, database_url=url)),
    ):
        raise AssertionError("it opened")
    assert here.get(f"/jobs/{job_id}").json()["status"] == "processing", "it is not stolen"
    here.post(f"/jobs/{job_id}/cancel")
    until_ended(here, job_id)


@pytest.mark.logs("can't be reached|restarting|no status")
def test_while_postgresql_is_away_callers_are_asked_to_come_back(tmp_path: Path) -> None:
    with running_postgres() as own:
        if own is None:
            pytest.skip("PostgreSQL is not installed")
        settings = settings_in(tmp_path, database_url=own.new_database())
        with TestServer(settings) as server, server.client() as here:
            jobs = [here.post("/generate", json=body("steps=100 ms=5")).json() for _ in range(6)]
            until_step(here, jobs[0]["job_id"], "generating")
            own.stop()
            refused = here.post("/generate", json=body())
            assert refused.status_code == 503
            assert int(refused.headers["retry-after"]) >= 1
            assert here.get("/health").status_code == 503
            assert here.get("/health/live").status_code == 200
            assert "dgx_music_database_up 0.0" in here.get("/metrics").text
            own.start()
            for job in jobs:
                assert until_ended(here, job["job_id"])["status"] == "completed"
            made(here)


def test_the_command_line_finds_the_same_database(tmp_path: Path, postgres: Postgres) -> None:
    url = with_secret(postgres.new_database()).get_secret_value()

    def dgx(*arguments: str, database: str = url) -> subprocess.CompletedProcess[str]:
        variables = {
            **os.environ,
            "DGX_MUSIC_HOME": str(tmp_path),
            "PYTHONPATH": str(ROOT),
            "DGX_MUSIC_DATABASE_URL": database,
        }
        return subprocess.run(
            [sys.executable, "-m", "app.cli", *arguments],
            env=variables, capture_output=True, text=True, check=False,
        )  # fmt: skip

    token = dgx("token", "create", "ada").stdout.strip()
    served = Served(tmp_path, DGX_MUSIC_DATABASE_URL=url)
    login = {"Authorization": f"Bearer {token}"}
    assert served.client.get("/jobs", headers=login).status_code == 200
    served.stop(signal.SIGTERM)

    found = {
        check["topic"]: check for check in json.loads(dgx("doctor", "--json").stdout)["checks"]
    }
    assert found["database"]["state"] == "ok"
    assert found["database"]["found"].startswith("PostgreSQL 1")
    nowhere = f"postgresql://ada:{quote(SECRET)}@127.0.0.1:1/x"
    away = dgx("doctor", "--json", database=nowhere)
    found = {check["topic"]: check for check in json.loads(away.stdout)["checks"]}
    assert found["database"]["state"] == "problem"
    refused = dgx("serve", "--port", "0", database=nowhere)
    assert refused.returncode == 1
    assert "can't be reached" in refused.stderr
    assert quote(SECRET) not in away.stdout + refused.stderr + refused.stdout
