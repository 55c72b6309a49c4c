"""What a limit of stored bytes needs: how many each owner has, kept by the database itself.

Triggers, so that no way to add or remove a take can forget it, and each does so in the transaction
in which it changes the rows.
"""

from typing import Any

import peewee


class Stored(peewee.Model):
    """The sum of an owner's parts counts; one alone may be below nothing."""

    owner = peewee.TextField()
    part = peewee.IntegerField()
    bytes = peewee.BigIntegerField()

    class Meta:
        table_name = "stored"
        primary_key = peewee.CompositeKey("owner", "part")


def up(_migrator: Any, db: Any) -> None:
    with db.bind_ctx([Stored]):
        db.create_tables([Stored])
    db.execute_sql(
        "INSERT INTO stored (owner, part, bytes) SELECT owner, 0, SUM(size) FROM ("
        "SELECT jobs.owner, takes.size FROM takes JOIN jobs ON jobs.id = takes.job_id "
        "UNION ALL SELECT owner, size FROM uploads) AS files GROUP BY owner"
    )
    for event, sign, row in (("INSERT", "", "NEW"), ("DELETE", "-", "OLD")):
        of_take = f"owner, {{part}}, {sign}{row}.size FROM jobs WHERE id = {row}.job_id"
        of_upload = f"{row}.owner, {{part}}, {sign}{row}.size WHERE TRUE"
        _count(db, "takes", event, of_take)
        _count(db, "uploads", event, of_upload)


def _count(db: Any, table: str, event: str, selected: str) -> None:
    """Add what is selected after each such event of a row of the table."""
    name = f"{table}_{event.lower()}_stored"
    on_postgresql = isinstance(db, peewee.PostgresqlDatabase)
    # Who finish takes of one owner at once would wait for each other's commit, had each owner one
    # row alone. A connection does one thing at a time, so parts go by connections.
    part = "mod(pg_backend_pid(), 16)" if on_postgresql else "0"
    add = (
        f"INSERT INTO stored (owner, part, bytes) SELECT {selected.format(part=part)} "
        "ON CONFLICT (owner, part) DO UPDATE SET bytes = stored.bytes + excluded.bytes"
    )
    if not on_postgresql:
        db.execute_sql(f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN {add}; END")
        return
    db.execute_sql(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN {add}; RETURN NULL; END $$"
    )
    db.execute_sql(
        f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )
