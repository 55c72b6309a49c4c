"""Imports go one way, ui -> app -> engine, and every big library has one home.

The rules are data, held by a walk over the syntax trees; then the running program is asked too.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("app", "engine", "ui")

QT = ("PySide6", "shiboken6", "qasync")
MODELS = ("torch", "torchaudio", "audiocraft", "transformers", "encodec", "demucs", "openvino")
SERVING = ("fastapi", "starlette", "uvicorn")
BUCKETS = ("boto3", "botocore", "s3transfer")
HTTP = ("httpx", "httpx_sse")
MUSICGEN = ("engine/generators/musicgen",)
POSTGRESQL = ("engine/store/postgresql",)
CLUSTER = ("engine/cluster",)
SERVER = ("engine/server", "engine/storage", *CLUSTER, *POSTGRESQL)


@dataclass(frozen=True, slots=True)
class Import:
    """One import; ``name`` is dotted and goes as deep as the statement says."""

    file: str
    line: int
    name: str
    lazy: bool
    """Inside a function: nothing is loaded until it is called."""

    def of(self, *names: str) -> bool:
        return within(self.name, names, ".")


@dataclass(frozen=True, slots=True)
class Rule:
    """Imports of ``what`` are for files under ``only`` alone (``lazily``: there too, in functions).

    ``in_`` limits the rule to some files; names in ``but`` are free.
    """

    why: str
    what: tuple[str, ...]
    only: tuple[str, ...] = ()
    lazily: tuple[str, ...] = ()
    in_: tuple[str, ...] = PACKAGES
    but: tuple[str, ...] = ()

    def broken_by(self, found: Import) -> bool:
        if not within(found.file, self.in_, "/") or not found.of(*self.what):
            return False
        if found.of(*self.but) or within(found.file, self.only, "/"):
            return False
        return not (found.lazy and within(found.file, self.lazily, "/"))


RULES = (
    Rule("the engine knows no program", ("app", "ui"), in_=("engine",)),
    Rule("the engine runs without Qt", QT, only=("app", "ui")),
    Rule("only the composition root knows the widgets", ("ui",), only=("ui", "app/main.py")),
    Rule(
        "widgets know values, not the engine's machinery",
        ("engine",),
        in_=("ui",),
        but=(
            "engine.beats",
            "engine.jobs",
            "engine.licences",
            "engine.limits",
            "engine.request",
            "engine.status",
            "engine.places",
            "engine.errors",
            "engine.audio",
            "engine.lengths",
            "engine.prompts",
            "engine.promptlist",
        ),
    ),
    Rule("widgets know no composition root", ("app.main", "app.cli"), in_=("ui",)),
    Rule(
        "models live in the host process",
        MODELS,
        only=MUSICGEN,
        lazily=("engine/host",),
    ),
    Rule("rows never leave the store", ("peewee", "playhouse", "sqlite3"), only=("engine/store",)),
    Rule("one place knows PostgreSQL", ("psycopg",), only=POSTGRESQL),
    Rule("one place shares work", ("procrastinate", "psycopg_pool"), only=CLUSTER),
    Rule("one place serves", SERVING, only=("engine/server",)),
    Rule(
        "one place calls servers, and the server calls whom it must",
        HTTP,
        only=("engine/client", "engine/server/webhooks.py", "engine/server/keyset.py"),
    ),
    Rule("one place talks to buckets", BUCKETS, only=("engine/storage",)),
    Rule("one place downloads", ("huggingface_hub", "httpx2"), only=("engine/models",)),
    Rule("one place plays", ("sounddevice",), only=("app/playback/sound_device.py",)),
    Rule("tests are not shipped", ("tests", "pytest"), only=("tests",)),
)


def within(name: str, parents: tuple[str, ...], separator: str) -> bool:
    """Whether ``name`` is one of ``parents`` or lies under one."""
    return any(name == parent or name.startswith(parent + separator) for parent in parents)


def imports_in(file: str, source: str) -> Iterator[Import]:
    """All imports of a module: statements, also relative ones, and ``import_module("…")``."""

    def visit(node: ast.AST, lazy: bool) -> Iterator[Import]:
        for name in names_in(node, file):
            yield Import(file, node.lineno, name, lazy)  # type: ignore[attr-defined]
        inside = lazy or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for child in ast.iter_child_nodes(node):
            yield from visit(child, inside)

    return visit(ast.parse(source), lazy=False)


def names_in(node: ast.AST, file: str) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=module, names=names, level=level):
            package = Path(file).parts[:-level] if level else ()
            base = ".".join([*package, *([module] if module else [])])
            return [f"{base}.{alias.name}" for alias in names]
        case ast.Call(
            func=ast.Name(id="import_module" | "__import__") | ast.Attribute(attr="import_module"),
            args=[ast.Constant(value=str(name)), *_],
        ):
            return [name]
    return []


@cache
def all_imports() -> list[Import]:
    """Of the whole program, read once."""
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    assert len(paths) > 10, "the walk found too few files to mean anything"
    files = [(path.relative_to(ROOT).as_posix(), path) for path in paths]
    return [found for file, path in files for found in imports_in(file, path.read_text("utf-8"))]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.why)
def test_rule_holds(rule: Rule) -> None:
    broken = [found for found in all_imports() if rule.broken_by(found)]
    assert not broken, "\n".join(f"{at.file}:{at.line} imports {at.name}" for at in broken)


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("engine/jobs.py", "import app.studio"),
        ("engine/store/store.py", "from PySide6.QtCore import QObject"),
        ("app/studio.py", "from ui.main_window import MainWindow"),
        ("ui/main_window.py", "from engine.store.store import Store"),
        ("ui/main_window.py", "from engine import dispatch"),
        ("ui/queue/model.py", "from ...engine import store"),
        ("ui/main_window.py", "from app.main import run"),
        ("app/studio.py", "def speak():\n    import torch"),
        ("engine/host/loop.py", "import torch"),
        ("engine/generators/sketch/song.py", 'importlib.import_module("torch.nn")'),
        ("app/studio.py", "import peewee"),
        ("engine/store/claims.py", "import psycopg"),
        ("app/cli.py", "from fastapi import FastAPI"),
        ("engine/dispatch/remote.py", "import httpx"),
        ("app/playback/deck.py", "import sounddevice"),
        ("engine/server/routes/media.py", "import boto3"),
        ("app/studio.py", "if TYPE_CHECKING:\n    from tests.fakes import FakeEngine"),
    ],
)
def test_breaking_a_rule_is_seen(file: str, source: str) -> None:
    assert any(rule.broken_by(found) for found in imports_in(file, source) for rule in RULES)


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("engine/host/loop.py", "def load():\n    import torch"),
        ("engine/generators/musicgen/torch.py", "import torch"),
        ("engine/store/rows.py", "from peewee import Model"),
        ("ui/main_window.py", "from engine.jobs import Job\nfrom app.studio import Studio"),
        ("app/main.py", "from ui.main_window import MainWindow"),
        ("app/playback/sound_device.py", "def card():\n    import sounddevice"),
        ("engine/server/webhooks.py", "import httpx"),
    ],
)
def test_what_is_allowed_stays_allowed(file: str, source: str) -> None:
    assert not any(rule.broken_by(found) for found in imports_in(file, source) for rule in RULES)


def test_packaging_is_no_package() -> None:
    """With an __init__.py it would hide the library of that name, which pip and pytest need."""
    assert not (ROOT / "packaging" / "__init__.py").exists()


def test_dependencies_are_those_that_are_imported() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    everywhere = {plain(name) for name in project["dependencies"]}
    extras = project["optional-dependencies"]
    musicgen, server = ({plain(name) for name in extras[key]} for key in ("musicgen", "server"))
    found = all_imports()
    playing = [item for item in found if within(item.file, MUSICGEN, "/")]
    serving = [item for item in found if within(item.file, SERVER, "/")]
    rest = [item for item in found if item not in playing and item not in serving]
    assert distributions_of(rest) == everywhere
    assert distributions_of(playing) <= everywhere | musicgen | {"audiocraft"}
    # uvicorn finds websockets by itself, PyJWT cryptography, limits redis; the last is files.
    found_by_others = {"websockets", "cryptography", "starlette", "redis", "fastapi-offline"}
    assert distributions_of(serving) - found_by_others <= everywhere | server
    assert server - found_by_others <= distributions_of(serving)


def distributions_of(imports: Iterable[Import]) -> set[str]:
    """Names of what must be installed for these imports, as pip compares them."""
    modules = {found.name.partition(".")[0] for found in imports}
    third_party = modules - {*sys.stdlib_module_names, *PACKAGES, "resources"}
    providers = packages_distributions()
    names = {plain(name) for module in third_party for name in providers.get(module, [module])}
    return names - {"shiboken6"}  # comes with PySide6


def plain(name: str) -> str:
    """A distribution's name as pip compares it, without versions, markers and extras."""
    return re.sub(r"[-_.]+", "-", re.split(r"[<>=!~;\[ ]", name)[0]).lower()


