"""What goes into the frozen program; that it runs, ``dev.py build`` sees at each build."""

from __future__ import annotations

import ctypes.util
import importlib.util
import runpy
import sys
from pathlib import Path

import contents
import pytest


def test_what_only_servers_models_and_tests_need_stays_away() -> None:
    left_out = set(contents.left_out())
    assert {"torch", "audiocraft", "transformers", "fastapi", "psycopg", "pytest"} <= left_out
    needed = {"PySide6", "numpy", "scipy", "librosa", "sounddevice", "keyring", "httpx", "peewee"}
    assert not needed & left_out
    assert not {"app", "engine", "ui", "resources", "playhouse", "yaml"} & left_out


def test_what_is_found_by_name_or_read_as_a_file_comes_along() -> None:
    for name in contents.found_by_name():
        assert importlib.util.find_spec(name), name
    data = contents.data()
    assert all(Path(source).exists() for source, _ in data)
    places = {(Path(source).name, place) for source, place in data}
    for place, name in (
        ("resources/fonts", "Inter-Regular.otf"),
        ("resources/vocabulary", "styles.toml"),
        ("resources/translations", "studio_id.qm"),
        ("engine/store/migrations", "0001_jobs_and_takes.py"),
    ):
        assert (name, place) in places
    licences = {place.split("/")[1] for _, place in data if place.startswith("licences/")}
    assert {"numpy", "peewee", "soundfile"} <= licences


def test_the_frozen_program_finds_its_own_portaudio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "libportaudio.so.2"
    own.touch()
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: f"the system's {name}")
    runpy.run_path(str(contents.PORTAUDIO_HOOK))
    assert ctypes.util.find_library("portaudio") == str(own)
    assert ctypes.util.find_library("c") == "the system's c"
