"""The settings' file: what is kept comes back, and what can't be used is left out alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.settings import KnownServer, Settings, SettingsFile

OPTIONS = {
    "format": "flac",
    "sample_rate": 48_000,
    "loudness": -14.0,
    "pattern": "{name} {key}",
    "trim_to_bars": True,
    "midi": False,
    "stems": True,
}
KEPT = Settings(
    appearance="light",
    language="id",
    output_device="card 2",
    volume=0.25,
    takes_folder=Path("music") / "takes",
    precision="fp32",
    play_on=True,
    geometry="AdnQ",
    layout="AAAA",
    compose_shown=False,
    take_shown=False,
    model="facebook/musicgen-small",
    place="a1",
    length=33.5,
    takes=4,
    output_format="mp3",
    loop=True,
    export_folder=Path("music") / "for the film",
    export_options=OPTIONS,
    servers=(KnownServer("a1", "DGX in the basement", "https://dgx01:8000"),),
)


def test_every_setting_is_tried() -> None:
    usual = Settings()
    same = {name for name in KEPT.__slots__ if getattr(KEPT, name) == getattr(usual, name)}
    assert same <= {"snap"}  # which a test of the window has


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    SettingsFile(tmp_path).update(**{name: getattr(KEPT, name) for name in KEPT.__slots__})
    assert SettingsFile(tmp_path).current == KEPT


@pytest.mark.logs("can't be used")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("appearance", "pink"),
        ("appearance", ["dark"]),
        ("language", None),
        ("output_device", 3),
        ("volume", 1.5),
        ("volume", True),
        ("volume", "loud"),
        ("takes_folder", 7),
        ("precision", "int1"),
        ("play_on", "on"),
        ("geometry", None),
        ("layout", {}),
        ("compose_shown", "yes"),
        ("take_shown", 1),
        ("model", None),
        ("place", ["a1"]),
        ("length", 0.5),
        ("length", float("nan")),
        ("length", "0:16"),
        ("takes", 0),
        ("takes", 10**40),
        ("takes", 2.5),
        ("takes", True),
        ("output_format", "aiff"),
        ("loop", None),
        ("export_folder", {}),
        ("export_options", "flac"),
        ("export_options", {"format": "flac"}),
        ("export_options", OPTIONS | {"format": "aiff"}),
        ("export_options", OPTIONS | {"sample_rate": "48 kHz"}),
        ("export_options", OPTIONS | {"loudness": float("inf")}),
        ("export_options", OPTIONS | {"pattern": 7}),
        ("export_options", OPTIONS | {"stems": "no"}),
        ("servers", "dgx01"),
        ("servers", 4),
        ("servers", [{"id": "a1", "name": "DGX"}]),
        ("servers", [{"id": "a1", "name": "DGX", "address": None}]),
    ],
)
def test_one_odd_value_costs_nothing_but_itself(tmp_path: Path, name: str, value: Any) -> None:
    file = SettingsFile(tmp_path)
    file.update(**{name: getattr(KEPT, name) for name in KEPT.__slots__})
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {name: value, "from": "later"}))
    found = SettingsFile(tmp_path).current
    assert getattr(found, name) == getattr(Settings(), name)
    others = set(KEPT.__slots__) - {name}
    assert {other: getattr(found, other) for other in others} == {
        other: getattr(KEPT, other) for other in others
    }


@pytest.mark.logs("using defaults")
@pytest.mark.parametrize("text", ["", "{", "[]", "\ufeff{}", "null"])
def test_a_damaged_file_is_no_reason_not_to_start(tmp_path: Path, text: str) -> None:
    (tmp_path / "settings.json").write_text(text, encoding="utf-8")
    assert SettingsFile(tmp_path).current == Settings()
