"""Generators are found by the names of models, and what is dear to import only when it must be."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from engine.errors import ModelUnavailable
from engine.generators.registry import ModelOptions, find_generator


def test_an_unknown_model_is_told_before_libraries_are_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "engine.generators.musicgen.loading", None)
    options = ModelOptions(tmp_path)
    with pytest.raises(ModelUnavailable, match="is not known here"):
        find_generator("nobody", options)
    with pytest.raises(ModelUnavailable, match="a package is missing"):
        find_generator("facebook/musicgen-small", options)
