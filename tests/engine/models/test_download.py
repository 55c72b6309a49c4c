"""Downloads over the real hub client, from a hub on loopback with good and bad days."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import CancelledError, ThreadPoolExecutor
from pathlib import Path

import pytest
from huggingface_hub import try_to_load_from_cache

import engine.models.hub
from engine.errors import (
    Conflict,
    DiskFull,
    DownloadDamaged,
    DownloadError,
    FolderNotWritable,
    HubBusy,
    HubRefused,
    HubUnreachable,
    LicenceNotSeen,
    ModelUnavailable,
)
from engine.models.catalogue import Model, find
from engine.models.fetch import MARGIN
from engine.models.folder import ModelFolder, State
from engine.models.progress import Phase, Progress
from tests.engine.models.conftest import (
    CODEC,
    LARGE,
    MEDIUM,
    MODEL_FILES,
    SMALL,
    STATE,
    TEXT_FILES,
    TOTAL,
    MakeDownload,
    content,
    growing_part,
    noise,
)
from tests.hub import Hub


def test_a_model_with_all_that_it_needs(
    hub: Hub, folder: ModelFolder, small: Model, download: MakeDownload
) -> None:
    path = download().run()
    assert content(path) == MODEL_FILES
    assert path == folder.path(small)
    assert hub.sent() == LARGE, "each byte once"
    # Where audiocraft and transformers look for it when there is no network.
    for name in ("config.json", "model.safetensors", "spiece.model", "tokenizer.json"):
        found = try_to_load_from_cache("t5-base", name, cache_dir=folder.root)
        assert isinstance(found, str)
        assert Path(found).read_bytes() == TEXT_FILES[name]
    assert not list(folder.root.rglob("rust_model.ot"))
    assert not list(folder.root.rglob("parts/*"))


def kept_as_the_hub_does(snapshot: Path) -> None:
    """Each file a relative link into blobs/, by its digest, as the hub's own client has it."""
    blobs = snapshot.parents[1] / "blobs"
    blobs.mkdir()
    for file in list(snapshot.iterdir()):
        blob = blobs / hashlib.sha256(file.read_bytes()).hexdigest()
        file.rename(blob)
        file.symlink_to(Path("..") / ".." / "blobs" / blob.name)


def test_a_cache_of_the_hubs_own_client_is_taken_as_it_is(
    hub: Hub, folder: ModelFolder, small: Model, download: MakeDownload
) -> None:
    path = download().run()
    kept_as_the_hub_does(path)
    assert folder.presence(small).state is State.INSTALLED
    assert folder.bytes_in(SMALL) < 1.01 * (len(STATE) + len(CODEC)), "each file once"
    (path.parents[1] / "manifest.json").unlink()
    sent = hub.sent()
    assert download().run() == path
    assert content(path) == MODEL_FILES
    assert all(file.is_symlink() for file in path.iterdir())
    assert hub.sent() == sent

    renewed = hub.put(SMALL, {**MODEL_FILES, "README.md": b"# Of another day"})
    assert content(download().run()) == MODEL_FILES
    assert folder.path(small).name == renewed
    assert hub.sent() == sent, "what is the same is taken over"


def test_a_damaged_cache_of_the_hubs_own_client_is_mended(
    folder: ModelFolder, small: Model, download: MakeDownload, tmp_path: Path
) -> None:
    path = download().run()
    kept_as_the_hub_does(path)
    precious = tmp_path / "precious"
    precious.write_bytes(b"...")
    cut, foreign = (path / name for name in MODEL_FILES)
    cut.resolve().write_bytes(b"cut")
    foreign.unlink()
    foreign.symlink_to(precious)
    manifest = folder.manifest(SMALL)
    assert manifest is not None
    for file in manifest.files:
        _, part = folder.places(manifest, file)
        part.symlink_to(precious)
    assert folder.presence(small).state is State.DAMAGED
    download().run()
    assert content(path) == MODEL_FILES
    assert precious.read_bytes() == b"..."


def test_progress_is_told_often_enough_and_to_the_end(hub: Hub, download: MakeDownload) -> None:
    told: list[Progress] = []
    began = time.monotonic()
    download().run(told.append)
    assert len(told) <= 2 + (time.monotonic() - began) / 0.1, "ten times a second at most"
    assert [progress.done for progress in told] == sorted(progress.done for progress in told)
    assert (told[-1].done, told[-1].total) == (TOTAL, TOTAL)
    assert not told[-1].seconds_left
    assert told[-1].phase is Phase.DOWNLOADING


