"""What a shared server adds: owners and their turns, tokens, repeats, uploads, calls."""

from typing import Any

import peewee


class Turn(peewee.Model):
    """When each owner was last served, as a number that only grows."""

    owner = peewee.TextField(primary_key=True)
    number = peewee.BigIntegerField()

    class Meta:
        table_name = "turns"


class Token(peewee.Model):
    id = peewee.TextField(primary_key=True)
    name = peewee.TextField(index=True)
    digest = peewee.TextField()
    admin = peewee.BooleanField(default=False)
    created_at = peewee.DoubleField()
    revoked_at = peewee.DoubleField(null=True)

    class Meta:
        table_name = "tokens"


class Repeat(peewee.Model):
    """Which jobs a submission with an idempotency key made."""

    owner = peewee.TextField()
    key = peewee.TextField()
    digest = peewee.TextField()
    job_ids = peewee.TextField()
    created_at = peewee.DoubleField(index=True)

    class Meta:
        table_name = "repeats"
        primary_key = peewee.CompositeKey("owner", "key")


class Upload(peewee.Model):
    id = peewee.TextField(primary_key=True)
    owner = peewee.TextField(index=True)
    name = peewee.TextField()
    key = peewee.TextField()
    format = peewee.TextField()
    sha256 = peewee.TextField()
    size = peewee.BigIntegerField()
    duration = peewee.DoubleField()
    sample_rate = peewee.IntegerField()
    channels = peewee.IntegerField()
    created_at = peewee.DoubleField()
    used_at = peewee.DoubleField(index=True)

    class Meta:
        table_name = "uploads"


class Call(peewee.Model):
    """A webhook that is owed: what to say to whom, and how often that was tried."""

    id = peewee.TextField(primary_key=True)
    job_id = peewee.TextField(index=True)
    url = peewee.TextField()
    body = peewee.TextField()
    created_at = peewee.DoubleField()
    done_at = peewee.DoubleField(null=True)

    class Meta:
        table_name = "calls"


def up(_migrator: Any, db: Any) -> None:
    for column in (
        "owner TEXT NOT NULL DEFAULT ''",
        "request_id TEXT",
        "callback_url TEXT",
    ):
        db.execute_sql(f"ALTER TABLE jobs ADD COLUMN {column}")
    db.execute_sql("ALTER TABLE takes ADD COLUMN size BIGINT NOT NULL DEFAULT 0")
    db.execute_sql("CREATE INDEX jobs_owner ON jobs (owner, created_at DESC, id)")
    db.execute_sql("CREATE INDEX jobs_created ON jobs (created_at)")
    models = [Turn, Token, Repeat, Upload, Call]
    with db.bind_ctx(models):
        db.create_tables(models)
