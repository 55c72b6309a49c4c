"""What a server needs that has no GPU of its own: to know of its workers' GPUs."""

from typing import Any


def up(_migrator: Any, db: Any) -> None:
    db.execute_sql("ALTER TABLE workers ADD COLUMN gpus INTEGER")
