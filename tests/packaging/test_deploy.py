"""packaging/deploy: what it starts exists, what it sets is a setting, what it says is valid."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import typer
import yaml

from app.cli import cli
from engine.server.routes import events, health
from engine.server.settings import ServerSettings
from engine.wire import API

DEPLOY = Path(__file__).resolve().parents[2] / "packaging" / "deploy"
KUBERNETES = "1.30"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
MOST_EXPOSED = 30
"""Of 100, by systemd's own measure; a unit without any of its walls has 96."""
PROGRAM = "/opt/dgx-music/.venv/bin/dgx-music"


def files() -> list[Path]:
    return [path for path in sorted(DEPLOY.rglob("*")) if path.is_file()]


def documents(folder: str) -> list[dict[str, Any]]:
    paths = sorted((DEPLOY / folder).glob("*.yaml"))
    return [each for path in paths for each in yaml.safe_load_all(path.read_text())]


# -- what is named everywhere ----------------------------------------------------------------------


def test_each_setting_named_there_is_one() -> None:
    known = {f"DGX_MUSIC_{name.upper()}" for name in ServerSettings.model_fields}
    known.add("DGX_MUSIC_HOME")  # app/paths.py
    named = {
        (name, path.name)
        for path in files()
        for name in re.findall(r"DGX_MUSIC_[A-Z][A-Z_]*[A-Z]", path.read_text())
    }
    assert len(named) > 20
    assert not {(name, file) for name, file in named if name not in known}


def commands() -> Iterator[tuple[str, list[str]]]:
    """Each command line of the program that is named: in prose, units and containers."""
    for path in files():
        for line in re.findall(r"\bdgx-music ([a-z][^`\n#\"']*)", path.read_text()):
            words = line.split()
            if words[0].isalpha():
                yield path.name, words
    for each in [*documents("compose")[0]["services"].values(), *containers()]:
        words = each.get("command") or each.get("args") or [""]
        if words[0] in TOP.commands:
            yield "containers", words


def containers() -> list[dict[str, Any]]:
    deployments = [each for each in documents("kubernetes") if each["kind"] == "Deployment"]
    return [one for each in deployments for one in each["spec"]["template"]["spec"]["containers"]]


TOP: Any = typer.main.get_command(cli)


def test_each_command_named_there_exists() -> None:
    found = list(commands())
    assert {words[0] for _, words in found} >= {"serve", "worker", "workers", "token"}
    for file, words in found:
        command, rest = TOP, list(words)
        while hasattr(command, "commands") and rest:
            assert rest[0] in command.commands, f"{file}: {' '.join(words)}"
            command = command.commands[rest.pop(0)]
        options = {name for each in command.params for name in each.opts}
        for word in rest:
            if word.startswith("--"):
                assert word.partition("=")[0] in options, f"{file}: {' '.join(words)}"


def test_each_file_named_in_prose_is_there() -> None:
    for path in DEPLOY.glob("*.md"):
        for name in re.findall(
            r"`((?:systemd|compose|kubernetes|nginx)/[\w@./-]+)`", path.read_text()
        ):
            assert (DEPLOY / name).exists(), name


# -- systemd ---------------------------------------------------------------------------------------

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd is not installed"
)


