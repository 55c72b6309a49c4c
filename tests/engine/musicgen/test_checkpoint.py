"""Checkpoints are believed nothing: each kind of damage is a clear error, and no code runs."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from huggingface_hub import constants

from engine.errors import ModelDamaged, ModelUnavailable
from engine.generators.musicgen.checkpoint import CODEC_FILE, LM_FILE, Checkpoint, load_checkpoint
from tests.engine.musicgen.checkpoints import Shape, write_checkpoint


@pytest.fixture
def copy(tiny_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_folder, tmp_path / "model"))


def change(path: Path, how: Callable[[dict[str, Any]], object]) -> None:
    package = torch.load(path, weights_only=True)
    how(package)
    torch.save(package, path)


def test_what_is_loaded(tiny: Checkpoint, stereo: Checkpoint) -> None:
    assert (tiny.codebooks, tiny.card, tiny.frame_rate) == (4, 96, 50)
    assert (tiny.sample_rate, tiny.channels, tiny.max_seconds) == (32000, 1, 30.0)
    assert tiny.delays == (0, 1, 2, 3)
    assert (stereo.codebooks, stereo.channels) == (8, 2)
    assert stereo.delays == (0, 0, 1, 1, 2, 2, 3, 3)


def test_other_weights_are_another_model(tiny: Checkpoint, copy: Path) -> None:
    assert load_checkpoint(copy).digest == tiny.digest
    change(copy / LM_FILE, lambda package: package["best_state"]["linears.3.weight"].add_(1e-3))
    assert load_checkpoint(copy).digest != tiny.digest


def test_stereo_and_melody_at_once(hub: Path, tmp_path: Path) -> None:
    shape = Shape(codebooks=8, stereo=True, melody=True, segment=4.0)
    both = load_checkpoint(write_checkpoint(tmp_path / "both", shape))
    assert both.abilities == {"text", "continuation", "melody", "stereo"}
    assert both.delays == (0, 0, 1, 1, 2, 2, 3, 3)


def test_a_style_model_is_refused_without_looking_for_its_parts(
    melody_folder: Path, tmp_path: Path
) -> None:
    """As later versions of audiocraft describe it; ours knows no such conditioner."""
    own = Path(shutil.copytree(melody_folder, tmp_path / "style"))

    def rewrite(package: dict[str, Any]) -> None:
        package["xp.cfg"] = package["xp.cfg"].replace("model: chroma_stem", "model: style")

    change(own / LM_FILE, rewrite)
    with pytest.raises(ModelUnavailable, match="told what to play in a way") as caught:
        load_checkpoint(own)
    assert caught.value.detail == "self_wav: style"


class Malicious:
    """Its pickle makes a file when it is opened."""

    def __init__(self, witness: Path) -> None:
        self.witness = witness

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return (Path.touch, (self.witness,))


@pytest.mark.parametrize("file", [LM_FILE, CODEC_FILE])
def test_a_pickle_with_code_is_refused(
    copy: Path, tmp_path: Path, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "0")
    witness = tmp_path / "ran"
    change(copy / file, lambda package: package.update(best_state=Malicious(witness)))
    with pytest.raises(ModelDamaged, match="something else than weights"):
        load_checkpoint(copy)
    assert not witness.exists()


def test_a_truncated_file(copy: Path) -> None:
    whole = (copy / LM_FILE).read_bytes()
    for kept in (0, 100, len(whole) // 2, len(whole) - 10):
        (copy / LM_FILE).write_bytes(whole[:kept])
        with pytest.raises(ModelDamaged, match="damaged or incomplete"):
            load_checkpoint(copy)


def test_weights_of_another_shape(copy: Path) -> None:
    change(copy / LM_FILE, lambda package: package["best_state"].pop("out_norm.weight"))
    with pytest.raises(ModelDamaged, match="do not fit"):
        load_checkpoint(copy)


def test_weights_that_are_no_numbers(copy: Path) -> None:
    change(copy / LM_FILE, lambda package: package["best_state"]["emb.2.weight"].fill_(torch.nan))
    with pytest.raises(ModelDamaged, match="no numbers") as caught:
        load_checkpoint(copy)
    assert caught.value.detail == "emb.2.weight"


@pytest.mark.parametrize(
    ("old", "new", "error", "said"),
    [
        ("lm_model: transformer_lm", "lm_model: magnet", ModelUnavailable, "no MusicGen"),
        ("modeling: delay", "modeling: coarse_first", ModelUnavailable, "weaves"),
        ("norm: layer_norm", "norm: batch", ModelDamaged, "does not describe"),
        ("num_layers: 2", "num_layers: [", ModelDamaged, "does not describe"),
        ("num_layers: 2", "num_layers: 3", ModelDamaged, "do not fit"),
        ("model: t5\n", "model: clap\n", ModelUnavailable, "told what to play in a way"),
    ],
)
def test_a_description_of_something_else(
    copy: Path, old: str, new: str, error: type[Exception], said: str
) -> None:
    def rewrite(package: dict[str, Any]) -> None:
        assert old in package["xp.cfg"]
        package["xp.cfg"] = package["xp.cfg"].replace(old, new)

    change(copy / LM_FILE, rewrite)
    with pytest.raises(error, match=said):
        load_checkpoint(copy)


def test_files_that_are_missing_or_of_different_models(
    copy: Path, stereo: Checkpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.save([1, 2], copy / CODEC_FILE)
    with pytest.raises(ModelDamaged, match="no model of audiocraft"):
        load_checkpoint(copy)
    (copy / CODEC_FILE).unlink()
    with pytest.raises(ModelUnavailable, match="folder has no"):
        load_checkpoint(copy)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "empty"))
    with pytest.raises(ModelUnavailable, match="reads prompts"):
        load_checkpoint(copy)


@pytest.mark.parametrize("name", ["dac_44khz", "debug_compression_model", "../codec"])
def test_a_codec_by_a_name_that_would_fetch_code(copy: Path, name: str) -> None:
    torch.save({"pretrained": name}, copy / CODEC_FILE)
    with pytest.raises(ModelUnavailable, match="audio part is of a kind"):
        load_checkpoint(copy)


def test_a_codec_by_the_name_of_one_that_is_not_here(copy: Path) -> None:
    torch.save({"pretrained": "facebook/encodec_32khz"}, copy / CODEC_FILE)
    with pytest.raises(ModelUnavailable, match="audio part of this model is not on this computer"):
        load_checkpoint(copy)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


@pytest.mark.parametrize("spoil", [Path.unlink, cut], ids=["gone", "cut"])
@pytest.mark.parametrize("file", ["tokenizer.json", "model.safetensors", "config.json"])
def test_a_text_encoder_that_is_not_whole(
    hub: Path,
    copy: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    file: str,
    spoil: Callable[[Path], object],
) -> None:
    cache = Path(shutil.copytree(hub, tmp_path / "hub"))
    (found,) = cache.rglob(file)
    spoil(found)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    with pytest.raises(ModelUnavailable, match="reads prompts"):
        load_checkpoint(copy)
