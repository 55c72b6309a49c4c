"""Servers as the window knows them: tokens in the keyring and nowhere else."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import PasswordDeleteError
from pytestqt.qtbot import QtBot

from app.servers import Servers
from app.settings import SettingsFile
from app.token_safe import TokenSafe
from engine.errors import Conflict, ServerAway
from engine.jobs import Failure
from engine.places import PlaceState, PlaceStatus, Server
from tests.fakes import FakeEngine

TOKEN = "dgxm_a-secret-that-nobody-sees"  # noqa: S105
ADDRESS = "https://dgx01.example.org:8000"


class Ring(KeyringBackend):
    priority = 1.0  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("none")


@pytest.fixture
def ring() -> Iterator[Ring]:
    before, made = keyring.get_keyring(), Ring()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def no_ring() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture
def settings(tmp_path: Path) -> SettingsFile:
    return SettingsFile(tmp_path / "config")


@pytest.fixture
def fake() -> FakeEngine:
    return FakeEngine()


def test_a_token_goes_to_the_keyring_and_to_no_file_and_no_log(
    qtbot: QtBot,
    ring: Ring,
    fake: FakeEngine,
    settings: SettingsFile,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    servers = Servers(fake, settings)
    with qtbot.waitSignal(servers.changed):
        servers.add("dgx01", ADDRESS, TOKEN)
    assert ring.kept == {("dgx-music-studio", "dgx01"): TOKEN}
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert any(ADDRESS.encode() in content for content in files)
    assert not any(TOKEN.encode() in content for content in files)
    assert TOKEN not in caplog.text
    assert TOKEN not in repr(fake.places.calls)

    later = FakeEngine()  # the next start of the program
    Servers(later, SettingsFile(tmp_path / "config")).connect_all()
    assert later.places.calls == [("add", Server("dgx01", "dgx01", ADDRESS, TOKEN))]
    assert [s.token for _, s in later.places.calls if isinstance(s, Server)] == [TOKEN]

    with qtbot.waitSignal(servers.changed):
        servers.remove("dgx01")
    assert ring.kept == {}
    assert servers.known == ()


@pytest.mark.usefixtures("no_ring")
def test_without_a_keyring_a_token_holds_for_the_session(
    qtbot: QtBot, fake: FakeEngine, settings: SettingsFile, tmp_path: Path
) -> None:
    servers = Servers(fake, settings)
    with qtbot.waitSignal(servers.for_this_session):
        servers.add("dgx01", ADDRESS, TOKEN)
    servers.connect_all()
    given = [server for _, server in fake.places.calls if isinstance(server, Server)]
    assert [server.token for server in given] == [TOKEN, TOKEN]
    assert TokenSafe().get("dgx01") == "", "the next session asks for it again"


def test_what_is_no_address_is_not_kept(
    qtbot: QtBot, fake: FakeEngine, settings: SettingsFile
) -> None:
    servers = Servers(fake, settings)
    for address, token in (("ftp://dgx01", ""), ("dgx01", "two words")):
        with qtbot.waitSignal(servers.test_failed) as failed:
            servers.add("dgx01", address, token)
        assert failed.args[1].code == "invalid_request"
    assert servers.known == ()
    assert fake.places.calls == []


@pytest.mark.usefixtures("ring")
def test_two_servers_of_one_name_are_two_places(fake: FakeEngine, settings: SettingsFile) -> None:
    servers = Servers(fake, settings)
    for name in ("dgx", "dgx", "local"):
        servers.add(name, ADDRESS, "")
    assert [known.id for known in servers.known] == ["dgx", "dgx 2", "local 2"]


@pytest.mark.usefixtures("ring")
def test_a_server_that_takes_wait_for_stays(
    qtbot: QtBot, fake: FakeEngine, settings: SettingsFile
) -> None:
    servers = Servers(fake, settings)
    servers.add("dgx01", ADDRESS, TOKEN)
    fake.places.refuse = Conflict("There are still takes for this server.")
    with qtbot.waitSignal(servers.noticed) as told:
        servers.remove("dgx01")
    assert "still takes" in told.args[0].text
    assert [known.id for known in servers.known] == ["dgx01"]


def test_a_test_tells_what_came_of_it(
    qtbot: QtBot, fake: FakeEngine, settings: SettingsFile
) -> None:
    servers = Servers(fake, settings)
    good = PlaceStatus("test", "", ADDRESS, PlaceState.READY)
    fake.places.answers = {ADDRESS: good, "b": ServerAway("server_timeout", "No answer.")}
    with qtbot.waitSignal(servers.tested) as tested:
        servers.test(ADDRESS, TOKEN)
    assert tested.args == [Server("test", "", ADDRESS, TOKEN), good]
    with qtbot.waitSignal(servers.test_failed) as failed:
        servers.test("b", TOKEN)
    asked, failure = failed.args
    assert (asked.address, asked.token) == ("b", TOKEN)
    assert isinstance(failure, Failure)
    assert failure.code == "server_timeout"
