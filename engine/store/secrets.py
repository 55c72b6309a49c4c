"""Secrets that all servers of one database share: drawn once, by whichever asks first."""

from __future__ import annotations

from secrets import token_urlsafe

from engine.store.database import Database
from engine.store.rows import Tables

__all__ = ["shared_secret"]


def shared_secret(database: Database, name: str) -> str:
    """So that a link which one has signed holds at all others. Raises StorageError."""
    settings = Tables(database.peewee).settings
    row = {"name": f"secret: {name}", "value": token_urlsafe(48)}
    with database.writing():
        settings.insert(row).on_conflict_ignore().execute()
        value = settings.select(settings.value).where(settings.name == row["name"]).scalar()
    return str(value)
