"""One command sets up and starts: what it decides, what it says, and how it ends."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import dev
import pytest
from environment import SetupError
from packaging.specifiers import SpecifierSet

DEV = Path(dev.__file__)


class Stopped(Exception):
    """Where the program would take over."""


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What ``run`` was about to do, with everything before it left out."""
    seen: dict[str, object] = {}

    class Recorder(dev.Environment):
        def provide(self, extras: object = ()) -> None:
            seen["extras"] = extras

    def become(command: list[str], folder: Path | None = None) -> int:
        seen["command"] = [Path(command[0]).stem, *command[1:]]
        return 0

    monkeypatch.setattr(dev, "Environment", Recorder)
    monkeypatch.setattr(dev, "become", become)
    monkeypatch.setattr(dev.debian, "provide", lambda packages: seen.update(packages=packages))
    monkeypatch.setenv("DISPLAY", ":9")
    return seen


def test_run_opens_the_window_with_everything(started: dict[str, object]) -> None:
    assert dev.main(["run"]) == 0
    assert started["command"] == ["dgx-music"]
    assert started["extras"] == ("musicgen", "server")
    assert started["packages"] == dev.debian.RUN


def test_light_leaves_out_the_models_and_is_not_the_programs(started: dict[str, object]) -> None:
    assert dev.main(["run", "--light", "generate", "calm piano", "--seed", "7"]) == 0
    assert started["command"] == ["dgx-music", "generate", "calm piano", "--seed", "7"]
    assert started["extras"] == ()


def test_build_brings_what_freezes(started: dict[str, object]) -> None:
    assert dev.main(["build"]) == 0
    assert started["extras"] == ("build",)
    (_, script) = started["command"]
    assert Path(script).is_file()


@pytest.mark.parametrize("command", ["serve", "token", "worker", "workers"])
def test_light_brings_what_a_server_needs(started: dict[str, object], command: str) -> None:
    assert dev.main(["run", "--light", command, "--help"]) == 0
    assert started["extras"] == ("server",)


@pytest.mark.parametrize(
    ("given", "done"),
    [
        ([], ["generate", dev.EXAMPLE_PROMPT]),
        (["studio"], ["generate", dev.EXAMPLE_PROMPT]),
        (["calm piano", "--seed", "7"], ["generate", "calm piano", "--seed", "7"]),
        (["generate", "piano"], ["generate", "piano"]),
        (["doctor"], ["doctor"]),
        (["--help"], ["--help"]),
    ],
)
def test_without_a_display_the_terminal_makes_a_take(
    started: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    given: list[str],
    done: list[str],
) -> None:
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert dev.main(["run", *given]) == 0
    assert started["command"] == ["dgx-music", *done]
    output = capfd.readouterr()
    assert ("no display" in output.err) == (given != done)
    assert output.out == "", "stdout belongs to the program: --json must stay JSON"


@pytest.mark.parametrize(
    ("variables", "platform", "shown"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ""}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "darwin", True),
        ({}, "win32", True),
    ],
)
def test_only_linux_may_lack_a_display(
    variables: dict[str, str], platform: str, shown: bool
) -> None:
    assert dev.has_display(variables, platform) is shown


@pytest.mark.parametrize("version", [(3, 10, 13), (3, 15, 0), (4, 0, 0)])
def test_a_python_that_is_too_old_or_too_new_is_told_so(
    version: tuple[int, ...],
    started: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    assert dev.main(["run"]) == 1
    assert "Python 3.11 to 3.14 is needed" in capfd.readouterr().err
    assert not started


def test_the_pinned_packages_take_each_python_that_we_take() -> None:
    project = tomllib.loads((DEV.parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
    ours = SpecifierSet(project["requires-python"])
    for minor in range(30):
        taken = dev.OLDEST_PYTHON <= (3, minor) <= dev.NEWEST_PYTHON
        assert ours.contains(f"3.{minor}.5") == taken
    newest = ".".join(map(str, dev.NEWEST_PYTHON))
    pins = (DEV.with_name("constraints.txt")).read_text("utf-8").splitlines()
    for name in (pin.partition("==")[0] for pin in pins if "==" in pin):
        with suppress(PackageNotFoundError):  # of another system
            wanted = metadata(name).get("Requires-Python") or ""
            assert SpecifierSet(wanted).contains(newest), name


@pytest.mark.parametrize("name", ["dev", "debian", "environment"])
def test_older_pythons_get_as_far_as_being_told(name: str) -> None:
    source = DEV.with_name(f"{name}.py").read_text("utf-8")
    ast.parse(source, feature_version=(3, 7))


def test_failures_and_ctrl_c_end_with_words_and_codes(
    started: dict[str, object], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for error, code, words in (
        (SetupError("no space: free some"), 1, "no space: free some"),
        (KeyboardInterrupt(), 130, "Run the same command to go on"),
    ):

        def provide(self: object, extras: object = (), error: BaseException = error) -> None:
            raise error

        monkeypatch.setattr(dev.Environment, "provide", provide)
        assert dev.main(["run"]) == code
        assert words in capfd.readouterr().err


@pytest.mark.parametrize(
    ("given", "added"),
    [
        ([], ["-n", "4"]),
        (["tests/faults", "-q", "--soak"], ["-n", "4"]),
        (["tests/app/test_cli.py"], []),
        (["tests/app/test_cli.py::test_version"], []),
        (["-k", "player"], []),
        (["--lf"], []),
        (["-n", "0"], []),
        (["-n5"], []),
    ],
)
def test_tests_share_the_cores_unless_few_are_chosen(
    started: dict[str, object], monkeypatch: pytest.MonkeyPatch, given: list[str], added: list[str]
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    assert dev.main(["test", *given]) == 0
    assert started["command"][1:] == ["-m", "pytest", *added, *given]  # type: ignore[index]


def test_lint_runs_every_check_and_fails_when_one_does(
    started: dict[str, object], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    ran: list[str] = []

    def check(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        ran.append(" ".join(command[2:4]))
        return subprocess.CompletedProcess(command, 1 if "mypy" in command else 0)

    monkeypatch.setattr(dev.subprocess, "run", check)
    assert dev.main(["lint"]) == 1
    assert [name.split()[0] for name in ran] == ["ruff", "ruff", "mypy", "pytest"]
    assert "Not clean: mypy" in capfd.readouterr().err


def test_mypy_looks_at_every_script() -> None:
    """They are modules, not a package, so it must be told their names; and one of the tests'."""
    settings = tomllib.loads(DEV.parents[1].joinpath("pyproject.toml").read_text("utf-8"))
    folders = (DEV.parent, DEV.parent / "frozen")
    scripts = {path.stem for folder in folders for path in folder.glob("*.py")}
    assert set(settings["tool"]["mypy"]["modules"]) == scripts | {"tests.ui.screenshots"}


def test_the_program_takes_over_with_its_own_exit_code() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(DEV.parent)!r}); import dev\n"
        "dev.become([sys.executable, '-c', 'import sys; print(sys.argv); sys.exit(7)', 'a b'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 7
    assert done.stdout == "['-c', 'a b']\n"


def test_without_a_command_it_says_which_there_are() -> None:
    done = subprocess.run([sys.executable, DEV], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert all(f"dev.py {name}" in done.stdout for name in ("run", "test", "lint", "bench"))