def analyzed(unit: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """systemd's verdict on a unit whose program is there."""
    copy = folder / unit.name.replace("@", "@0")
    copy.write_text(unit.read_text().replace(PROGRAM, "/usr/bin/env"))
    command = ["systemd-analyze", *arguments, str(copy)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_takes_the_unit(unit: Path, tmp_path: Path) -> None:
    done = analyzed(unit, tmp_path, "verify", "--man=no", "--recursive-errors=no")
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert unit.stem.partition("@")[0] not in said, said


@needs_systemd
def test_systemd_would_see_a_mistake(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong" / UNITS[0].name
    wrong.parent.mkdir()
    wrong.write_text(UNITS[0].read_text().replace("KillMode=mixed", "KillMode=gently"))
    done = analyzed(wrong, tmp_path, "verify", "--man=no", "--recursive-errors=no")
    assert "kill mode" in done.stderr


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_may_do_little(unit: Path, tmp_path: Path) -> None:
    words = ("security", "--offline=true", "--no-pager", f"--threshold={MOST_EXPOSED}")
    done = analyzed(unit, tmp_path, *words)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_waits_longer_than_the_grace_time(unit: Path) -> None:
    environment = (DEPLOY / "systemd" / "dgx-music.env").read_text()
    [grace] = re.findall(r"^DGX_MUSIC_GRACE_SECONDS=(\d+)", environment, re.MULTILINE)
    [patience] = re.findall(r"^TimeoutStopSec=(\d+)", unit.read_text(), re.MULTILINE)
    assert int(patience) >= int(grace) + 10
    assert "KillMode=mixed" in unit.read_text(), "the model's process must not hear of it first"


# -- Kubernetes ------------------------------------------------------------------------------------


def test_kubernetes_knows_all_that_is_said() -> None:
    found = [each for each in documents("kubernetes") if each["kind"] != "Kustomization"]
    assert len(found) > 8
    for each in found:
        kubernetes_validate.validate(each, KUBERNETES, strict=True)


def test_kubernetes_would_see_a_mistake() -> None:
    deployments = [each for each in documents("kubernetes") if each["kind"] == "Deployment"]
    front = deployments[0]
    front["spec"]["template"]["spec"]["containers"][0]["readyProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(front, KUBERNETES, strict=True)


def test_probes_ask_for_what_is_there() -> None:
    there = {f"{API}{route.path}" for route in health.router.routes}  # type: ignore[attr-defined]
    probes = [
        probe["httpGet"]
        for each in containers()
        for name, probe in each.items()
        if name.endswith("Probe")
    ]
    assert {probe["path"].rpartition("/")[2] for probe in probes} == {"live", "ready"}
    assert {probe["path"] for probe in probes} <= there
    assert re.search(rf"{API}/health/live", (DEPLOY / "compose" / "compose.yaml").read_text())


def test_pods_and_containers_wait_longer_than_the_grace_time() -> None:
    [settings] = [each for each in documents("kubernetes") if each["kind"] == "ConfigMap"]
    grace = int(settings["data"]["DGX_MUSIC_GRACE_SECONDS"])
    pods = [each for each in documents("kubernetes") if each["kind"] == "Deployment"]
    for pod in pods:
        spec = pod["spec"]["template"]["spec"]
        hook = spec["containers"][0].get("lifecycle", {"preStop": {"exec": {"command": ["0"]}}})
        before = int(hook["preStop"]["exec"]["command"][-1])
        assert spec["terminationGracePeriodSeconds"] >= grace + before + 10
    for service in documents("compose")[0]["services"].values():
        variables = service.get("environment", {})
        if "DGX_MUSIC_GRACE_SECONDS" in variables:
            patience = int(service["stop_grace_period"].removesuffix("s"))
            assert patience >= int(variables["DGX_MUSIC_GRACE_SECONDS"]) + 10


# -- compose and nginx -----------------------------------------------------------------------------


def test_the_compose_file_fits_together() -> None:
    [compose] = documents("compose")
    services = compose["services"]
    assert {"postgres", "s3", "nginx", "front-1", "front-2", "worker"} <= services.keys()
    secrets = [
        services[name]["environment"]["DGX_MUSIC_SECRET_KEY"] for name in ("front-1", "front-2")
    ]
    assert len(set(secrets)) == 1, "a link signed by one front must hold at the other"
    example = (DEPLOY / "compose" / "example.env").read_text()
    named = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose" / "compose.yaml").read_text()))
    assert named == set(re.findall(r"^(\w+)=", example, re.MULTILINE))
    for service in services.values():
        assert service.get("depends_on", {}).keys() <= services.keys()
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            if source.startswith("."):
                assert (DEPLOY / "compose" / source).is_file(), source
            elif not source.startswith("/"):
                assert source in compose["volumes"]
    fronts = re.findall(r"server ([\w-]+):8000", (DEPLOY / "compose" / "fronts.conf").read_text())
    assert fronts and set(fronts) <= services.keys()


def test_streams_of_events_are_all_unbuffered() -> None:
    rules = (DEPLOY / "nginx" / "nginx.conf").read_text()
    [pattern] = re.findall(r"location ~ (\S+)\s*\{\s*proxy_buffering off", rules)
    paths = [f"{API}{route.path}" for route in events.router.routes]  # type: ignore[attr-defined]
    assert len(paths) == 3
    for path in paths:
        assert re.search(pattern, path.replace("{job_id}", "gen_1")), path
    assert not re.search(pattern, f"{API}/jobs/gen_1")


# -- upgrades without downtime ---------------------------------------------------------------------


TAKEN = r"DROP (?:TABLE|COLUMN)|RENAME|drop_\w+|rename_\w+|(?<!IS )NOT NULL(?! DEFAULT)"


def test_migrations_only_add() -> None:
    """While processes are replaced one by one, the last version works on the new tables."""
    folder = DEPLOY.parents[1] / "engine" / "store" / "migrations"
    found = sorted(folder.glob("[0-9]*.py"))
    assert found
    for path in found:
        up = path.read_text().partition("def down")[0]
        taken = re.findall(TAKEN, up)
        assert not taken, f"{path.name}: {taken}"
