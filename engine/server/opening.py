"""Opens a server's parts in their order, and closes them in the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from engine.dispatch.feed import Feed
from engine.errors import NotAllowed
from engine.local import LocalEngine
from engine.models.folder import ModelFolder
from engine.server.broadcast import Broadcast
from engine.server.callers import Gate
from engine.server.health import Health
from engine.server.jwts import JwtChecker
from engine.server.limits import SubmitLimit
from engine.server.models import ServerModels
from engine.server.service import Service
from engine.server.settings import ServerSettings
from engine.server.signing import MediaLinks, kept_secret
from engine.server.takes import DiskStorage, StoredTakes
from engine.server.transcode import Transcoder
from engine.store.shared import SharedJobs
from engine.store.tokens import Tokens
from engine.store.uploads import Uploads

__all__ = ["opened"]

HEAVY_AT_ONCE = 2


@asynccontextmanager
async def opened(
    settings: ServerSettings, *, host_command: Sequence[str] | None = None
) -> AsyncIterator[Service]:
    """A service that works. Raises what LocalEngine raises, and NotAllowed when the address is
    open to others while nobody could log in."""
    storage = DiskStorage(settings.takes_folder)
    broadcast = Broadcast(settings.heartbeat_seconds)
    feed = Feed()
    feed.listen(broadcast.tell, lambda _: None, lambda _: None)
    engine = LocalEngine(
        settings, feed, host_command=host_command, files=StoredTakes(storage), fair=True
    )
    async with engine:
        tokens = Tokens(engine.database)
        jwts = JwtChecker(settings) if settings.has_jwt else None
        if not settings.on_loopback and jwts is None and not tokens.any_valid():
            raise NotAllowed(
                f"Others could reach {settings.host}, and nobody has a token.",
                hint="Make one first: dgx-music token create NAME",
            )
        jobs = SharedJobs(engine.database)
        heavy_work = asyncio.Semaphore(HEAVY_AT_ONCE)
        yield Service(
            settings=settings,
            engine=engine,
            jobs=jobs,
            storage=storage,
            gate=Gate(settings, tokens, jwts),
            links=MediaLinks(_secret(settings), settings.url_seconds),
            limits=SubmitLimit(settings),
            models=ServerModels(
                ModelFolder(settings.models), settings.generators, lambda: engine.lane.model
            ),
            health=Health(settings, jobs),
            broadcast=broadcast,
            uploads=Uploads(engine.database),
            transcoder=Transcoder(settings.cache_folder / "transcoded", heavy_work),
            heavy_work=heavy_work,
        )


def _secret(settings: ServerSettings) -> str:
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    return kept_secret(settings.data_folder / "media.key")
