"""What goes into the frozen program; that it runs, ``dev.py build`` sees at each build."""

from __future__ import annotations

import ctypes.util
import importlib.util
import runpy
import shutil
import sys
import sysconfig
from importlib.metadata import Distribution
from pathlib import Path

import contents
import notices
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


def test_all_that_is_given_out_has_its_licence_with_it() -> None:
    texts = [(Path(source), Path(place)) for source, place in contents.data()]
    licences = [(source, place) for source, place in texts if place.parts[0] == "licences"]
    assert {place.parts[1] for _, place in licences} == {*contents.comes_along(), "python"}
    assert all(source.stat().st_size for source, _ in licences)
    assert len({place / source.name for source, place in licences}) == len(licences), "none twice"

    def of(name: str) -> str:
        own = (source for source, place in licences if place.parts[1] == name)
        return "".join(source.read_text("utf-8", errors="replace") for source in own)

    for qt in ("pyside6-essentials", "shiboken6"):
        assert "GNU LESSER GENERAL PUBLIC LICENSE\n                       Version 3" in of(qt)
        assert "GNU GENERAL PUBLIC LICENSE\n                       Version 3" in of(qt)
    assert "PortAudio Portable Real-Time Audio Library" in of("sounddevice")
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in of("soundfile"), "libsndfile's"
    assert "GNU GENERAL PUBLIC LICENSE" in of("mutagen")


def test_nothing_is_given_out_without_a_licence(tmp_path: Path) -> None:
    (tmp_path / "bare-1.dist-info").mkdir()
    bare = Distribution.at(tmp_path / "bare-1.dist-info")
    with pytest.raises(SystemExit, match="“bare” comes without a licence text"):
        notices.of_distributions({"bare": bare})


@pytest.mark.skipif(not shutil.which("dpkg-query"), reason="Debian's packages say it")
def test_libraries_of_the_system_have_theirs_too(tmp_path: Path) -> None:
    [(portaudio, _)] = contents.sound_library()
    wheels = Path(sysconfig.get_path("platlib")) / "PySide6" / "Qt" / "lib" / "libQt6Core.so.6"
    texts = notices.of_libraries([portaudio, str(wheels)])
    assert texts == [("/usr/share/doc/libportaudio2/copyright", "licences/libportaudio2")]
    foreign = tmp_path / "libforeign.so"
    foreign.touch()
    with pytest.raises(SystemExit, match="libforeign"):
        notices.of_libraries([str(foreign)])


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
