from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import ModelUnavailable
from engine.generators.registry import BUILT_IN
from engine.models import catalogue as module
from engine.models.catalogue import CHECKPOINTS, CODEC, ONLY_A_NAME, Ability, catalogue, find


def test_the_models_are_all_there_and_say_what_they_are() -> None:
    ids = [model.id for model in catalogue()]
    kinds = ("small", "medium", "large", "melody", "melody-large")
    assert set(ids) == {
        *BUILT_IN,
        *(f"facebook/musicgen-{kind}" for kind in kinds),
        *(f"facebook/musicgen-stereo-{kind}" for kind in kinds),
        "facebook/musicgen-style",
    }
    assert len(ids) == len(set(ids))
    for model in catalogue():
        assert (Ability.STEREO in model.abilities) == ("stereo" in model.id or model.id == "sketch")
        assert (Ability.MELODY in model.abilities) == ("melody" in model.id)
        assert (Ability.LOOP in model.abilities) == (model.id == "sketch")
        assert Ability.TEXT in model.abilities
        assert model.longest_seconds == 600
        if model.sources:
            assert model.sources[0].repo == model.id
            assert model.sources[0].required == CHECKPOINTS
            assert not model.licence.commercial
            assert model.licence.forbids
            assert None not in (model.parameters, model.download_bytes, model.memory_bytes)


def test_what_can_not_be_loaded_says_why() -> None:
    """Whether the others can, tests/engine/musicgen/test_checkpoint.py shows on their shapes."""
    cannot = [model for model in catalogue() if model.needs]
    assert [model.id for model in cannot] == ["facebook/musicgen-style"]
    with pytest.raises(ModelUnavailable, match=r"can't be played yet: it needs .*audiocraft"):
        cannot[0].see_that_it_plays()


@pytest.fixture
def light(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A set-up without torch and audiocraft."""
    monkeypatch.setattr(module, "find_spec", lambda package: None)
    catalogue.cache_clear()
    yield
    catalogue.cache_clear()


@pytest.mark.usefixtures("light")
def test_without_torch_no_model_is_offered_that_could_not_play(tmp_path: Path) -> None:
    assert [model.id for model in catalogue() if not model.needs] == ["sketch"]
    for name in CHECKPOINTS:
        (tmp_path / name).touch()
    for model_id in ("facebook/musicgen-small", "somebody/my-finetune", str(tmp_path)):
        with pytest.raises(ModelUnavailable, match="it needs the full set-up"):
            find(model_id).see_that_it_plays()


def test_sketch_needs_nothing_and_is_yours() -> None:
    sketch = find("sketch")
    assert (sketch.sources, sketch.download_bytes) == ((), None)
    assert sketch.licence.commercial is True
    assert sketch.licence.forbids == ""


def test_an_unknown_model_of_the_hub() -> None:
    model = find("somebody/my-finetune")
    assert [source.repo for source in model.sources] == ["somebody/my-finetune", "t5-base"]
    assert model.licence.commercial is None
    assert model.download_bytes is None


def test_a_local_folder(tmp_path: Path) -> None:
    """It is the musician's own; what it is built on may have to be fetched."""
    for name in CHECKPOINTS:
        (tmp_path / name).write_bytes(bytes(ONLY_A_NAME))
    model = find(str(tmp_path))
    assert (model.path, model.name) == (tmp_path, tmp_path.name)
    assert [source.repo for source in model.sources] == ["t5-base"]
    (tmp_path / CHECKPOINTS[1]).write_bytes(b"facebook/encodec_32khz")
    assert [source.repo for source in find(str(tmp_path)).sources] == ["t5-base", CODEC.repo]
    (tmp_path / CHECKPOINTS[1]).unlink()
    with pytest.raises(ModelUnavailable, match="audiocraft") as caught:
        find(str(tmp_path))
    assert CHECKPOINTS[1] in caught.value.hint


@pytest.mark.parametrize("name", ["", "skecth", "../x", "a/b/c", "/no/such/folder", "a/b?", "a/.."])
def test_what_is_no_model(name: str) -> None:
    with pytest.raises(ModelUnavailable, match="not known"):
        find(name)
