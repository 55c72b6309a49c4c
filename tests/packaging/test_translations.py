"""Every text of the window is collected and translated, and the compiled files are fresh."""

from __future__ import annotations

import string
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "resources" / "translations"


def test_every_text_is_translated() -> None:
    """What is missing is named in the output."""
    script = ROOT / "packaging" / "translations.py"
    result = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def fields(text: str) -> set[str | int]:
    """The places of a text that are filled in: {name}, %n and %1; and how many {} there are."""
    named: set[str | int] = set()
    if "|" not in text:  # a prompt template as an example, nothing to fill in
        named = {name for _, name, _, _ in string.Formatter().parse(text) if name}
    return {text.count("{}")} | named | {mark for mark in ("%n", "%Ln", "%1") if mark in text}


@pytest.mark.parametrize("language", ["en", "id"])
def test_a_translation_fills_in_what_its_source_does(language: str) -> None:
    for message in ET.parse(FOLDER / f"studio_{language}.ts").iter("message"):  # noqa: S314
        source, translation = message.findtext("source", ""), message.find("translation")
        assert translation is not None
        forms = [form.text for form in translation.iter("numerusform")] or [translation.text]
        for form in forms:
            assert fields(form or "") == fields(source), f"{source!r}: {form!r}"


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_compiled_file_is_of_this_source(language: str, tmp_path: Path) -> None:
    compiled = tmp_path / "fresh.qm"
    release = Path(sys.executable).with_name("pyside6-lrelease")
    source = FOLDER / f"studio_{language}.ts"
    subprocess.run([release, "-silent", source, "-qm", compiled], check=True)
    assert compiled.read_bytes() == source.with_suffix(".qm").read_bytes()
