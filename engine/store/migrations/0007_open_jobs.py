"""What a limit of queued jobs needs: to count an owner's open jobs among all that he ever had."""

from typing import Any


def up(_migrator: Any, db: Any) -> None:
    db.execute_sql(
        "CREATE INDEX jobs_open ON jobs (owner) WHERE status IN ('pending', 'processing')"
    )
