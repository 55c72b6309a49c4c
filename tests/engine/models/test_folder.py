from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from pydantic import ValidationError

from engine.errors import ModelUnavailable
from engine.models.catalogue import find
from engine.models.folder import ModelFolder, State
from engine.models.manifest import HubFile
from engine.models.progress import Meter, Progress
from tests.engine.models.conftest import MEDIUM, SMALL, MakeDownload


def test_nothing_is_here_at_first(folder: ModelFolder) -> None:
    assert folder.presence(find(SMALL)).state is State.ABSENT
    assert folder.presence(find("sketch")).state is State.INSTALLED
    assert folder.installed() == []
    with pytest.raises(ModelUnavailable, match="not installed") as caught:
        folder.path(find(SMALL))
    assert caught.value.hint == f"Run: dgx-music models download {SMALL}"
    assert not folder.root.exists()


def test_removing_keeps_what_another_model_is_built_on(
    folder: ModelFolder, download: MakeDownload
) -> None:
    small, medium = find(SMALL), find(MEDIUM)
    download(small).run()
    download(medium).run()
    assert folder.installed() == [MEDIUM, SMALL]
    freed = folder.remove(small)
    assert 2_000_000 < freed < 2_010_000, "the model's bytes, and not those of what stays"
    assert folder.presence(small).state is State.ABSENT
    assert folder.presence(medium).state is State.INSTALLED
    folder.remove(medium)
    assert not list(folder.root.glob("models--*"))
    with pytest.raises(ModelUnavailable, match="not installed"):
        folder.remove(medium)


def test_removing_keeps_what_a_local_model_is_built_on(
    folder: ModelFolder, download: MakeDownload, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    shutil.copytree(download().run(), own)
    local, small = find(str(own)), find(SMALL)
    download(local).run()  # all is here already
    folder.remove(small)
    assert folder.presence(local).state is State.INSTALLED
    download().run()
    shutil.rmtree(own)
    folder.remove(small)
    assert not list(folder.root.glob("models--*"))


@pytest.mark.parametrize(
    "repo", ["..", "../..", "a/../b", "/etc", "a/b/c", ".git", "a--b/c", "a\\b", "a/..", "", "a\0b"]
)
def test_a_way_out_of_the_folder_is_refused(repo: str, folder: ModelFolder) -> None:
    for verb in (folder.repo_folder, folder.lock, folder.manifest):
        with pytest.raises(ModelUnavailable):
            verb(repo)


def test_a_link_out_of_the_folder_is_cut_and_not_followed(
    folder: ModelFolder, tmp_path: Path
) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "song.wav").write_bytes(b"...")
    folder.root.mkdir()
    (folder.root / "models--facebook--musicgen-small").symlink_to(precious)
    folder.remove(find(SMALL))
    assert [path.name for path in precious.iterdir()] == ["song.wav"]
    assert not os.path.lexists(folder.root / "models--facebook--musicgen-small")


@pytest.mark.parametrize(
    "path", ["../x", "/x", "a/../../x", "a//b", "C:x", "..\\x", "", ".", "a/./b"]
)
def test_a_file_of_the_hub_stays_in_its_folder(path: str) -> None:
    with pytest.raises(ValidationError):
        HubFile(path=path, size=1, digest=f"git-{'0' * 40}")


def test_an_unreadable_manifest_is_a_partial_model(
    folder: ModelFolder, download: MakeDownload
) -> None:
    path = download().run()
    manifest = path.parents[1] / "manifest.json"
    manifest.write_bytes(manifest.read_bytes()[:50])
    assert folder.presence(find(SMALL)).state is State.PARTIAL
    download().run()
    assert folder.presence(find(SMALL)).state is State.INSTALLED


def test_speed_and_time_left_are_measured() -> None:
    now, told = [0.0], list[Progress]()
    meter = Meter(told.append, clock=lambda: now[0])
    meter.total = 10_000
    meter.found(4_000)  # was here before, and says nothing about the speed
    meter.tell()
    assert (told[-1].done, told[-1].speed, told[-1].seconds_left) == (4_000, None, None)
    for _ in range(4):
        now[0] += 1
        meter.arrived(1_000)
        meter.tell()
    assert (told[-1].speed, told[-1].seconds_left) == (1_000, 2)
    count = len(told)
    for _ in range(6):  # a connection that has gone silent has no speed
        now[0] += 1
        meter.tell()
    assert told[-1].speed is None
    now[0] += 1
    meter.tell()
    assert len(told) - count <= 6, "what has not changed is not told again"
