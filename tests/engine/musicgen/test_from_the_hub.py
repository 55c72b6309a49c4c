"""One command, from an empty folder to music: the hub, the licence, the download, the model."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile as sf

from engine.errors import ModelUnavailable
from engine.generators.musicgen.decoders.processor import HAS_VNNI, suits_this_processor
from engine.generators.musicgen.generator import EDITION
from engine.generators.musicgen.loading import MusicGenKind
from engine.models.guests import Guests
from engine.request import Request
from tests.engine.models.conftest import growing_part
from tests.hub import Hub

ROOT = Path(__file__).resolve().parents[3]
SMALL = "facebook/musicgen-small"
NOWHERE = "http://127.0.0.1:9"


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def generate(
    model: str,
    *more: str,
    endpoint: str = NOWHERE,
    cwd: Path = ROOT,
    licence: bool = True,
    **variables: str,
) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "app.cli", "generate", "calm piano", "--model", model]
    command += ["--duration", "1", "--seed", "7", "--json", *more, *(["--yes"] * licence)]
    return subprocess.Popen(
        command,
        cwd=cwd,
        env={**os.environ, "HF_ENDPOINT": endpoint, "PYTHONPATH": str(ROOT), **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def made(process: subprocess.Popen[str]) -> tuple[Path, str]:
    """The take's file, and what was said on the way."""
    out, said = process.communicate()
    assert process.returncode == 0, out + said
    (take,) = json.loads(out)["takes"]
    assert sf.info(take["path"]).duration == 1.0
    return Path(take["path"]), said


def refused(process: subprocess.Popen[str], status: int = 1) -> dict[str, str]:
    """Why nothing came of it."""
    out, said = process.communicate()
    assert process.returncode == status, out + said
    (error,) = json.loads(out)["errors"]
    return dict(error)


@pytest.fixture(scope="module")
def own_folder(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of somebody's own, where the model is in ``own``."""
    folder = tmp_path_factory.mktemp("somebody")
    shutil.copytree(tiny_folder, folder / "own")
    return folder


@pytest.fixture(scope="module")
def own_take(hub: Path, own_folder: Path) -> tuple[Path, str]:
    """Made by a model in the folder where one is, in a home where nothing was before."""
    home = {"DGX_MUSIC_HOME": str(own_folder / "home")}
    error = refused(generate("./own", cwd=own_folder, **home))
    assert (error["code"], error["message"]) == (
        "hub_unreachable",
        "The model hub can't be reached.",
    )
    (text_encoder,) = (hub / "models--t5-base" / "snapshots").iterdir()
    with Hub() as served:
        served.put("t5-base", files_in(text_encoder))
        return made(generate("./own", endpoint=served.endpoint, cwd=own_folder, **home))


def test_a_local_model_brings_what_it_is_built_on(own_take: tuple[Path, str]) -> None:
    assert "is built on t5-base" in own_take[1]


def test_one_command_from_nothing_to_music(
    hub: Path,
    tiny_folder: Path,
    music_home: Path,
    own_take: tuple[Path, str],
) -> None:
    """Seen, begun, killed, gone on with, made: the take that the same model makes from a folder;
    then, without a network, another one in another precision."""
    (text_encoder,) = (hub / "models--t5-base" / "snapshots").iterdir()
    with Hub() as served:
        served.put("t5-base", files_in(text_encoder))
        served.put(SMALL, files_in(tiny_folder))
        error = refused(generate(SMALL, endpoint=served.endpoint, licence=False))
        assert (error["code"], "sold" in error["hint"]) == ("licence_not_seen", True)
        assert served.calls == [], "nothing is fetched before the licence was seen"

        served.trouble("GET /cdn/", hold_after=400_000)
        first = generate(SMALL, endpoint=served.endpoint)
        assert served.held.wait(60)
        growing_part(music_home, 100_000)
        first.send_signal(signal.SIGKILL)
        first.communicate()
        served.go_on()

        path, said = made(generate(SMALL, endpoint=served.endpoint))
        assert "CC BY-NC 4.0" in said
        whole = sum(len(data) for data in served.large())
        assert served.bodies()[1].start > 0, "it goes on where it was"
        arrived = sum(call.sent for call in served.bodies()[1:])
        assert arrived == whole - served.bodies()[1].start

    exact, _ = made(generate(SMALL, "--precision", "fp32"))
    sounds = [sf.read(take)[0].tobytes() for take in (path, own_take[0], exact)]
    assert sounds[0] == sounds[1] != sounds[2]


@pytest.mark.parametrize(
    ("more", "status", "words"),
    [
        (("--precision", "int3"), 2, "precision: must be one of"),
        ((), 1, "The model hub can't be reached."),
    ],
)
def test_what_can_not_work_is_told_at_once(more: tuple[str, ...], status: int, words: str) -> None:
    """Before a download is tried; and without a network, before a host is started."""
    assert words in refused(generate(SMALL, *more), status)["message"]


def test_precisions(hub: Path, tiny_folder: Path) -> None:
    kind = MusicGenKind(str(tiny_folder), hub, "fp16")
    with pytest.raises(ModelUnavailable, match="processor can't run models in fp16") as caught:
        kind()
    assert "int8" in caught.value.hint
    native = "native-vnni" if HAS_VNNI else "native"
    for asked, said in (
        ("auto", f"{native} int8" if suits_this_processor() else "openvino int8"),
        ("fp32", "openvino fp32"),
        ("bf16", "torch bf16"),
        ("int4", f"{native} int4"),
    ):
        generator = MusicGenKind(str(tiny_folder), hub, asked)()
        assert generator.version == f"{said} {EDITION}"
        lm = generator._checkpoint.lm
        matrices = [*lm.linears, *lm.emb, *(layer.linear1 for layer in lm.transformer.layers)]
        assert sum(matrix.weight.numel() for matrix in matrices) == 0, "one copy is enough"
        song = generator.start(Request(prompt="rain", duration=1, seed=1))
        for _ in range(3):
            generator.advance([song])
        generator.close()
    assert "t5-base" in Guests(hub).needs(), "a local model that was played keeps what it needs"
