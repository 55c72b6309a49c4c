import json
import os
from dataclasses import replace
from pathlib import Path

import mutagen
import numpy as np
import pytest
import soundfile as sf
from hypothesis import given
from hypothesis import strategies as st

from engine.audio.embedded import EmbeddedTake, read_request
from engine.audio.files import write_audio
from engine.audio.plausible import LONGEST
from engine.generators.base import Audio, Facts
from engine.limits import FORMATS, OutputFormat
from engine.request import Request

every_format = pytest.mark.parametrize("format", FORMATS)


@every_format
def test_a_file_tells_how_it_was_made(
    tmp_path: Path, audio: Audio, request_: Request, format: OutputFormat
) -> None:
    tags = {"title": "Hujan di Bandung ☔", "artist": "Åse", "genre": "lo-fi"}
    path = write_audio(tmp_path / "x", audio, request_, format=format, tags=tags).path
    found = read_request(path)
    assert found is not None
    assert found.request == request_
    assert found.facts == audio.facts
    assert (found.title, found.artist, found.genre) == tuple(tags.values())
    assert found.versions["numpy"] == np.__version__


@every_format
def test_other_programs_can_read_the_tags(
    tmp_path: Path, audio: Audio, request_: Request, format: OutputFormat
) -> None:
    path = write_audio(tmp_path / "x", audio, request_, format=format).path
    tags = mutagen.File(path).tags
    names = (
        ["TIT2", "TBPM", "TKEY", "TXXX:LICENSE"]
        if format in ("wav", "mp3")
        else ["TITLE", "BPM", "INITIALKEY", "LICENSE"]
    )
    values = [getattr(tags[name], "text", tags[name])[0] for name in names]
    assert values == [request_.prompt, "90", "Dm", "MIT"]


def test_wav_has_a_riff_info_list_too(tmp_path: Path, audio: Audio, request_: Request) -> None:
    path = write_audio(tmp_path / "x.wav", audio, request_, tags={"title": "Hujan"}).path
    with sf.SoundFile(path) as file:
        assert (file.title, file.comment, file.copyright) == ("Hujan", request_.prompt, "MIT")


@every_format
def test_audio_of_others_has_no_request(tmp_path: Path, format: OutputFormat, audio: Audio) -> None:
    path = tmp_path / f"x.{format}"
    sf.write(path, audio.samples, audio.sample_rate)
    assert read_request(path) is None


def test_no_audio_has_no_request(tmp_path: Path) -> None:
    rubbish = tmp_path / "x.wav"
    rubbish.write_bytes(os.urandom(5_000))
    assert read_request(rubbish) is None
    assert read_request(tmp_path / "gone.wav") is None
    assert read_request(tmp_path) is None


@every_format
@pytest.mark.logs("has tags that can't be read")
def test_a_file_with_a_wrong_byte_is_never_more_than_no_take(
    tmp_path: Path, audio: Audio, request_: Request, format: OutputFormat
) -> None:
    whole = write_audio(tmp_path / "x", audio, request_, format=format).path.read_bytes()
    damaged = tmp_path / f"damaged.{format}"
    for place in (*range(120), *range(120, 600, 7)):
        damaged.write_bytes(whole[:place] + b"\x7f" + whole[place + 1 :])
        read_request(damaged)


def embedded() -> EmbeddedTake:
    return EmbeddedTake(Request(prompt="calm piano", seed=1), Facts("sketch 1"), title="Calm")


def test_settings_of_a_later_version_are_left_out() -> None:
    data = json.loads(embedded().to_json())
    data["request"]["reverb"] = 0.4
    data["facts"]["swing"] = "light"
    data["mood"] = ["blue"]
    assert EmbeddedTake.from_json(json.dumps(data)) == embedded()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        '{"request": 7}',
        '{"request": {"duration": -1}, "facts": {"made_by": ""}}',
        '{"request": {}, "facts": {}}',
        '{"request": {}, "facts": {"made_by": "x"}, "versions": 3}',
        '{"request": {}, "facts": {"made_by": "x", "tempo": "fast"}}',
        '{"request": {}, "facts": {"made_by": "x", "tempo": NaN}}',
        '{"request": {}, "facts": {"made_by": "x", "not_understood": 7}}',
        '{"request": {}, "facts": {"made_by": "x"}, "title": "\\ud800"}',
        '{"request": {}, "facts": {"made_by": "x", "remarks": ["\\udfff"]}}',
        "[" * 100_000,
        '{"request": {"prompt": "' + "x" * 300_000 + '"}}',
    ],
)
def test_what_is_no_request_is_none(text: str) -> None:
    assert EmbeddedTake.from_json(text) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("tempo", tempo) for tempo in ("1e999", "-90", "0", "1e-9", "1e14")),
        *(("beats_per_bar", count) for count in ("-4", "0", "1000000")),
        ("extra", '{"loudness": "-inf", "true_peak": "nan"}'),
    ],
)
def test_a_figure_that_no_music_has_is_not_known(name: str, value: str) -> None:
    text = f'{{"request": {{}}, "facts": {{"made_by": "x", "{name}": {value}}}}}'
    found = EmbeddedTake.from_json(text)
    assert found is not None
    assert found.facts == Facts("x"), "and the rest is believed"


def test_what_a_file_says_of_itself_can_be_shown() -> None:
    long = "x" * 50_000
    facts = Facts("sketch 1", key=long, not_understood=("y",) * 10_000)
    found = EmbeddedTake.from_json(replace(embedded(), title=long, facts=facts).to_json())
    assert found is not None
    assert found.title == found.facts.key == long[:LONGEST]
    assert len(found.facts.not_understood) == 1_000


@given(st.text(max_size=200), st.lists(st.text(max_size=9), max_size=3), st.text(max_size=20))
def test_any_words_survive(prompt: str, words: list[str], title: str) -> None:
    try:
        request = Request(prompt=prompt, seed=1)
    except ValueError:  # a control character
        return
    take = EmbeddedTake(request, Facts("sketch 1", not_understood=tuple(words)), title=title)
    assert EmbeddedTake.from_json(take.to_json()) == take
