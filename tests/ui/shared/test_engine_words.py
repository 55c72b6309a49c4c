"""What the engine says reaches the musician in the program's language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from engine import errors
from engine.errors import InvalidRequest, MusicError
from engine.generators.sketch.generator import LICENCE
from engine.jobs import Failure
from engine.models.catalogue import catalogue
from engine.promptlist import parse
from engine.request import parse_request
from ui.shared.engine_words import in_own_words
from ui.shared.translation import install_language


@pytest.fixture
def _indonesian(qapp: QApplication) -> Iterator[None]:
    install_language(qapp, "id")
    yield
    install_language(qapp, "en")


def subclasses(kind: type[MusicError]) -> list[type[MusicError]]:
    return [kind, *(deeper for below in kind.__subclasses__() for deeper in subclasses(below))]


@pytest.mark.usefixtures("_indonesian")
def test_every_hint_and_every_limit_is_translated() -> None:
    hints = {kind.default_hint for kind in subclasses(errors.MusicError)} - {""}
    with pytest.raises(InvalidRequest) as caught:
        parse_request({"prompt": "x" * 3000, "duration": 0.5, "seed": "a", "top_p": 7, "loop": 3})
    problems = {problem.message for problem in caught.value.problems}
    listed = {problem for text in ("", "#") for problem in parse(text).problems}
    unexpected = Failure.of(ValueError())
    needs = {model.needs for model in catalogue()} - {""}
    needs.add("the full set-up of this program, which brings torch")
    said = hints | problems | listed | needs | {unexpected.message, unexpected.hint, LICENCE}
    assert len(said) > 14
    assert [text for text in said if in_own_words(text) == text] == []


@pytest.mark.usefixtures("_indonesian")
def test_what_is_filled_in_stays_and_sentences_may_follow_each_other() -> None:
    assert in_own_words("must be 600 or less") == "harus 600 atau kurang"
    said = in_own_words("“night. take.wav” is not there any more. Try another file.")
    assert said == "“night. take.wav” sudah tidak ada. Coba berkas lain."


@pytest.mark.usefixtures("_indonesian")
def test_a_text_that_is_not_known_is_shown_as_it_came() -> None:
    assert in_own_words("Moon phase wrong. Wait {a}.") == "Moon phase wrong. Wait {a}."


def test_english_stays_as_the_engine_says_it() -> None:
    text = "There was not enough memory for this take. Choose another model."
    assert in_own_words(text) == text
