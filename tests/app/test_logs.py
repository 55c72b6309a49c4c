import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app import journal, logs
from app.cli import cli
from app.logs import read_entries
from app.paths import Paths

NOW = datetime.now(UTC)


def line(age_hours: float, severity: str, message: str, **more: str) -> str:
    time = (NOW - timedelta(hours=age_hours)).isoformat(timespec="milliseconds")
    return json.dumps(
        {"time": time, "severity": severity, "logger": "engine.host", "message": message, **more}
    )


@pytest.fixture
def folder() -> Path:
    folder = Paths.find().logs
    folder.mkdir(parents=True)
    newest = [line(1, "ERROR", "the host died", error="Traceback\n  boom"), '{"time": "2026', "[]"]
    (folder / "studio.log").write_text("\n".join([*newest, line(0.5, "INFO", "ready 🎹")]))
    (folder / "studio.log.1").write_text(line(2, "WARNING", "slow") + "\n\nnot json\n")
    (folder / "studio.log.2").write_text(line(30, "ERROR", "long ago") + "\n")
    (folder / "studio.log.10").write_text(line(300, "INFO", "first") + "\n")
    (folder / "studio.log.bak").write_text(line(1, "INFO", "another's") + "\n")
    return folder


def test_all_files_are_read_from_the_oldest_on(folder: Path) -> None:
    found = [entry.message for entry in read_entries(folder, NOW - timedelta(days=30))]
    assert found == ["first", "long ago", "slow", "the host died", "ready 🎹"]


def test_what_is_asked_for(folder: Path) -> None:
    since = NOW - timedelta(hours=6)
    least = [e.message for e in read_entries(folder, since, logging.WARNING)]
    assert least == ["slow", "the host died"]
    assert [e.message for e in read_entries(folder, since, search="BOOM")] == ["the host died"]
    assert list(read_entries(folder / "nowhere", since)) == []


def test_what_the_journal_writes_is_read(tmp_path: Path) -> None:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    journal.start_journal(tmp_path)
    try:
        logging.getLogger("app.player").info("läuft 🎹")
        try:
            raise ValueError("odd")
        except ValueError:
            logging.getLogger("app.player").info("with a trace", exc_info=True)
    finally:
        for handler in set(root.handlers) - set(before):
            root.removeHandler(handler)
            handler.close()
        root.setLevel(level)
    first, second = read_entries(tmp_path, NOW - timedelta(hours=1))
    assert (first.message, first.severity, first.logger) == ("läuft 🎹", "INFO", "app.player")
    assert "ValueError: odd" in second.error


def test_rotation_meanwhile_loses_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["studio.log", "studio.log.1", "studio.log.2"]
    for age, name in enumerate(names):
        (tmp_path / name).write_text(line(age, "INFO", f"in {name}") + "\n")
    files = logs._files

    def rotated_after_the_first(folder: Path) -> Iterator[Path]:
        first, *rest = files(folder)
        yield first
        for old, new in zip(names[::-1], [*names, "studio.log.3"][:0:-1], strict=True):
            (folder / old).rename(folder / new)
        yield from rest

    monkeypatch.setattr(logs, "_files", rotated_after_the_first)
    found = [entry.message for entry in read_entries(tmp_path, NOW - timedelta(days=1))]
    assert found == [f"in {name}" for name in names[::-1]]


def test_the_command(folder: Path, tmp_path: Path) -> None:
    shown = CliRunner().invoke(cli, ["logs", "--hours", "6", "--severity", "warning"])
    assert shown.exit_code == 0
    assert "the host died" in shown.stdout
    assert "boom" in shown.stdout
    assert "ready" not in shown.stdout

    file = tmp_path / "found.json"
    saved = CliRunner().invoke(cli, ["logs", "--search", "host", "--save-json", str(file)])
    assert saved.exit_code == 0
    (entry,) = [e for e in json.loads(file.read_text()) if e["severity"] == "ERROR"]
    assert entry["error"] == "Traceback\n  boom"

    printed = CliRunner().invoke(cli, ["logs", "--json", "--hours", "1.5"])
    assert [each["message"] for each in json.loads(printed.stdout)] == ["the host died", "ready 🎹"]
    nothing = CliRunner().invoke(cli, ["logs", "--json", "--search", "no such words"])
    assert json.loads(nothing.stdout) == []

    assert CliRunner().invoke(cli, ["logs", "--severity", "loud"]).exit_code == 2
    assert CliRunner().invoke(cli, ["logs", "--hours", "nan"]).exit_code == 2
    (tmp_path / "file").write_bytes(b"")
    bad = CliRunner().invoke(cli, ["logs", "--save-json", str(tmp_path / "file" / "x.json")])
    assert bad.exit_code == 1
    assert "Nothing can be written" in bad.stderr