def test_the_licence_comes_first(hub: Hub, download: MakeDownload) -> None:
    with pytest.raises(LicenceNotSeen, match=r"CC BY-NC 4\.0") as caught:
        download(licence_seen=False).run()
    assert "not sold" in caught.value.hint
    assert hub.calls == []


def test_a_token_goes_to_the_hub_and_to_nobody_else(
    hub: Hub, download: MakeDownload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    download().run()
    assert hub.bodies()
    for call in hub.calls:
        assert call.signed_in is not call.path.startswith("/cdn/"), call


def test_a_broken_connection_goes_on_where_it_was(hub: Hub, download: MakeDownload) -> None:
    hub.trouble("GET /cdn/", cut_after=90_000, times=10)  # more often than it tries again
    path = download().run()
    assert content(path) == MODEL_FILES
    assert hub.sent() == LARGE, "no byte twice"
    assert [call.start for call in hub.bodies()].count(0) == 3, "each file begun once"


def test_a_silent_connection_is_broken_too(
    hub: Hub, download: MakeDownload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine.models.hub, "SILENCE", 0.3)
    hub.trouble("GET /cdn/", hold_after=150_000)
    assert content(download().run()) == MODEL_FILES
    assert sum(call.start == 150_000 for call in hub.bodies()) == 1


def test_a_connection_that_stays_broken_is_told_and_the_part_is_kept(
    hub: Hub, folder: ModelFolder, small: Model, download: MakeDownload
) -> None:
    hub.trouble("GET /cdn/", cut_after=100_000)
    hub.trouble("GET /cdn/", cut_after=0, times=4)
    with pytest.raises(HubUnreachable, match="broke"):
        download().run()
    begun = folder.presence(small)
    assert (begun.state, begun.total) == (State.PARTIAL, TOTAL), "the hub's figure, not our guess"
    before = hub.sent()
    download().run()
    assert hub.sent() - before == LARGE - 100_000
    assert folder.presence(small).state is State.INSTALLED


def test_trouble_of_the_hub_in_the_middle_is_waited_out(hub: Hub, download: MakeDownload) -> None:
    hub.trouble("GET /cdn/", status=503, times=2)
    assert content(download().run()) == MODEL_FILES


def test_a_hub_without_ranges_begins_again(hub: Hub, download: MakeDownload) -> None:
    hub.trouble("GET /cdn/", cut_after=100_000)
    hub.trouble("GET /cdn/", no_ranges=True)
    told: list[Progress] = []
    assert content(download().run(told.append)) == MODEL_FILES
    assert hub.sent() == LARGE + 100_000
    assert told[-1].done == told[-1].total == TOTAL


def test_cancelled_in_the_middle_of_silence_and_gone_on(
    hub: Hub, folder: ModelFolder, small: Model, download: MakeDownload
) -> None:
    hub.trouble("GET /cdn/", hold_after=150_000)
    running = download()
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(running.run)
        part = growing_part(folder.root, at_least=100_000)
        running.cancel()
        with pytest.raises(CancelledError):
            future.result(timeout=15)  # the hub is silent: only the cancel can have ended it
    assert folder.presence(small).state is State.PARTIAL
    kept = part.stat().st_size
    hub.go_on()
    download().run()
    assert [call.start for call in hub.bodies()] == [0, kept, 0, 0]


def test_cancelled_before_it_began(hub: Hub, download: MakeDownload) -> None:
    cancelled = download()
    cancelled.cancel()
    with pytest.raises(CancelledError):
        cancelled.run()
    assert hub.calls == []


def test_one_download_of_a_model_at_a_time(
    hub: Hub, folder: ModelFolder, small: Model, download: MakeDownload
) -> None:
    hub.trouble("GET /cdn/", hold_after=1_000)  # of what both are built on
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(download().run)
        assert hub.held.wait(60)
        with pytest.raises(Conflict, match=SMALL):
            download().run()
        with pytest.raises(Conflict):
            folder.remove(small)
        other = pool.submit(download(find(MEDIUM)).run)  # waits for that, and does not load it
        while not any("musicgen-medium/revision" in call.path for call in hub.calls):
            time.sleep(0.01)
        hub.go_on()
        assert content(first.result(timeout=60)) == MODEL_FILES
        other.result(timeout=60)
    assert hub.sent() == LARGE + len(CODEC) + 40_000


KILLED = """
import sys
from pathlib import Path
from engine.models.catalogue import find
from engine.models.download import Download
from engine.models.folder import ModelFolder
Download(find(sys.argv[1]), ModelFolder(Path(sys.argv[2])), licence_seen=True).run()
"""


def test_killed_in_the_middle_and_gone_on(
    hub: Hub, folder: ModelFolder, small: Model, download: MakeDownload
) -> None:
    hub.put("t5-base", {**TEXT_FILES, "model.safetensors": noise(9_000)})  # not a large file
    hub.trouble("GET /cdn/", hold_after=len(STATE) // 2)
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, SMALL, str(folder.root)],
        env={**os.environ, "HF_ENDPOINT": hub.endpoint},
    )
    part = growing_part(folder.root, at_least=400_000)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = part.stat().st_size
    hub.go_on()
    assert folder.presence(small).state is State.PARTIAL
    path = download().run()
    assert content(path) == MODEL_FILES
    assert [call.start for call in hub.bodies()] == [0, kept, 0]


