#!/usr/bin/env python3
"""Set up, run, test, check and measure DGX Music Studio. Needs Python 3.11 to 3.14, no more.

python3 packaging/dev.py run [--light] [ARGUMENTS]   the program; ARGUMENTS go to it as they are
python3 packaging/dev.py test [PYTEST ARGUMENTS]     all tests, headless; --soak: with more kills
python3 packaging/dev.py lint [--fix]                ruff, strict mypy, import rules
python3 packaging/dev.py bench NAME [--json]         one measurement; without NAME: which there are
python3 packaging/dev.py build                       dist/: the program for who has no Python

Each first makes .venv with the pinned packages, and takes under a second when that is done.
--light leaves out torch and audiocraft: the window, the built-in generator and servers of others;
with `serve` or `worker` it brings what these need.
"""

# Older Pythons must get as far as the message in main(), so no newer syntax here or in what is
# imported at the top.
from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import debian
from environment import Environment, SetupError, say

ROOT = Path(__file__).resolve().parents[1]
OLDEST_PYTHON = (3, 11)
NEWEST_PYTHON = (3, 14)
"""That the pinned packages know: Qt's for one refuse to be installed into a later one."""
EXAMPLE_PROMPT = "melancholic lo-fi hip hop, 84 bpm, in D minor"

# With MusicGen, or its tests would be left out: it makes the first set-up a minute longer where
# the packages are at hand, and costs nothing afterwards.
DEVELOPER = ("build", "lint", "musicgen", "server", "test")

SERVING = ("serve", "token", "worker", "workers")
"""Commands of the shared server, whose packages a musician's laptop can do without."""

MOST_WORKERS = 8
"""Test processes; each may hold models, and there is not work for more. One more than cores, as
tests wait a third of their time: for servers to start, sound to be played, a lease to end."""


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit code, or does not return (the program took over)."""
    if not OLDEST_PYTHON <= sys.version_info[:2] <= NEWEST_PYTHON:
        oldest, newest = (".".join(map(str, each)) for each in (OLDEST_PYTHON, NEWEST_PYTHON))
        say(f"Python {oldest} to {newest} is needed; this is {sys.version.split()[0]}.")
        say(f"Run it with one of these, for example: python{newest} packaging/dev.py")
        return 1
    commands = {"run": run, "test": test, "lint": lint, "bench": bench, "build": build}
    if not arguments or arguments[0] not in commands:
        print(__doc__.strip())
        return 0 if arguments and arguments[0] in ("help", "-h", "--help") else 2
    try:
        return commands[arguments[0]](list(arguments[1:]))
    except SetupError as error:
        say(f"\n{error}")
        return 1
    except KeyboardInterrupt:
        say("\nStopped. Run the same command to go on from here.")
        return 130


def run(arguments: list[str]) -> int:
    """Start the program: its window, or where there is no display its main job in the terminal."""
    light = "--light" in arguments
    arguments = [argument for argument in arguments if argument != "--light"]
    extras: tuple[str, ...] = ("musicgen", "server")
    if light:
        extras = ("server",) if {*arguments[:1]} & {*SERVING} else ()
    environment = prepare(debian.RUN, extras)
    if not has_display(os.environ, sys.platform):
        without_window = in_terminal(arguments)
        if without_window != arguments:
            say("There is no display here, so this makes a take in the terminal.")
        arguments = without_window
    return become([str(environment.script("dgx-music")), *arguments])


def has_display(variables: Mapping[str, str], platform: str) -> bool:
    """Whether a window can open; only Linux may lack a display."""
    if not platform.startswith("linux"):
        return True
    return bool(variables.get("DISPLAY") or variables.get("WAYLAND_DISPLAY"))


def in_terminal(arguments: list[str]) -> list[str]:
    """The program's arguments with a take in place of the window; other commands stay.

    >>> in_terminal(["studio"])
    ['generate', 'melancholic lo-fi hip hop, 84 bpm, in D minor']
    >>> in_terminal(["calm piano"])
    ['generate', 'calm piano']
    """
    if not arguments or arguments == ["studio"]:
        return ["generate", EXAMPLE_PROMPT]
    if " " in arguments[0]:  # no command has a space in it: this is a prompt
        return ["generate", *arguments]
    return arguments


def test(arguments: list[str]) -> int:
    """Run the tests."""
    environment = prepare(debian.RUN + debian.TEST, DEVELOPER)
    command = [str(environment.python), "-m", "pytest", *workers(arguments), *arguments]
    return become(command, folder=ROOT)


def workers(arguments: Sequence[str]) -> list[str]:
    """How many test processes pytest shall have, where the arguments leave that open.

    A few chosen tests are done before workers have started.

    >>> workers(["tests/app/test_cli.py"]), workers(["tests/ui", "-k", "player"]), workers(["-n0"])
    ([], [], [])
    """
    said = ("-n", "--numprocesses", "--dist", "-k", "--lf", "--last-failed", "--pdb", "--trace")
    for argument in arguments:
        if argument.startswith(said) or argument.endswith(".py") or "::" in argument:
            return []
    return ["-n", str(min((os.cpu_count() or 1) + 1, MOST_WORKERS))]


def lint(arguments: list[str]) -> int:
    """Check style, types and import rules; runs all checks even when one fails."""
    fix = "--fix" in arguments
    environment = prepare(debian.RUN, DEVELOPER)  # the import rules are tested on the real window
    python = str(environment.python)
    checks = (
        ["ruff", "check", *(["--fix"] if fix else [])],
        ["ruff", "format", *([] if fix else ["--check"])],
        ["mypy"],
        ["pytest", "-q", "tests/test_imports.py"],
    )
    failed = []
    for check in checks:
        name = " ".join(check[:2])
        say(f"{name} …")
        if subprocess.run([python, "-m", *check], cwd=ROOT, check=False).returncode:
            failed.append(name)
    if failed:
        say(f"\nNot clean: {', '.join(failed)}.")
        return 1
    say("Clean.")
    return 0


def bench(arguments: list[str]) -> int:
    """Measure one thing; packaging/benches/ has the modules."""
    environment = prepare(debian.RUN + debian.TEST, DEVELOPER)
    return become(
        [str(environment.python), str(ROOT / "packaging" / "measure.py"), *arguments], folder=ROOT
    )


def build(arguments: list[str]) -> int:
    """Make the program a folder that runs by itself; packaging/frozen/ has what goes in."""
    environment = prepare(debian.RUN, ("build",))
    script = ROOT / "packaging" / "frozen" / "build.py"
    return become([str(environment.python), str(script), *arguments], folder=ROOT)


def prepare(packages: tuple[str, ...], extras: tuple[str, ...]) -> Environment:
    """System packages, then the Python environment; an instant when all is there."""
    if importlib.util.find_spec("ensurepip") is None:  # Debian keeps it in a package of its own
        packages = (*packages, "python{}.{}-venv".format(*sys.version_info))
    debian.provide(packages)
    environment = Environment(ROOT)
    environment.provide(extras)
    return environment


def become(command: list[str], folder: Path | None = None) -> int:
    """Put ``command`` in this process's place, so that signals and exit codes are its own."""
    if folder is not None:
        os.chdir(folder)
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "posix":
        os.execv(command[0], command)
    return subprocess.run(command, check=False).returncode  # Windows' exec does not wait


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
