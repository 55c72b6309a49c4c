"""What many workers on one queue add: leases, what they tell of their runs, and who they are."""

from typing import Any

import peewee


class Worker(peewee.Model):
    """A process that runs jobs. All moments are by the database's clock, which they share."""

    id = peewee.TextField(primary_key=True)
    name = peewee.TextField()
    pid = peewee.IntegerField()
    version = peewee.TextField()
    device = peewee.TextField(default="")
    model = peewee.TextField(null=True)
    models = peewee.TextField(null=True)
    slots = peewee.IntegerField()
    state = peewee.TextField()
    began_at = peewee.DoubleField()
    seen_at = peewee.DoubleField()

    class Meta:
        table_name = "workers"


class Served(peewee.Model):
    """When a job of this owner and this priority began last."""

    owner = peewee.TextField()
    priority = peewee.IntegerField()
    at = peewee.DoubleField()

    class Meta:
        table_name = "served"
        primary_key = peewee.CompositeKey("owner", "priority")


def up(_migrator: Any, db: Any) -> None:
    for column in (
        "worker TEXT",
        "lease_until DOUBLE PRECISION",
        "rests_until DOUBLE PRECISION",
        "waits_since DOUBLE PRECISION",
        "step TEXT",
        "progress DOUBLE PRECISION",
        "eta_seconds DOUBLE PRECISION",
        "ending_early BOOLEAN NOT NULL DEFAULT FALSE",
        "checkpoint TEXT",
        "preview TEXT",
    ):
        db.execute_sql(f"ALTER TABLE jobs ADD COLUMN {column}")
    # Of all jobs that ever were, only those that run have a lease.
    db.execute_sql("CREATE INDEX jobs_lease ON jobs (lease_until) WHERE lease_until IS NOT NULL")
    db.execute_sql("CREATE INDEX turns_number ON turns (number)")
    models = [Worker, Served]
    with db.bind_ctx(models):
        db.create_tables(models)
