"""The older music flow: the same service under its names."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.engine.server.running import TestServer, body, jwt_for, until_ended

SONG = {
    "name": "Rain",
    "prompt": "calm piano",
    "lengthMs": 1000,
    "outputFormat": "mp3_44100_128",
    "modelId": "scripted",
}


@pytest.fixture
def flow(server: TestServer) -> Iterator[httpx.Client]:
    with server.client(jwt_for("fay")) as client:
        client.base_url = httpx.URL(f"{server.url}/api/music-generator/")
        yield client


def test_a_song_from_start_to_download(flow: httpx.Client, server: TestServer) -> None:
    answer = flow.post("generate", json=SONG)
    assert answer.status_code == 202
    started = answer.json()
    assert list(started) == ["success", "data", "message"] and started["success"] is True
    assert started["message"] == "Music generation job created successfully"
    data = started["data"]
    assert list(data) == ["musicId", "name", "prompt", "status", "lengthMs", "createdAt"]
    assert (data["status"], data["lengthMs"], data["name"]) == ("GENERATING", 1000, "Rain")
    with server.client(jwt_for("fay")) as client:
        until_ended(client, data["musicId"])
    done = flow.get(f"status/{data['musicId']}").json()["data"]
    assert done["status"] == "COMPLETED" and done["updatedAt"].endswith("Z")
    link = flow.get(f"download/{data['musicId']}").json()["data"]
    for url in (done["audioUrl"], link["downloadUrl"]):
        song = httpx.get(url, trust_env=False)
        assert song.status_code == 200 and song.headers["content-type"] == "audio/mpeg"


def test_what_is_under_way_and_what_failed(flow: httpx.Client, server: TestServer) -> None:
    slow = flow.post("generate", json=SONG | {"prompt": "steps=3000 ms=5"}).json()["data"]
    state = flow.get(f"status/{slow['musicId']}").json()["data"]
    assert (state["status"], state["audioUrl"]) == ("GENERATING", None)
    assert flow.get(f"download/{slow['musicId']}").status_code == 409
    with server.client(jwt_for("fay")) as client:
        client.post(f"/jobs/{slow['musicId']}/cancel")
        until_ended(client, slow["musicId"])
    assert flow.get(f"status/{slow['musicId']}").json()["data"]["status"] == "FAILED"


def test_a_login_is_needed_on_this_computer_too(here: httpx.Client, server: TestServer) -> None:
    assert here.post("/generate", json=body()).status_code == 202
    url = f"{server.url}/api/music-generator"
    assert here.post(f"{url}/generate", json=SONG).status_code == 401
    assert here.get(f"{url}/status/gen_0").status_code == 401


@pytest.mark.parametrize(
    "change",
    [{"lengthMs": 10}, {"lengthMs": None}, {"prompt": ""}, {"outputFormat": "exe"}, {"name": ""}],
)
def test_what_is_wrong_is_refused(flow: httpx.Client, change: dict[str, object]) -> None:
    answer = flow.post("generate", json=SONG | change)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == next(iter(change))


def test_another_services_model_is_the_built_in_one(flow: httpx.Client, server: TestServer) -> None:
    song = flow.post("generate", json=SONG | {"modelId": "music_v1"}).json()["data"]
    assert server.service.jobs.jobs([song["musicId"]])[0].request.model == "sketch"
    with server.client(jwt_for("fay")) as client:
        client.post(f"/jobs/{song['musicId']}/cancel")
