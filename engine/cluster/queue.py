"""What servers and workers of one cluster share: the queue's tables, and how they are used."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from engine.cluster.aside import Aside
from engine.cluster.news import CHANNEL, News
from engine.cluster.permits import QueuePermits
from engine.cluster.reaper import Reaper
from engine.dispatch.feed import Feed
from engine.server.settings import ServerSettings
from engine.store.database import Database
from engine.store.factory import open_store
from engine.store.leases import Leases
from engine.store.lost import LostJobs
from engine.store.postgresql.attempts import Attempts
from engine.store.postgresql.channel import Channel
from engine.store.postgresql.chores import Chores
from engine.store.postgresql.opening import PostgresqlDatabase
from engine.store.store import PAUSED, Store
from engine.store.workers import Workers

__all__ = ["SharedQueue"]


@dataclass(frozen=True, slots=True)
class SharedQueue:
    """Open, until ``close``."""

    settings: ServerSettings
    database: Database
    permits: QueuePermits
    store: Store
    workers: Workers
    aside: Aside

    @classmethod
    def open(cls, settings: ServerSettings) -> SharedQueue:
        """Raises StorageError."""
        database = open_store(
            settings.database, settings.database_url, sole=False, pooled=not settings.listen
        ).database
        try:
            permits = QueuePermits(database, settings.lease_seconds)
            permits.install()
        except BaseException:
            database.close()
            raise
        store = Store(database, permits)
        workers = Workers(database, settings.lease_seconds)
        return cls(settings, database, permits, store, workers, Aside())

    @property
    def paused(self) -> bool:
        return self.store.setting(PAUSED, "") == "yes"

    @property
    def attempts(self) -> Attempts:
        return Attempts(self.database)

    def news(self) -> News:
        """To and from all processes of the cluster; who opens it closes it."""
        settings = self.settings
        return News(
            self.channel(CHANNEL),
            self.aside,
            poll_seconds=settings.look_seconds,
            listens=settings.listen,
        )

    def channel(self, name: str) -> Channel:
        url = self.settings.database_url
        if url is None or not isinstance(self.database, PostgresqlDatabase):
            raise ValueError("only PostgreSQL is shared")
        return Channel(self.database, url, name)

    def claims(self, worker: str | None, models: Collection[str] | None = None) -> Leases:
        """Of a worker, or of none; ``models``: of these only, None: of all."""
        return Leases(
            self.database,
            worker,
            seconds=self.settings.lease_seconds,
            models=models,
            ageing=self.settings.ageing_seconds,
            permits=self.permits,
        )

    def reaper(self, feed: Feed) -> Reaper:
        settings = self.settings
        lost = LostJobs(
            self.database,
            max_retries=settings.max_retries,
            lease_seconds=settings.lease_seconds,
            permits=self.permits,
        )
        mercy = 1.5 * settings.lease_renewal_seconds
        return Reaper(
            lost,
            self.workers,
            Chores(self.database),
            feed,
            self.aside,
            seconds=settings.reap_seconds,
            mercy=mercy,
        )

    def close(self) -> None:
        self.aside.close()
        self.database.close()
