"""The first tables: jobs (queue and history), takes (what came of them), settings."""

from typing import Any

import peewee


class Job(peewee.Model):
    id = peewee.TextField(primary_key=True)
    request = peewee.TextField()
    model = peewee.TextField()
    fingerprint = peewee.TextField(index=True)
    name = peewee.TextField()
    status = peewee.TextField()
    priority = peewee.IntegerField()
    position = peewee.DoubleField()
    place = peewee.TextField()
    when_idle = peewee.BooleanField()
    depends_on = peewee.TextField(null=True, index=True)
    batch = peewee.TextField(null=True)
    attempt = peewee.IntegerField(default=0)
    retries = peewee.IntegerField(default=0)
    suspect = peewee.BooleanField(default=False)
    token = peewee.TextField(null=True)
    error = peewee.TextField(null=True)
    created_at = peewee.DoubleField()
    started_at = peewee.DoubleField(null=True)
    finished_at = peewee.DoubleField(null=True)
    deleted_at = peewee.DoubleField(null=True)

    class Meta:
        table_name = "jobs"


class Take(peewee.Model):
    job_id = peewee.TextField(primary_key=True)
    path = peewee.TextField()
    sha256 = peewee.TextField()
    made_by = peewee.TextField()
    facts = peewee.TextField()
    stars = peewee.IntegerField(default=0)
    kept = peewee.BooleanField(null=True)
    tags = peewee.TextField(default="[]")
    notes = peewee.TextField(default="")

    class Meta:
        table_name = "takes"


class Setting(peewee.Model):
    name = peewee.TextField(primary_key=True)
    value = peewee.TextField()

    class Meta:
        table_name = "settings"


def up(_migrator: Any, db: Any) -> None:
    models = [Job, Take, Setting]
    with db.bind_ctx(models):
        db.create_tables(models)
    # The claim reads exactly this order; pending rows are the only ones it ever looks at.
    db.execute_sql("CREATE INDEX jobs_queue ON jobs (status, when_idle, priority DESC, position)")
