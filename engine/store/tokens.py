"""Tokens that let people in: made once, kept as digests, revocable."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from engine.errors import NotFound
from engine.jobs import utc_now
from engine.store.database import Database
from engine.store.rows import Tables

__all__ = ["Token", "Tokens"]

PREFIX = "dgxm"


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token; its secret is not."""

    id: str
    name: str
    """Whose it is: jobs belong to the name, so that a new token finds the old ones."""
    admin: bool
    created_at: datetime
    revoked_at: datetime | None


class Tokens:
    """The tokens of one server.

    The secret has 256 bits from the system's generator, so one round of SHA-256 is enough: there
    is nothing to guess from.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._table = Tables(database.peewee).tokens

    def create(self, name: str, *, admin: bool = False) -> str:
        """A new token for this name, to be shown once: ``dgxm_<id>_<secret>``."""
        token_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        with self._database.writing():
            self._table.insert(
                {
                    "id": token_id,
                    "name": name,
                    "digest": _digest(secret),
                    "admin": admin,
                    "created_at": utc_now().timestamp(),
                }
            ).execute()
        return f"{PREFIX}_{token_id}_{secret}"

    def check(self, text: str) -> Token | None:
        """The token of this text; None if there is none, or it was revoked."""
        prefix, _, rest = text.partition("_")
        if prefix != PREFIX:  # a JWT: it needs no database
            return None
        token_id, _, secret = rest.partition("_")
        with self._database.reading():
            row = self._table.select().where(self._table.id == token_id).dicts().first()
        # Compared even where there is nothing to compare with: it takes as long.
        known = row["digest"] if row else _digest("")
        same = hmac.compare_digest(known, _digest(secret))
        if row is None or not same or row["revoked_at"] is not None:
            return None
        return _token(row)

    def revoke(self, token_id: str) -> Token:
        """By its id, or by its name if only one has it. Raises NotFound."""
        table = self._table
        valid = table.revoked_at.is_null()
        with self._database.writing():
            wanted = (table.id == token_id) | (table.name == token_id)
            rows = list(table.select().where(valid & wanted).dicts())
            if len(rows) != 1:
                several = f"{len(rows)} tokens have that name: give the id."
                raise NotFound(several if rows else f"There is no token {token_id}.")
            now = utc_now().timestamp()
            table.update({table.revoked_at: now}).where(table.id == rows[0]["id"]).execute()
        return _token(rows[0] | {"revoked_at": now})

    def all(self) -> list[Token]:
        """The oldest first, revoked ones too."""
        with self._database.reading():
            query = self._table.select().order_by(self._table.created_at)
            return [_token(row) for row in query.dicts()]

    def any_valid(self) -> bool:
        with self._database.reading():
            return bool(self._table.select().where(self._table.revoked_at.is_null()).exists())


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _token(row: Any) -> Token:
    revoked = row["revoked_at"]
    return Token(
        id=row["id"],
        name=row["name"],
        admin=bool(row["admin"]),
        created_at=datetime.fromtimestamp(row["created_at"], UTC),
        revoked_at=None if revoked is None else datetime.fromtimestamp(revoked, UTC),
    )
