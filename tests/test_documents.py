"""The documents for people: links lead somewhere, and files that are named are there."""

from __future__ import annotations

import itertools
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("app", "engine", "packaging", "resources", "tests", "ui")
PATHS = [*ROOT.iterdir(), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))]
NAMES = [f"{path.relative_to(ROOT).as_posix()}{'/' * path.is_dir()}" for path in PATHS]
DOCUMENTS = sorted(name for name in NAMES if name.endswith(".md"))
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
FILE = re.compile(r"(?<![\w/.:~*-])((?:[\w@.-]+/)*[\w@.-]+\.(?:py|sh|md|txt|yaml|conf|env))\b")
FOLDER = re.compile(r"`((?:[\w-]+/)+)`")


def anchors(document: Path) -> set[str]:
    """As GitHub makes them of headings."""
    text = FENCED.sub("", document.read_text("utf-8"))
    times: Counter[str] = Counter()
    found = set()
    for heading in re.findall(r"^#+ +(.+)", text, re.MULTILINE):
        slug = re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        found.add(f"{slug}-{times[slug]}" if times[slug] else slug)
        times[slug] += 1
    return found


def test_there_are_documents() -> None:
    assert {"README.md", "ARCHITECTURE.md", "packaging/deploy/README.md"} <= set(DOCUMENTS)
    assert "more-than-one-machine" in anchors(ROOT / "README.md")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    document = ROOT / name
    for target in LINK.findall(FENCED.sub("", document.read_text("utf-8"))):
        if re.match(r"https?://|mailto:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (document.parent / path).resolve() if path else document
        assert there.exists(), f"{name}: {target}"
        assert not anchor or anchor in anchors(there), f"{name}: {target}"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_named_is_there(name: str) -> None:
    """By the end of its path: a document names files and folders as they are called around it."""
    ends = {path[at:] for path in NAMES for at in starts(path)}
    text = (ROOT / name).read_text("utf-8")
    for file in FILE.findall(text) + FOLDER.findall(text):
        assert file in ends, f"{name}: {file}"


def test_each_library_has_its_reason() -> None:
    """In the table of ARCHITECTURE.md, whose second column names libraries."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    asked = {Requirement(it).name for it in itertools.chain(project["dependencies"], *extras)}
    rows = re.findall(
        r"^\| [^|]+ \| ([^|]+) \| \S", (ROOT / "ARCHITECTURE.md").read_text("utf-8"), re.MULTILINE
    )
    named = {word.lower() for row in rows for word in re.findall(r"[\w-]+", row)}
    assert len(asked) > 50
    assert not asked - named


def starts(path: str) -> list[int]:
    """Where the names in a path begin."""
    return [0, *(match.end() for match in re.finditer("/", path))]