def loaded_after(code: str, folder: Path) -> set[str]:
    """Top-level modules in a fresh interpreter after ``code``.

    Stubs stand in for the models' libraries, so that an import of one works and is seen even
    where they are not installed.
    """
    for name in MODELS:
        (folder / f"{name}.py").touch()
    script = f"{code}\nimport sys; print(*{{name.partition('.')[0] for name in sys.modules}})"
    variables = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


def test_a_loaded_model_library_is_seen(tmp_path: Path) -> None:
    assert "torch" in loaded_after("import torch", tmp_path)


def test_the_engine_loads_no_qt_and_no_model(tmp_path: Path) -> None:
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in sorted((ROOT / "engine").rglob("*.py"))
        if path.stem not in ("__init__", "__main__") and path.stem.isidentifier()
        if "musicgen" not in path.parts
    ]
    loaded = loaded_after("\n".join(f"import {module}" for module in modules), tmp_path)
    assert "engine" in loaded
    assert not loaded & {*QT, *MODELS, "app", "ui"}


WINDOW = """
import os, signal, threading, time
from pathlib import Path
from app.main import run

def end_when_all_is_open():
    database = Path(os.environ["DGX_MUSIC_HOME"]) / "data" / "studio.db"
    while not database.exists():
        time.sleep(0.02)
    os.kill(os.getpid(), signal.SIGTERM)

threading.Thread(target=end_when_all_is_open, daemon=True).start()
assert run(["dgx-music"]) == 0
"""


FIRST_PAINT = """
from app.main import Program, run

Program._begin = lambda program: program.window.close()
assert run(["dgx-music"]) == 0
"""


def test_the_first_paint_waits_for_nothing_heavy(tmp_path: Path) -> None:
    loaded = loaded_after(FIRST_PAINT, tmp_path)
    assert "PySide6" in loaded
    assert not loaded & {*MODELS, *SERVING, *BUCKETS, "pydantic", "peewee", "numpy", "soundfile"}


def test_the_window_loads_no_model(tmp_path: Path) -> None:
    loaded = loaded_after(WINDOW, tmp_path)
    assert {"PySide6", "peewee"} <= loaded, "window and engine were open"
    # peewee itself loads psycopg, where it is there.
    assert not loaded & {*MODELS, *SERVING, *BUCKETS, "psycopg_pool", "procrastinate"}
