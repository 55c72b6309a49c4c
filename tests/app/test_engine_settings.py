"""What decides how the engine runs: an option, the environment, the settings, in this order."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.engine_settings import engine_settings
from app.paths import Paths
from app.settings import Settings
from engine.errors import InvalidRequest
from engine.models.folder import ModelFolder


def test_the_nearest_word_counts(monkeypatch: pytest.MonkeyPatch, music_home: Path) -> None:
    paths, chosen = Paths.find(), Settings(precision="bf16", takes_folder=music_home / "songs")
    assert engine_settings(paths, Settings()).precision == "auto"
    found = engine_settings(paths, chosen)
    assert (found.precision, found.takes_folder) == ("bf16", music_home / "songs")
    monkeypatch.setenv("DGX_MUSIC_PRECISION", "fp32")
    assert engine_settings(paths, chosen).precision == "fp32"
    assert engine_settings(paths, chosen, precision="int8").precision == "int8"


def test_folders_are_the_environments_first(
    monkeypatch: pytest.MonkeyPatch, music_home: Path
) -> None:
    for name in ("DATA", "TAKES", "CACHE"):
        monkeypatch.setenv(f"DGX_MUSIC_{name}_FOLDER", str(music_home / name))
    paths, chosen = Paths.find(), Settings(takes_folder=music_home / "songs")
    found = engine_settings(paths, chosen)
    folders = (found.data_folder, found.takes_folder, found.cache_folder)
    assert folders == tuple(music_home / name for name in ("DATA", "TAKES", "CACHE"))
    assert (paths.data, paths.cache) == (found.data_folder, found.cache_folder)
    assert paths.takes_for(chosen.takes_folder) == found.takes_folder
    own = engine_settings(paths, chosen, workspace=music_home / "w")
    assert own.takes_folder == music_home / "w" / "takes", "what ends with its command"


def test_a_queue_of_its_own_shares_the_models(music_home: Path) -> None:
    paths = Paths.find()
    found = engine_settings(paths, Settings(takes_folder=music_home), workspace=music_home / "w")
    assert {found.data_folder, found.takes_folder, found.cache_folder} == {
        music_home / "w" / name for name in ("data", "takes", "cache")
    }
    assert ModelFolder(found.models).root == paths.models


def test_what_is_no_precision_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidRequest, match=r"precision: must be one of 'auto', 'fp32'"):
        engine_settings(Paths.find(), Settings(), precision="int3")
    monkeypatch.setenv("DGX_MUSIC_MAX_RETRIES", "often")
    with pytest.raises(InvalidRequest, match="max_retries: must be a whole number"):
        engine_settings(Paths.find(), Settings())
