"""Whoever moves a server to PostgreSQL hears of what waits where it worked before."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.jobs import Order
from engine.request import Request
from engine.store.left_behind import tell_of_left_behind
from engine.store.opening import open_database
from engine.store.store import Store


@pytest.mark.logs("not taken along")
def test_what_waits_is_told_and_stays(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "of a server" / "studio.db"
    tell_of_left_behind(path)
    path.parent.mkdir()
    database = open_database(path).database
    store = Store(database)
    ended, *_, thrown_away = store.submit([Order(Request(prompt="x")) for _ in range(4)])
    store.cancel([ended.id])
    store.delete([thrown_away.id])
    database.close()

    assert caplog.records == []
    tell_of_left_behind(path)
    [record] = caplog.records
    assert record.levelname == "WARNING" and record.getMessage().startswith("2 takes wait")

    database = open_database(path).database
    Store(database).cancel([job.id for job in Store(database).jobs()])
    database.close()
    tell_of_left_behind(path)
    assert len(caplog.records) == 1, "nothing waits any more"

    path.write_bytes(b"no database" * 1000)
    with caplog.at_level("INFO"):
        tell_of_left_behind(path)
    assert caplog.records[-1].levelname == "INFO" and "can't be told" in caplog.text
