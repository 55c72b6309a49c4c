"""What the studio adds for servers: what was sent where, and what a job was meant for."""

from typing import Any

import peewee


class Submission(peewee.Model):
    """A job as it was sent to a server. The row is there before the first byte goes out."""

    key = peewee.TextField(primary_key=True)
    job_id = peewee.TextField(index=True)
    place = peewee.TextField(index=True)
    asked = peewee.TextField()
    body = peewee.TextField()
    remote_id = peewee.TextField(null=True)
    open = peewee.BooleanField(default=True)
    created_at = peewee.DoubleField()

    class Meta:
        table_name = "submissions"


def up(_migrator: Any, db: Any) -> None:
    db.execute_sql("ALTER TABLE jobs ADD COLUMN meant_for TEXT")
    with db.bind_ctx([Submission]):
        db.create_tables([Submission])
