"""What a claim needs to find the first of each line without looking at the rest."""

from typing import Any


def up(_migrator: Any, db: Any) -> None:
    # In the order of ``engine.store.heads``.
    db.execute_sql(
        "CREATE INDEX jobs_heads ON jobs (place, suspect, when_idle, owner, priority, model, "
        "position, attempt DESC) WHERE status = 'pending'"
    )
