"""What a new job's position needs: to know those that jobs of the trash come back to."""

from typing import Any


def up(_migrator: Any, db: Any) -> None:
    db.execute_sql("CREATE INDEX jobs_trash ON jobs (position) WHERE deleted_at IS NOT NULL")