@pytest.mark.parametrize("damage", ["flipped", "cut", "gone"])
def test_a_damaged_file_is_mended(
    damage: str, hub: Hub, folder: ModelFolder, small: Model, download: MakeDownload
) -> None:
    state = download().run() / "state_dict.bin"
    match damage:
        case "flipped":
            state.write_bytes(STATE[:-1] + b"?")
            expected, again = State.INSTALLED, len(STATE)  # sizes can't tell
        case "cut":
            os.truncate(state, 500_000)
            expected, again = State.DAMAGED, len(STATE) - 500_000
        case _:
            state.unlink()
            expected, again = State.DAMAGED, len(STATE)
    assert folder.presence(small).state is expected
    before = hub.sent()
    assert content(download().run()) == MODEL_FILES
    assert hub.sent() - before == again
    assert folder.presence(small).state is State.INSTALLED


def test_a_part_that_went_bad_on_the_disk_is_begun_again(
    hub: Hub, folder: ModelFolder, download: MakeDownload
) -> None:
    hub.trouble("GET /cdn/", hold_after=150_000)
    running = download()
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(running.run)
        part = growing_part(folder.root, at_least=100_000)
        running.cancel()
        assert isinstance(future.exception(timeout=15), CancelledError)
    hub.go_on()
    part.write_bytes(bytes(part.stat().st_size))
    assert content(download().run()) == MODEL_FILES


def test_bytes_that_are_not_what_was_promised_never_become_a_model(
    hub: Hub, folder: ModelFolder, small: Model, download: MakeDownload
) -> None:
    hub.trouble("GET /cdn/", spoil=True, times=2)
    with pytest.raises(DownloadDamaged, match="twice"):
        download().run()
    assert folder.presence(small).state is not State.INSTALLED
    hub.trouble("GET /cdn/", spoil=True)
    assert content(download().run()) == MODEL_FILES


def test_a_new_revision_takes_over_what_is_the_same(
    hub: Hub, folder: ModelFolder, small: Model, download: MakeDownload
) -> None:
    old = download().run()
    newer = {**MODEL_FILES, "state_dict.bin": noise(700_000, 9)}
    hub.put(SMALL, newer)
    before = hub.sent()
    hub.trouble("GET /cdn/", cut_after=0, times=5)
    with pytest.raises(HubUnreachable):
        download().run()
    assert content(folder.path(small)) == MODEL_FILES, "the old one serves until the new is whole"
    path = download().run()
    assert content(path) == newer
    assert hub.sent() - before == 700_000
    assert not old.exists()


def test_a_part_of_an_older_revision_gives_its_room_back(
    hub: Hub, folder: ModelFolder, download: MakeDownload
) -> None:
    def broken_off() -> str:
        hub.trouble("GET /cdn/", cut_after=90_000)
        hub.trouble("GET /cdn/", status=503, times=4)
        with pytest.raises(HubBusy):
            download().run()
        (part,) = folder.root.rglob("parts/*")
        return part.name

    first = broken_off()
    hub.put("t5-base", {**TEXT_FILES, "model.safetensors": noise(150_000, 8)})
    assert broken_off() != first


def test_a_codec_that_is_only_a_name_is_fetched_too(
    hub: Hub, folder: ModelFolder, small: Model, download: MakeDownload
) -> None:
    hub.put(SMALL, {**MODEL_FILES, "compression_state_dict.bin": b"facebook/encodec_32khz"})
    hub.put("facebook/encodec_32khz", {"config.json": b"{}", "model.safetensors": CODEC})
    download().run()
    found = try_to_load_from_cache("facebook/encodec_32khz", "config.json", folder.root)
    assert isinstance(found, str)
    assert folder.installed() == [SMALL]
    folder.remove(small)
    assert not list(folder.root.glob("models--*"))


