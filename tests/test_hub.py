"""The stand-in of the hub, held to what the real client expects of the real one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import huggingface_hub
import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import (
    EntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from tqdm import tqdm

from tests.hub import LARGE, Hub, sha256

FILES = {"config.json": b"{}", "weights.bin": b"music" * LARGE}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(tqdm, "monitor_interval", 0)  # or a thread of its own stays for ever
    with Hub() as hub:
        hub.put("some/model", FILES)
        yield hub
        huggingface_hub.close_session()


def test_the_client_downloads_a_repository(hub: Hub, tmp_path: Path) -> None:
    api = HfApi(endpoint=hub.endpoint, token="secret")  # noqa: S106
    for name, data in FILES.items():
        path = Path(api.hf_hub_download("some/model", name, cache_dir=tmp_path))
        assert path.read_bytes() == data
        assert path.parent.name == hub.put("some/model", FILES), "the commit"
    assert hub.sent() == len(FILES["weights.bin"])
    assert [call.signed_in for call in hub.bodies()] == [False], "the storage is another host"
    assert all(call.signed_in for call in hub.calls if "resolve" in call.path)


def test_the_client_reads_sizes_and_digests(hub: Hub) -> None:
    api = HfApi(endpoint=hub.endpoint)
    info = api.model_info("some/model", files_metadata=True)
    by_name = {sibling.rfilename: sibling for sibling in info.siblings or ()}
    weights = by_name["weights.bin"]
    assert weights.size == len(FILES["weights.bin"])
    assert weights.lfs is not None
    assert weights.lfs.sha256 == sha256(FILES["weights.bin"])
    assert by_name["config.json"].blob_id == "9e26dfeeb6e641a33dae4961196235bdb965b21b"  # git's
    assert by_name["config.json"].lfs is None


def test_the_client_understands_what_is_not_there(hub: Hub, tmp_path: Path) -> None:
    api = HfApi(endpoint=hub.endpoint)
    with pytest.raises(RepositoryNotFoundError):
        api.model_info("some/other")
    with pytest.raises(RevisionNotFoundError):
        api.model_info("some/model", revision="older")
    with pytest.raises(EntryNotFoundError):
        api.hf_hub_download("some/model", "missing.bin", cache_dir=tmp_path)


def test_bad_days_come_as_often_as_ordered(hub: Hub) -> None:
    client = huggingface_hub.get_session()
    url = f"{hub.endpoint}/some/model/resolve/main/weights.bin"
    hub.trouble("GET /cdn/", status=503)
    assert client.get(url).status_code == 503
    assert client.get(url, headers={"range": "bytes=7-"}).content == FILES["weights.bin"][7:]
    assert [(call.status, call.start, call.sent) for call in hub.bodies()] == [
        (503, 0, 0),
        (206, 7, len(FILES["weights.bin"]) - 7),
    ]
