"""Collect the window's texts into resources/translations/*.ts and compile them to *.qm.

``python packaging/translations.py``          after texts changed: update, then translate the new
                                              ones in the .ts file, then run it again
``python packaging/translations.py --check``  fail when a text is missing or not translated

English is the source language; its file holds the plurals only, made here from "(s)".
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET  # of our own files
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "resources" / "translations"
LANGUAGES = ("en", "id")
HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n'


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    if parser.parse_args().check:
        return check()
    for language in LANGUAGES:
        path = FOLDER / f"studio_{language}.ts"
        collect(path, language)
        tool("lrelease", "-silent", str(path), "-qm", str(path.with_suffix(".qm")))
    return 0


def check() -> int:
    """Name every text that a language lacks."""
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for language in LANGUAGES:
            fresh = Path(folder) / f"studio_{language}.ts"
            kept = FOLDER / fresh.name
            fresh.write_bytes(kept.read_bytes())
            collect(fresh, language)
            known = texts(kept)
            for text in sorted(texts(fresh) - known):
                print(f"{language}: not collected: {text}")
                wrong += 1
            for message in ET.parse(fresh).iter("message"):  # noqa: S314
                translation = message.find("translation")
                if translation is None or translation.get("type") == "unfinished":
                    print(f"{language}: not translated: {message.findtext('source')}")
                    wrong += 1
    return 1 if wrong else 0


def collect(path: Path, language: str) -> None:
    sources = sorted(str(file.relative_to(ROOT)) for file in (ROOT / "ui").rglob("*.py"))
    options = ["-silent", "-no-obsolete", "-locations", "none", "-target-language", language]
    if language == "en":
        options.append("-pluralonly")
    tool("lupdate", *options, *sources, "-ts", str(path))
    if language == "en":
        fill_plurals(path)


def fill_plurals(path: Path) -> None:
    tree = ET.parse(path)  # noqa: S314
    for message in tree.iter("message"):
        source = message.findtext("source", "")
        translation = message.find("translation")
        if translation is None:
            continue
        translation.attrib.pop("type", None)
        one, many = translation.findall("numerusform")
        one.text, many.text = source.replace("(s)", ""), source.replace("(s)", "s")
    body = ET.tostring(tree.getroot(), encoding="unicode", short_empty_elements=False)
    path.write_text(f"{HEAD}{body}\n", encoding="utf-8")


def texts(path: Path) -> set[str]:
    """Context and source of every message."""
    return {
        f"{context.findtext('name')}: {message.findtext('source')}"
        for context in ET.parse(path).iter("context")  # noqa: S314
        for message in context.iter("message")
    }


def tool(name: str, *arguments: str) -> None:
    program = Path(sys.executable).with_name(f"pyside6-{name}")
    subprocess.run([program, *arguments], cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main())
