"""Servers: the window's door to the servers that this studio uses.

Lives on the window's thread; every verb returns at once. How the servers are comes with the
engine's status; what is kept of them is a name and an address in the settings, and a token in the
keyring.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from functools import partial
from typing import Protocol, TypeVar

from PySide6.QtCore import QObject, Signal

from app.notices import Notice
from app.settings import KnownServer, SettingsFile
from app.token_safe import TokenSafe
from app.window_thread import WindowThread
from engine.client.address import checked_token, normal_address
from engine.errors import InvalidRequest
from engine.jobs import LOCAL, Failure
from engine.places import PlaceStatus, Server

__all__ = ["Places", "PlacesThread", "Servers"]

T = TypeVar("T")


class Places(Protocol):
    """The servers, on the engine's thread."""

    async def add(self, server: Server) -> None: ...

    async def remove(self, place: str) -> None: ...

    async def retry_now(self, place: str) -> None: ...

    async def test(self, server: Server) -> PlaceStatus: ...


class PlacesThread(Protocol):
    """What an engine on another thread offers for them."""

    def run_places(self, verb: Callable[[Places], Awaitable[T]]) -> Future[T]:
        """Do ``verb`` on the engine's thread; never blocks."""
        ...


class Servers(QObject):
    """
    >>> servers.test("dgx01:8000", token)      # tested or test_failed tells what came of it
    >>> servers.add("DGX in the basement", "https://dgx01:8000", token)
    """

    changed = Signal()
    """``known`` is another list now."""
    tested = Signal(Server, PlaceStatus)
    """The server with the address and token that were given, and how it is."""
    test_failed = Signal(Server, Failure)
    for_this_session = Signal(str)
    """Id of a server whose token no keyring keeps."""
    noticed = Signal(Notice)

    def __init__(
        self,
        engine: PlacesThread,
        settings: SettingsFile,
        safe: TokenSafe | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._settings = settings
        self._safe = safe or TokenSafe()
        self._here = WindowThread(self)

    @property
    def known(self) -> tuple[KnownServer, ...]:
        """In the order in which they were added."""
        return self._settings.current.servers

    def connect_all(self) -> None:
        """Use those that are known, with the tokens that the keyring has."""
        for known in self.known:
            self._use(known)

    def test(self, address: str, token: str) -> None:
        """Look at a server without using it."""
        server = Server("test", "", address, token)
        self._ask(
            lambda places: places.test(server),
            partial(self.tested.emit, server),
            partial(self.test_failed.emit, server),
        )

    def add(self, name: str, address: str, token: str) -> None:
        """Use a server from now on, and after the next start; ``test_failed`` tells what is wrong
        with the address or the token as such."""
        try:
            normal, checked = normal_address(address), checked_token(token)
        except InvalidRequest as error:
            self.test_failed.emit(Server("test", name, address, token), Failure.of(error))
            return
        name = self._free_name(name)
        known = KnownServer(id=name, name=name, address=normal)
        self._settings.update(servers=(*self.known, known))
        self._use(known, checked)
        self.changed.emit()

    def set_token(self, place: str, token: str) -> None:
        """Another token for a known server."""
        for known in self.known:
            if known.id == place:
                self._use(known, token)

    def remove(self, place: str) -> None:
        """Use it no more; refused, with a notice, while takes wait for it."""

        async def remove(places: Places) -> None:
            await places.remove(place)
            await asyncio.to_thread(self._safe.forget, place)

        self._ask(remove, lambda _: self._forget(place))

    def retry_now(self, place: str) -> None:
        """Look at a server at once."""
        self._ask(lambda places: places.retry_now(place))

    def _free_name(self, name: str) -> str:
        """A name that no other place has: jobs know their place by it, and rows show it."""
        taken = {LOCAL, *(known.id for known in self.known)}
        numbers = (f"{name} {number}" for number in itertools.count(2))
        return next(free for free in itertools.chain([name], numbers) if free not in taken)

    def _use(self, known: KnownServer, token: str | None = None) -> None:
        async def use(places: Places) -> bool:
            kept = True
            if token:
                kept = await asyncio.to_thread(self._safe.put, known.id, token)
            shown = await asyncio.to_thread(self._safe.get, known.id)
            await places.add(Server(known.id, known.name, known.address, shown))
            return kept

        def used(kept: bool) -> None:
            if not kept:
                self.for_this_session.emit(known.id)

        self._ask(use, used)

    def _forget(self, place: str) -> None:
        left = tuple(known for known in self.known if known.id != place)
        self._settings.update(servers=left)
        self.changed.emit()

    def _ask(
        self,
        verb: Callable[[Places], Awaitable[T]],
        then: Callable[[T], object] = lambda _: None,
        failed: Callable[[Failure], object] | None = None,
    ) -> None:
        self._here.answer(self._engine.run_places(verb), then, failed or self._tell_failure)

    def _tell_failure(self, failure: Failure) -> None:
        self.noticed.emit(Notice.of(failure))
