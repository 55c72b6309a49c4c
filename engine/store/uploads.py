"""Reference audio that users have sent: what it is, whose, and when it was last used."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from engine.errors import NotFound
from engine.jobs import ANY_AMOUNT, Quota, utc_now
from engine.store.database import Alone, Database
from engine.store.quotas import Quotas
from engine.store.records import chunks
from engine.store.rows import Tables
from engine.store.secrets import shared_secret

__all__ = ["Upload", "Uploads"]


@dataclass(frozen=True, slots=True)
class Upload:
    id: str
    owner: str
    name: str
    """As it was called where it came from; never part of a path."""
    key: str
    """Where the storage has it."""
    format: str
    sha256: str
    size: int
    """Bytes."""
    duration: float
    """Seconds."""
    sample_rate: int
    channels: int
    created_at: datetime
    used_at: datetime


class Uploads:
    """The table of uploads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._table = Tables(database.peewee).uploads
        self._quotas = Quotas(database)

    @cached_property
    def library(self) -> str:
        """What stored files of this database's uploads say of whose they are."""
        return f"library-{shared_secret(self._database, 'library')[:16]}"

    def check(self, owner: str, quota: Quota) -> None:
        """Raises TooMany when there is no room for one more of this owner."""
        self._quotas.check_stored(owner, quota)

    def add(self, upload: Upload, quota: Quota = ANY_AMOUNT) -> None:
        """Raises TooMany when its owner would have more than the ``quota``."""
        moments = {name: getattr(upload, name).timestamp() for name in _MOMENTS}
        with self._database.writing(Alone.QUEUE):
            self._quotas.check_stored(upload.owner, quota, upload.size)
            self._table.insert(asdict(upload) | moments).execute()

    def of(self, owner: str, upload_id: str) -> Upload:
        """Raises NotFound, for another's too."""
        table = self._table
        mine = (table.id == upload_id) & (table.owner == owner)
        with self._database.reading():
            row = table.select().where(mine).dicts().first()
        if row is None:
            raise NotFound("There is no such upload.")
        return _upload(row)

    def use(self, owner: str, ids: Collection[str]) -> set[str]:
        """Those of these that are the owner's: they are wanted now, and stay a while longer."""
        table, used = self._table, set[str]()
        if not ids:
            return used
        with self._database.writing():
            now = utc_now().timestamp()
            for chunk in chunks(ids):
                mine = table.id.in_(chunk) & (table.owner == owner)
                wanted = table.update({table.used_at: now}).where(mine).returning(table.id)
                used |= {row["id"] for row in list(wanted.execute())}
        return used

    def unused_since(self, moment: datetime) -> list[Upload]:
        table = self._table
        with self._database.reading():
            query = table.select().where(table.used_at < moment.timestamp())
            return [_upload(row) for row in query.dicts()]

    def known(self, ids: Collection[str]) -> set[str]:
        """Those of these that there are."""
        table = self._table
        with self._database.reading():
            return {
                row["id"]
                for chunk in chunks(ids)
                for row in table.select(table.id).where(table.id.in_(chunk)).dicts()
            }

    def forget_unused(self, ids: Collection[str], since: datetime) -> set[str]:
        """Those of these that were not used since; which they were."""
        table, gone = self._table, set[str]()
        with self._database.writing():
            for chunk in chunks(ids):
                unused = table.id.in_(chunk) & (table.used_at < since.timestamp())
                forgotten = table.delete().where(unused).returning(table.id)
                gone |= {row["id"] for row in list(forgotten.execute())}
        return gone

    def forget(self, ids: Collection[str]) -> None:
        with self._database.writing():
            for chunk in chunks(ids):
                self._table.delete().where(self._table.id.in_(chunk)).execute()


_MOMENTS = ("created_at", "used_at")


def _upload(row: dict[str, Any]) -> Upload:
    moments = {name: datetime.fromtimestamp(row[name], UTC) for name in _MOMENTS}
    return Upload(**({field.name: row[field.name] for field in fields(Upload)} | moments))
