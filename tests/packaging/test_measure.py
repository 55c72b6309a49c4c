"""Figures are judged by their targets, and told for people and for programs."""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace

import measure
import pytest

FIGURES = {"rows": 10_000, "open": {"value": 0.2, "unit": "s", "max": 0.3}}


def measured(monkeypatch: pytest.MonkeyPatch, figures: object, *options: str) -> int:
    module = SimpleNamespace(__doc__="A list opens.\n\nMore.", bench=lambda: figures)
    monkeypatch.setattr(measure.importlib, "import_module", lambda name: module)
    monkeypatch.setattr(sys, "argv", ["measure.py", "startup", *options])
    monkeypatch.setattr(sys, "path", list(sys.path))
    return measure.main()


def test_json_holds_machine_versions_figures_and_targets(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert measured(monkeypatch, FIGURES, "--json") == 0
    report = json.loads(capfd.readouterr().out)
    assert report["what"] == "A list opens."
    assert report["figures"]["open"] == {"value": 0.2, "unit": "s", "max": 0.3, "ok": True}
    assert report["rows"] == 10_000  # a bare value is told as it is
    assert report["machine"]["cores"] >= 1
    assert {"python", "commit", "numpy"} <= report["versions"].keys()


@pytest.mark.parametrize("bounds", [{"max": 0.1}, {"min": 0.3}, {"min": 0.3, "max": 0.5}])
def test_a_missed_target_is_said_and_is_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], bounds: dict[str, float]
) -> None:
    assert measured(monkeypatch, {"open": {"value": 0.2, **bounds}}) == 1
    assert "MISSED" in capfd.readouterr().out


@pytest.mark.parametrize("nothing", [float("nan"), float("inf")])
def test_what_is_no_number_is_null_and_meets_no_target(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], nothing: float
) -> None:
    """JSON knows neither of them: who reads it strictly would read nothing of all the rest."""
    figures = {"rate": {"value": nothing, "min": 1.0}, "seen": {"p99": [nothing, 2.0]}}
    assert measured(monkeypatch, figures, "--json") == 1
    report = json.loads(capfd.readouterr().out, parse_constant=pytest.fail)
    assert report["figures"]["rate"] == {"value": None, "min": 1.0, "ok": False}
    assert report["seen"] == {"p99": [None, 2.0]}
    assert measured(monkeypatch, figures) == 1
    assert "nothing" in capfd.readouterr().out


def test_an_unknown_name_lists_the_known_ones(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["measure.py", "nothing"])
    with pytest.raises(SystemExit):
        measure.main()
    assert "startup" in capfd.readouterr().err


def test_only_what_can_take_long_is_told_how_long(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def patient(minutes: float = 0.0) -> dict[str, float]:
        return {"minutes": minutes}

    with pytest.raises(SystemExit):
        measured(monkeypatch, FIGURES, "--minutes", "2")
    assert "as long as it takes" in capfd.readouterr().err
    module = SimpleNamespace(__doc__="Held.", bench=patient)
    monkeypatch.setattr(measure.importlib, "import_module", lambda name: module)
    monkeypatch.setattr(sys, "argv", ["measure.py", "followers", "--minutes", "0.5", "--json"])
    assert measure.main() == 0
    assert json.loads(capfd.readouterr().out)["minutes"] == 0.5
