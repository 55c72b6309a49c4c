"""Looking at the server: health, metrics, request ids, logs, documentation."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from app.journal import JsonLines
from app.logs import read_entries
from engine.errors import StorageError
from engine.jobs import utc_now
from engine.log_context import RequestMark, request_of
from engine.server.health import Health
from engine.server.metrics import Metrics
from engine.store.workers import Worker
from tests.engine.server.running import (
    TestServer,
    body,
    journal_in,
    jwt_for,
    made,
    settings_in,
    until_ended,
)

CHECKS = ["database", "gpu", "queue", "disk_space"]


def test_health_has_the_shape_of_the_contract(here: httpx.Client) -> None:
    answer = here.get("/health")
    assert answer.status_code == 200
    health = answer.json()
    assert list(health) == ["status", "checks", "version", "uptime_seconds", "timestamp"]
    assert list(health["checks"]) == CHECKS
    for name, check in health["checks"].items():
        assert check["name"] == name and check["status"] in ("healthy", "degraded")
    assert health["checks"]["database"] == {
        "name": "database",
        "status": "healthy",
        "message": "Connected",
    }
    assert health["checks"]["gpu"]["details"].keys() == {"device_count"}
    queue = health["checks"]["queue"]["details"]
    assert queue.keys() == {"pending", "processing", "completed", "failed"}
    disk = health["checks"]["disk_space"]
    assert re.fullmatch(r"[\d.]+GB free \([\d.]+%\)", disk["message"])
    assert disk["details"].keys() == {"free_gb", "total_gb", "percent_free"}
    assert health["timestamp"].endswith("Z")
    has_gpu = health["checks"]["gpu"]["details"]["device_count"] > 0
    assert health["status"] == ("healthy" if has_gpu else "degraded")


def test_the_other_forms_of_health(here: httpx.Client) -> None:
    assert here.get("/health/live").status_code == 200
    assert here.get("/health/ready").status_code == 200
    detailed = here.get("/health/detailed").json()
    assert detailed["workers"].keys() == {"active", "busy", "idle"}
    assert all(check["response_time_ms"] >= 0 for check in detailed["checks"].values())
    assert detailed["versions"]["python"] and detailed["pool"]


def test_only_administrators_see_the_names_of_computers(
    server: TestServer, alice: httpx.Client, tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Worker("0a1b", "machine-of-anna", pid=1, version="1", slots=4)
    room = SimpleNamespace(all=lambda: [worker])
    metrics = Metrics()
    metrics.watch_workers(room.all)
    monkeypatch.setattr(server.service, "workers", room)
    monkeypatch.setattr(server.service, "metrics", metrics)
    with server.client(tokens["admin"]) as admin:
        for caller, sees in ((alice, False), (admin, True)):
            [shown] = caller.get("/health/detailed").json()["workers"]["each"]
            assert (shown["id"], shown["state"], shown["slots"]) == ("0a1b", "working", 4)
            assert (shown.get("name") == worker.name) is sees
            figures = caller.get("/metrics").text
            assert "dgx_music_worker_slots{" in figures and 'worker="0a1b"' in figures
            told = caller.get("/health/detailed").text + figures
            assert (worker.name in told) is sees


@pytest.mark.logs("it is gone")
def test_without_its_database_it_is_unhealthy_and_says_so(
    server: TestServer, here: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_: Health) -> None:
        raise StorageError("it is gone")

    monkeypatch.setattr(Health, "_database", gone)
    assert here.get("/health").status_code == 503
    assert here.get("/health").json()["status"] == "unhealthy"
    assert here.get("/health/ready").status_code == 503
    assert here.get("/health/live").status_code == 200, "a restart would mend nothing"
    monkeypatch.undo()
    monkeypatch.setattr(type(server.service.jobs), "jobs", lambda *_: gone(None))  # type: ignore[arg-type]
    answer = here.get("/jobs/gen_0")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.headers["content-type"] == "application/problem+json"


def test_without_its_disk_it_is_unhealthy(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with TestServer(settings) as server, server.client() as client:
        for path, check in ((settings.takes_folder, "disk_space"), (settings.database, "database")):
            away = path.rename(path.with_suffix(".away"))
            answer = client.get("/health")
            assert answer.status_code == 503 and answer.json()["status"] == "unhealthy"
            assert answer.json()["checks"][check]["status"] == "unhealthy"
            assert client.get("/health/live").status_code == 200
            away.rename(path)
            assert client.get("/health").status_code == 200


@pytest.mark.logs("broke")
def test_what_nobody_expected_is_a_problem_too_and_tells_nothing(
    server: TestServer, here: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise ValueError("the secret is 1234")

    monkeypatch.setattr(type(server.service.jobs), "jobs", breaks)
    answer = here.get("/jobs/gen_0")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"] == answer.json()["request_id"]
    assert "1234" not in answer.text


def test_metrics_tell_what_happened(here: httpx.Client) -> None:
    made(here)
    here.get("/jobs/gen_0")
    until_ended(here, here.post("/generate", json=body("impossible")).json()["job_id"])
    answer = here.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    text = answer.text
    for sign in (
        'dgx_music_jobs{status="pending"} 0.0',
        'dgx_music_jobs_ended_total{status="completed"}',
        'dgx_music_jobs_ended_total{status="failed"}',
        'dgx_music_step_seconds_count{step="generating"}',
        "dgx_music_queue_age_seconds 0.0",
        "dgx_music_job_retries_total",
        "dgx_music_host_restarts_total",
        'dgx_music_responses_total{method="GET",route="/jobs/{job_id}",status="404"}',
        'dgx_music_request_seconds_count{method="POST",route="/generate"}',
    ):
        assert sign in text, sign


def test_no_caller_adds_figures_or_long_lines(here: httpx.Client, tmp_path: Path) -> None:
    """Each figure is kept for ever, and nobody has to log in to be counted."""

    def ask(number: int) -> None:
        for path in ("/jobs", f"/jobs/{number}", f"/nowhere/{number}", "/docs/"):
            here.request(f"BREW{number}" + "X" * 2000, path)
            here.get(path)
        here.options("/jobs")

    def figures() -> set[str]:
        lines = here.get("/metrics").text.splitlines()
        return {line.rpartition(" ")[0] for line in lines if 'route="' in line}

    ask(0)
    figures()  # counts itself
    before = figures()
    with journal_in(tmp_path) as path:
        for number in range(1, 4):
            ask(number)
    assert figures() == before
    assert any('method="other",route="/jobs"' in each for each in before)
    assert any('method="OPTIONS"' in each for each in before)
    assert "BREW" not in path.read_text("utf-8")


@pytest.mark.logs("it is gone")
def test_without_its_database_metrics_tell_what_the_process_itself_knows(
    server: TestServer, here: httpx.Client, tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_: object) -> None:
        raise StorageError("it is gone")

    made(here)
    assert "dgx_music_database_up 1.0" in here.get("/metrics").text
    workers = SimpleNamespace(all=lambda: gone(None))
    server.service.metrics.watch_workers(workers.all)
    monkeypatch.setattr(type(server.service.engine.database), "reading", gone)
    with server.client(jwt_for("prometheus")) as scraper:
        for client in (here, scraper):
            answer = client.get("/metrics")
            assert answer.status_code == 200, answer.text
            assert "dgx_music_database_up 0.0" in answer.text
            assert 'dgx_music_jobs_ended_total{status="completed"}' in answer.text
            assert 'route="/generate"' in answer.text
            assert "dgx_music_jobs{" not in answer.text
    with server.client(tokens["alice"]) as alice:
        assert alice.get("/metrics").status_code == 503, "nobody knows whose token it is"


@pytest.mark.parametrize("given", ["abc-123", "a.b_c", "x" * 128])
def test_a_well_formed_request_id_is_kept(here: httpx.Client, given: str) -> None:
    assert (
        here.get("/health/live", headers={"X-Request-ID": given}).headers["x-request-id"] == given
    )


@pytest.mark.parametrize(
    "given", ["", "two words", "x" * 129, "a;b", "é".encode(), b"a\tb", '{"severity":"ERROR"}']
)
def test_any_other_is_replaced(here: httpx.Client, given: str | bytes) -> None:
    answer = here.get("/health/live", headers={b"X-Request-ID": given})  # type: ignore[dict-item]
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])


def test_every_line_of_a_request_and_its_job_carries_its_id(
    here: httpx.Client, tmp_path: Path, tokens: dict[str, str], server: TestServer
) -> None:
    """Down to the host process; and no line carries a token, a signature or a forged line."""
    with journal_in(tmp_path) as path:
        with server.client(tokens["alice"], headers={"X-Request-ID": "song-42"}) as alice:
            job = made(alice, name="x", prompt='nice\\n{"severity":"ERROR"}')
        httpx.get(job["audio_url"], trust_env=False)
        here.get("/nowhere%0d%0aERROR forged")
        here.get("/jobs", headers={"Authorization": "Bearer dgxm_secret_secret"})
    text = path.read_text("utf-8")
    ours = [line for line in text.splitlines() if '"song-42"' in line]
    assert any("host: INFO [song-42] made in" in line for line in ours)
    assert any("POST /generate 202" in line for line in ours)
    assert len([line for line in text.splitlines() if "made in" in line]) == 1
    signature = job["audio_url"].rpartition("=")[2]
    for secret in (tokens["alice"], signature, "dgxm_secret"):
        assert secret not in text
    assert "forged" not in text
    entries = list(read_entries(tmp_path, utc_now().replace(year=2000), search="song-42"))
    assert {entry.request_id for entry in entries} == {"song-42"}
    metrics = here.get("/metrics").text
    assert tokens["alice"] not in metrics and signature not in metrics


def test_an_administrator_may_ask_for_more_of_one_request(
    server: TestServer, tokens: dict[str, str], here: httpx.Client
) -> None:
    shown: list[str] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            shown.append(f"{record.levelname} {record.getMessage()}")

    keeper = Keeper()
    keeper.addFilter(RequestMark())
    logger = logging.getLogger("engine")
    level = logger.level
    logger.addHandler(keeper)
    logger.setLevel(logging.DEBUG)
    try:
        for name, more in (("alice", False), ("admin", True)):
            shown.clear()
            with server.client(tokens[name], headers={"X-Debug": "true"}) as client:
                client.get("/jobs")
            assert any(line.startswith("DEBUG") for line in shown) is more, name
        shown.clear()
        here.get("/jobs")
        assert not any(line.startswith("DEBUG") for line in shown)
    finally:
        logger.removeHandler(keeper)
        logger.setLevel(level)


def test_a_log_line_is_one_json_object() -> None:
    record = logging.LogRecord("x", logging.INFO, "f", 1, 'a\nb "c"', (), None)
    record.request_id = "r"
    text = JsonLines().format(record)
    assert "\n" not in text and '"request_id": "r"' in text
    assert request_of("INFO [r] hello") == "r" and request_of("INFO hello [r] x") == ""


def test_what_a_browser_asks_for(server: TestServer) -> None:
    for path in ("/favicon.ico", "/api/v1/favicon.ico"):
        icon = httpx.get(f"{server.url}{path}", trust_env=False)
        assert icon.status_code == 200 and icon.headers["content-type"].startswith("image/")
    first = httpx.get(server.url, follow_redirects=True, trust_env=False)
    assert first.url.path == "/api/v1/docs" and first.status_code == 200
