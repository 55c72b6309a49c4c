"""The environment is made once, made again when what it depends on changed, and never half."""

from __future__ import annotations

import itertools
import re
import shutil
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import environment
import pytest
from environment import Environment, SetupError
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(environment.__file__).resolve().parents[1]
SETTINGS = (
    '[build-system]\n[project]\nname = "x"\n[tool.setuptools]\n[tool.ruff]\nline-length = 9\n'
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "packaging").mkdir()
    (tmp_path / "packaging" / "constraints.txt").write_text("a==1\n")
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    return tmp_path


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that set-up would run; making the venv puts a Python there."""
    ran: list[list[str]] = []

    def call(self: Environment, command: list[str], what: str) -> None:
        ran.append(command)
        self.scripts.mkdir(parents=True, exist_ok=True)
        self.python.touch()

    monkeypatch.setattr(Environment, "_call", call)
    return ran


def test_nothing_is_done_twice(project: Path, steps: list[list[str]]) -> None:
    Environment(project).provide(("test",))
    assert steps
    steps.clear()
    Environment(project).provide(("test",))
    Environment(project).provide()
    assert steps == []


@pytest.mark.parametrize("file", ["packaging/constraints.txt", "pyproject.toml"])
def test_a_changed_dependency_is_brought(project: Path, steps: list[list[str]], file: str) -> None:
    Environment(project).provide(("musicgen",))
    steps.clear()
    text = (project / file).read_text()
    (project / file).write_text(text.replace("a==1", "a==2").replace('"x"', '"y"'))
    Environment(project).provide(("test",))
    assert any(command[-1].endswith("[musicgen,test]") for command in steps), (
        "what was there before must move to the new versions too"
    )
    assert "--clear" not in steps[0]


def test_a_changed_linter_setting_needs_no_set_up(project: Path, steps: list[list[str]]) -> None:
    Environment(project).provide()
    steps.clear()
    (project / "pyproject.toml").write_text(SETTINGS.replace("= 9", "= 10"))
    Environment(project).provide()
    assert steps == []


def test_another_python_or_place_starts_from_nothing(
    project: Path, steps: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    Environment(project).provide()
    moved = tmp_path / "moved"
    shutil.copytree(project, moved, ignore=shutil.ignore_patterns("moved"))
    steps.clear()
    Environment(moved).provide()
    assert steps[0][-1] == "--clear"
    steps.clear()
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))
    Environment(project).provide()
    assert steps[0][-1] == "--clear"


def test_the_environment_of_another_place_is_not_touched(
    project: Path, steps: list[list[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    Environment(project).provide()
    steps.clear()
    other = tmp_path_factory.mktemp("other")
    shutil.copytree(project / "packaging", other / "packaging")
    shutil.copy(project / "pyproject.toml", other)
    (other / ".venv").symlink_to(project / ".venv")
    with pytest.raises(SetupError, match="is a link to"):
        Environment(other).provide()
    assert steps == []
    Environment(project).provide()
    assert steps == [], "it is still vouched for"


def test_a_broken_off_set_up_is_done_again(
    project: Path, monkeypatch: pytest.MonkeyPatch, steps: list[list[str]]
) -> None:
    Environment(project).provide()
    with monkeypatch.context() as patch:
        (project / "packaging" / "constraints.txt").write_text("a==2\n")
        patch.setattr(Environment, "_install", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            Environment(project).provide()
    (project / "packaging" / "constraints.txt").write_text("a==1\n")
    steps.clear()
    Environment(project).provide()
    assert steps, "the old stamp must not vouch for what was broken off"


def test_a_failed_step_says_what_to_do_and_keeps_its_output(project: Path) -> None:
    script = "print('no matching distribution'); raise SystemExit(3)"
    with pytest.raises(SetupError, match=r"(?s)no matching distribution.*stopped at: packages"):
        Environment(project)._call([sys.executable, "-c", script], "packages")
    assert "no matching" in (project / ".venv" / "setup.log").read_text()


def test_too_little_space_is_said_before_gigabytes_come(
    project: Path, steps: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "FULL_SIZE", shutil.disk_usage(project).total + 1)
    with pytest.raises(SetupError, match="--light"):
        Environment(project).provide(("musicgen",))
    assert steps == []
    Environment(project).provide(())


def test_all_that_is_needed_is_pinned_and_the_pins_are_what_is_installed() -> None:
    constraints = (ROOT / "packaging" / "constraints.txt").read_text("utf-8")
    pinned = {
        canonicalize_name(name): version
        for name, version in re.findall(r"^([\w.-]+)==([^\s;]+)", constraints, re.MULTILINE)
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    asked = [*project["dependencies"], *itertools.chain.from_iterable(extras.values())]
    assert {canonicalize_name(Requirement(item).name) for item in asked} <= pinned.keys()
    installed = (extras[name] for name in ("server", "test", "lint"))
    here = needed_here([*project["dependencies"], *itertools.chain.from_iterable(installed)])
    assert len(here) > len(asked)
    assert here.items() <= pinned.items()


def needed_here(asked: list[str]) -> dict[str, str]:
    """Versions by name of all installed distributions that these requirements lead to."""
    found: dict[str, str] = {}
    waiting = [Requirement(item) for item in asked]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name not in found:
            there = distribution(name)
            found[name] = there.version
            further = map(Requirement, there.requires or ())
            waiting += [inner for inner in further if applies(inner, requirement.extras)]
    return found


def applies(requirement: Requirement, extras: set[str]) -> bool:
    """Whether it holds on this system, for a distribution that was asked for with ``extras``."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras))
