"""PostgreSQL's LISTEN and NOTIFY: short words to all processes that share the database.

Words are hints and no more: one that is said while nobody listens is gone, so whoever acts on
them must also look by itself now and then.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from secrets import token_hex

import psycopg
from psycopg import sql
from pydantic import SecretStr

from engine.errors import StorageError
from engine.store.postgresql.opening import PostgresqlDatabase, parameters

__all__ = ["Channel"]

log = logging.getLogger(__name__)

PROOF_SECONDS = 3.0
"""In which a word of our own must come back. Behind a pooler that lends connections to many LISTEN
is answered well, and nothing is ever heard."""
SILENT_SECONDS = 60.0
"""Without a word, until one of our own must come back again: a connection that something between
has forgotten is as silent as one on which nobody says anything."""
FIRST_WAIT, LONGEST_WAIT = 0.5, 10.0
"""Seconds until a lost connection is made anew."""
DEAF_SECONDS = 60.0
"""Until hearing is tried again where it did not work."""
_PROOF = "proof"


class Channel:
    """One channel of a database, for saying and for hearing."""

    def __init__(self, database: PostgresqlDatabase, url: SecretStr, name: str) -> None:
        """Says over the connections of ``database``; hears over one of its own, to ``url``."""
        self._database = database
        self._url = url
        self._name = name

    def say(self, words: Sequence[str]) -> None:
        """All at once, each of less than 8,000 bytes. Raises StorageError."""
        with self._database.reading():
            # Its commit is not waited for: who says something holds up all others who do, and a
            # word that is lost with PostgreSQL was worth nothing any more.
            self._database.peewee.execute_sql(
                "SELECT set_config('synchronous_commit', 'off', true), pg_notify(%s, word) "
                "FROM unnest(%s::text[]) AS word",
                (self._name, list(words)),
            )

    async def hear(
        self, on_word: Callable[[str], None], on_hearing: Callable[[bool], None]
    ) -> None:
        """Until it is cancelled. ``on_hearing`` is told when words begin to arrive, and when they
        do no more; what was said in between is not told of."""
        wait = FIRST_WAIT
        while True:
            heard = False
            try:
                async with aclosing(self._words()) as words:
                    async for word in words:
                        if not heard:
                            heard, wait = True, FIRST_WAIT
                            on_hearing(True)
                        on_word(word)
            except _DeafError:
                if not heard:
                    log.info("LISTEN does not work here (through a pooler?)")
                    wait = DEAF_SECONDS
            except (psycopg.Error, StorageError) as error:
                log.info("changes are not heard of for now: %s", type(error).__name__)
            if heard:
                on_hearing(False)
            await asyncio.sleep(wait)
            wait = max(wait, min(2 * wait, LONGEST_WAIT))

    async def _words(self) -> AsyncGenerator[str]:
        """As long as hearing works, which our own words prove; until the connection is lost. Raises
        _DeafError when one does not come back."""
        connection = await psycopg.AsyncConnection.connect(
            **parameters(self._url), autocommit=True, prepare_threshold=None
        )
        try:
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self._name)))
            while True:
                proof = f"{_PROOF} {token_hex(8)}"
                await asyncio.to_thread(self.say, [proof])
                proven = False
                async with aclosing(connection.notifies(timeout=PROOF_SECONDS)) as told:
                    async for notify in told:
                        yield notify.payload
                        if proven := notify.payload == proof:
                            break
                if not proven:
                    raise _DeafError
                heard = True
                while heard:
                    heard = False
                    async with aclosing(connection.notifies(timeout=SILENT_SECONDS)) as told:
                        async for notify in told:
                            heard = True
                            yield notify.payload
        finally:
            await connection.close()


class _DeafError(Exception):
    """A word of our own did not come back."""