def test_what_can_not_be_played_is_not_fetched(hub: Hub, download: MakeDownload) -> None:
    with pytest.raises(ModelUnavailable, match="can't be played yet"):
        download(find("facebook/musicgen-style")).run()
    assert hub.calls == []


def test_a_local_model_gets_what_it_is_built_on(
    hub: Hub, folder: ModelFolder, tmp_path: Path, download: MakeDownload
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    for name, data in MODEL_FILES.items():
        (own / name).write_bytes(data)
    before, model = content(own), find(str(own))
    assert folder.presence(model).state is State.PARTIAL
    assert download(model).run() == own
    assert folder.presence(model).state is State.INSTALLED
    assert isinstance(try_to_load_from_cache("t5-base", "config.json", folder.root), str)
    assert folder.installed() == []
    with pytest.raises(ModelUnavailable, match="not installed"):
        folder.remove(model)
    assert content(own) == before, "the musician's folder is only read"
    assert download(model, endpoint="http://no-such-host.invalid").run() == own


def test_no_network_is_told_at_once(folder: ModelFolder, download: MakeDownload) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(HubUnreachable, match="can't be reached"):
        download(endpoint=f"http://127.0.0.1:{port}").run()
    with pytest.raises(HubUnreachable, match="can't be reached"):
        download(endpoint="http://no-such-host.invalid").run()


def test_without_a_network_what_is_whole_stays_good(
    folder: ModelFolder, small: Model, download: MakeDownload
) -> None:
    path = download().run()
    nowhere = "http://no-such-host.invalid"
    assert download(endpoint=nowhere).run() == path
    (path / "state_dict.bin").write_bytes(STATE[:-1] + b"?")
    with pytest.raises(HubUnreachable):
        download(endpoint=nowhere).run()


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        ({"status": 401, "headers": {"X-Error-Code": "RepoNotFound"}}, HubRefused, "no model"),
        (
            {
                "status": 401,
                "headers": {"X-Error-Message": "Invalid credentials in Authorization header"},
            },
            HubRefused,
            "sign-in",
        ),
        ({"status": 403, "headers": {"X-Error-Code": "GatedRepo"}}, HubRefused, "publisher"),
        ({"status": 404, "headers": {"X-Error-Code": "RepoNotFound"}}, HubRefused, "no model"),
        ({"status": 418}, HubRefused, "refused"),
        ({"status": 429, "headers": {"Retry-After": "77"}}, HubBusy, "too many"),
        ({"status": 500}, HubBusy, "trouble"),
        ({"status": 504}, HubBusy, "trouble"),
        ({"body": b"<html>Welcome to our hotel</html>"}, DownloadDamaged, "makes no sense"),
        ({"body": b'{"id": "x", "sha": "../..", "siblings": []}'}, HubRefused, "no model"),
        ({"body": b'{"sha": 7}'}, DownloadDamaged, "makes no sense"),
    ],
)
def test_what_the_hub_may_say(
    answer: dict[str, object],
    kind: type[DownloadError],
    words: str,
    hub: Hub,
    download: MakeDownload,
) -> None:
    hub.trouble("GET /api/", **answer)
    with pytest.raises(kind, match=words) as caught:
        download().run()
    assert len(hub.calls) == 1, "it is told at once"
    if "Retry-After" in str(answer):
        assert "77 seconds" in caught.value.hint


def test_an_unsafe_connection(hub: Hub, download: MakeDownload) -> None:
    with pytest.raises(HubUnreachable, match="not safe"):
        download(endpoint=hub.endpoint.replace("http", "https")).run()


def test_a_disk_that_is_too_small_is_seen_before(
    hub: Hub, folder: ModelFolder, download: MakeDownload
) -> None:
    with pytest.raises(DiskFull, match=r"needs 0\.2 GB"):
        download(free_space=lambda path: MARGIN + TOTAL - 1).run()
    assert hub.sent() == 0
    download(free_space=lambda path: MARGIN + TOTAL).run()
    download(free_space=lambda path: 0).run()  # nothing is missing, so nothing is needed


def test_a_folder_that_cannot_be_written(tmp_path: Path, download: MakeDownload) -> None:
    (tmp_path / "models").write_bytes(b"a file where the folder should be")
    with pytest.raises(FolderNotWritable):
        download().run()
