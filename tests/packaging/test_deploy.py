"""packaging/deploy: what it starts exists, what it sets is a setting, what it says is valid.

Commands and settings are looked at in the project's other documents, too.
"""

from __future__ import annotations

import re
import tomllib
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


def files() -> list[Path]:
    return [
        path
        for path in sorted(DEPLOY.rglob("*"))
        if path.is_file() and path.parent.name != "__pycache__"
    ]


def documents(folder: str) -> list[dict[str, Any]]:
    paths = sorted((DEPLOY / folder).glob("*.yaml"))
    return [each for path in paths for each in yaml.safe_load_all(path.read_text())]


PROSE = sorted(DEPLOY.parents[1].glob("*.md"))
TOP: Any = typer.main.get_command(cli)


# -- what is named everywhere ----------------------------------------------------------------------


def test_each_setting_named_there_is_one() -> None:
    known = {f"DGX_MUSIC_{name.upper()}" for name in ServerSettings.model_fields}
    known.add("DGX_MUSIC_HOME")  # app/paths.py
    known |= {each.envvar for each in TOP.commands["worker"].params if each.envvar}
    named = {
        (name, path.name)
        for path in (*files(), *PROSE)
        for name in re.findall(r"DGX_MUSIC_[A-Z][A-Z_]*[A-Z]", path.read_text())
    }
    assert len(named) > 20
    assert not {(name, file) for name, file in named if name not in known}


def commands() -> Iterator[tuple[str, list[str]]]:
    """Each command line of the program that is named: in prose, units and containers."""
    for path in (*files(), *PROSE):
        for line in re.findall(r"\bdgx-music ([a-z][^`\n#\"']*)", path.read_text()):
            words = line.split()
            if words[0].isalpha():
                yield path.name, words
        # In a container of the compose file.
        for line in re.findall(
            r"docker compose run (?:--\S+ )*[\w-]+ ([^`\n#]*)", path.read_text()
        ):
            yield path.name, line.split()
    for each in [*documents("compose")[0]["services"].values(), *containers()]:
        words = each.get("command") or each.get("args") or [""]
        if words[0] in TOP.commands:
            yield "containers", words


def pods(kind: str) -> dict[str, dict[str, Any]]:
    """What pods of each Deployment or CronJob are made of, by its name."""
    found = {}
    for each in documents("kubernetes"):
        if each["kind"] == kind:
            spec = each["spec"] if kind == "Deployment" else each["spec"]["jobTemplate"]["spec"]
            found[each["metadata"]["name"]] = spec["template"]["spec"]
    return found


def containers() -> list[dict[str, Any]]:
    every = [*pods("Deployment").values(), *pods("CronJob").values()]
    return [one for pod in every for one in pod["containers"]]


def test_each_command_named_there_exists() -> None:
    found = list(commands())
    assert {words[0] for _, words in found} >= {"serve", "worker", "workers", "token", "models"}
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


def test_what_commands_name_is_in_the_manifests() -> None:
    text = "\n".join(path.read_text() for path in files())
    services = documents("compose")[0]["services"]
    asked = re.findall(r"docker compose (?:run|restart|up) [^`\n]*", text)
    assert len(asked) > 3
    for line in asked:
        named = [word.partition("=")[0] for word in line.split()[3:] if word[0] != "-"]
        assert named[0] in services, line
    for kind in ("Deployment", "CronJob"):
        named = re.findall(rf"\b{kind.lower()}/(\w+)", text)
        assert named and set(named) <= pods(kind).keys()


def test_images_are_pinned_and_ours_is_this_version() -> None:
    """Of a tag that moves, nobody can say what was tried, nor go back to it."""
    version = tomllib.loads((DEPLOY.parents[1] / "pyproject.toml").read_text())["project"][
        "version"
    ]
    [kustomization] = [each for each in documents("kubernetes") if "images" in each]
    assert [each["newTag"] for each in kustomization["images"]] == [version]
    dockerfile = (DEPLOY / "compose" / "Dockerfile").read_text()
    images = re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)
    images += [each["image"] for each in documents("compose")[0]["services"].values()]
    images += [each["image"] for each in containers() if each["image"] != "dgx-music"]
    assert len(images) > 6
    for name, _, tag in (image.partition(":") for image in images):
        assert tag == version if name == "dgx-music" else re.search(r"\d+\.\d+|^RELEASE\.\d", tag)


def test_models_come_to_where_workers_look() -> None:
    """On Kubernetes and with the compose file."""
    folders = set()
    for pod in (pods("Deployment")["worker"], pods("CronJob")["models"]):
        [container] = pod["containers"]
        [folder] = [e["value"] for e in container["env"] if e["name"] == "DGX_MUSIC_MODELS_FOLDER"]
        [name] = [each["name"] for each in container["volumeMounts"] if each["mountPath"] == folder]
        [claim] = [each["persistentVolumeClaim"] for each in pod["volumes"] if each["name"] == name]
        folders.add((folder, claim["claimName"]))
    [(folder, claim)] = folders
    claims = [each for each in documents("kubernetes") if each["kind"] == "PersistentVolumeClaim"]
    assert claim in [each["metadata"]["name"] for each in claims]
    worker = documents("compose")[0]["services"]["worker"]
    assert worker["environment"]["DGX_MUSIC_MODELS_FOLDER"] == folder
    assert f"models:{folder}" in worker["volumes"]


def test_who_restores_by_hand_is_told_what_the_script_does() -> None:
    ends = re.findall(
        r"""--command=(["'])((?:UPDATE|DELETE).*)\1""", (DEPLOY / "restore.sh").read_text()
    )
    assert len(ends) == 2
    for _, statement in ends:
        assert f"{statement};" in (DEPLOY / "README.md").read_text()


# -- Kubernetes ------------------------------------------------------------------------------------


def test_kubernetes_knows_all_that_is_said() -> None:
    found = [each for each in documents("kubernetes") if each["kind"] != "Kustomization"]
    assert len(found) > 8
    for each in found:
        kubernetes_validate.validate(each, KUBERNETES, strict=True)


def test_kubernetes_would_see_a_mistake() -> None:
    front = next(each for each in documents("kubernetes") if each["kind"] == "Deployment")
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
    for spec in pods("Deployment").values():
        hook = spec["containers"][0].get("lifecycle", {"preStop": {"exec": {"command": ["0"]}}})
        before = int(hook["preStop"]["exec"]["command"][-1])
        assert spec["terminationGracePeriodSeconds"] >= grace + before + 10
    for service in documents("compose")[0]["services"].values():
        variables = service.get("environment", {})
        if "DGX_MUSIC_GRACE_SECONDS" in variables:
            patience = int(service["stop_grace_period"].removesuffix("s"))
            assert patience >= int(variables["DGX_MUSIC_GRACE_SECONDS"]) + 10


def test_what_nginx_keeps_inside_the_ingress_does_too() -> None:
    rules = (DEPLOY / "nginx" / "nginx.conf").read_text()
    inside = re.findall(r"location = (\S+) \{\s*return 404;", rules)
    assert len(inside) == 2
    paths = {
        path["path"]: (ingress["metadata"]["annotations"], path["pathType"])
        for ingress in documents("kubernetes")
        if ingress["kind"] == "Ingress"
        for rule in ingress["spec"]["rules"]
        for path in rule["http"]["paths"]
    }
    for path in inside:
        annotations, kind = paths[path]
        allowed = annotations["nginx.ingress.kubernetes.io/whitelist-source-range"]
        assert (kind, allowed) == ("Exact", "127.0.0.1/32")


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
