"""System packages: what is missing, and getting it only where that needs no password."""

from __future__ import annotations

from pathlib import Path

import debian
import pytest

STATUS = """\
Package: xvfb
Status: install ok installed
Version: 2:21.1.7

Package: openbox
Status: deinstall ok config-files

Package: libglib2.0-0t64
Status: install ok installed
Provides: libglib2.0-0 (= 2.80.0-6ubuntu3), libgio-fam
"""


@pytest.fixture
def status(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "status"
    path.write_text(STATUS)
    monkeypatch.setattr(debian, "STATUS", path)
    return path


def test_removed_packages_are_missing_and_provided_ones_are_not(status: Path) -> None:
    asked = ("xvfb", "openbox", "libglib2.0-0", "xdotool")
    assert debian.missing(asked, status) == ["openbox", "xdotool"]


@pytest.mark.usefixtures("status")
def test_only_what_is_missing_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(debian, "root_prefix", lambda: ["sudo", "-n"])
    monkeypatch.setattr(debian, "install", lambda command, refresh: not ran.append(command))
    debian.provide(("xvfb", "xdotool"))
    assert ran[0][:3] == ["sudo", "-n", "apt-get"]
    assert "xdotool" in ran[0]
    assert "xvfb" not in ran[0]


@pytest.mark.usefixtures("status")
@pytest.mark.parametrize("prefix", [None, []], ids=["no rights", "the installation failed"])
def test_otherwise_the_line_to_run_is_told(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], prefix: list[str] | None
) -> None:
    monkeypatch.setattr(debian, "root_prefix", lambda: prefix)
    monkeypatch.setattr(debian, "install", lambda command, refresh: False)
    debian.provide(("xvfb", "openbox", "xdotool"))
    line = "sudo apt-get install --yes --no-install-recommends openbox xdotool\n"
    assert line in capfd.readouterr().err


def test_old_lists_are_refreshed_once() -> None:
    assert debian.install(["true"], ["false"])
    assert not debian.install(["false"], ["true"])
    assert not debian.install(["false"], ["false"])


def test_elsewhere_nothing_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "STATUS", tmp_path / "absent")
    monkeypatch.setattr(debian, "root_prefix", lambda: pytest.fail("not a Debian"))
    debian.provide(("xvfb",))
