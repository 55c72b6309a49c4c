"""What several servers on one database need: to see what has changed, and who sends a webhook."""

from typing import Any

import peewee

_SHOWN = (
    "status", "step", "attempt", "retries", "suspect", "name", "request", "place", "priority",
    "position", "when_idle", "error", "started_at", "finished_at", "deleted_at", "fingerprint",
)  # fmt: skip
"""What followers are told of when it changes. Progress is not: it travels by itself."""


def up(_migrator: Any, db: Any) -> None:
    for column in ("sender TEXT", "sender_until DOUBLE PRECISION"):
        db.execute_sql(f"ALTER TABLE calls ADD COLUMN {column}")
    if isinstance(db, peewee.PostgresqlDatabase):
        _note_changes(db)


def _note_changes(db: Any) -> None:
    """Each row holds the number of the transaction that changed it last. Times would not do:
    transactions end in another order than they begin, and clocks are set back."""
    columns = ", ".join(_SHOWN)
    new, old = (", ".join(f"{row}.{name}" for name in _SHOWN) for row in ("NEW", "OLD"))
    db.execute_sql("ALTER TABLE jobs ADD COLUMN changed BIGINT")
    db.execute_sql("CREATE INDEX jobs_changed ON jobs (changed, id)")
    db.execute_sql(
        "CREATE FUNCTION jobs_note_change() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN NEW.changed := pg_current_xact_id()::text::bigint; RETURN NEW; END $$"
    )
    db.execute_sql(
        "CREATE TRIGGER jobs_made BEFORE INSERT ON jobs "
        "FOR EACH ROW EXECUTE FUNCTION jobs_note_change()"
    )
    db.execute_sql(
        f"CREATE TRIGGER jobs_changed BEFORE UPDATE OF {columns} ON jobs "
        f"FOR EACH ROW WHEN (({new}) IS DISTINCT FROM ({old})) "
        "EXECUTE FUNCTION jobs_note_change()"
    )
