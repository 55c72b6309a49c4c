"""Opens a server's parts in their order, and closes them in the other."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from engine.dispatch.feed import Feed
from engine.errors import NotAllowed
from engine.local import LocalEngine
from engine.models.folder import ModelFolder
from engine.server.broadcast import Broadcast
from engine.server.callers import Gate
from engine.server.counting import Counts
from engine.server.health import Health
from engine.server.housekeeping import Housekeeping
from engine.server.jwts import JwtChecker
from engine.server.limits import SubmitLimit
from engine.server.metrics import Metrics
from engine.server.models import ServerModels
from engine.server.service import Service
from engine.server.settings import ServerSettings
from engine.server.signing import MediaLinks, kept_secret
from engine.server.transcode import Transcoder
from engine.server.webhooks import Webhooks
from engine.storage.base import Storage
from engine.storage.leftovers import FETCHED, TRANSCODED, Leftovers
from engine.storage.opening import open_storage
from engine.storage.takes import StoredTakes
from engine.store.calls import Calls
from engine.store.database import Database
from engine.store.left_behind import tell_of_left_behind
from engine.store.secrets import shared_secret
from engine.store.shared import SharedJobs
from engine.store.tokens import Tokens
from engine.store.uploads import Uploads
from engine.tasks import Tasks

if TYPE_CHECKING:
    from engine.cluster.front import Front
    from engine.cluster.models import ClusterModels

__all__ = ["opened"]

log = logging.getLogger(__name__)

HEAVY_AT_ONCE = 2


@asynccontextmanager
async def opened(
    settings: ServerSettings,
    *,
    address_of: Callable[[str], str] | None = None,
    trust: ssl.SSLContext | None = None,
) -> AsyncIterator[Service]:
    """A service that works. ``address_of`` looks up hosts of webhooks; ``trust``: whose
    certificates count for them and for key sets, in place of the computer's own.

    Raises what LocalEngine raises, StorageError when the bucket can't be used, and NotAllowed when
    the address is open to others while nobody could log in.
    """
    with _folders(settings) as settings:
        async with (
            _storage(settings) as storage,
            _over(storage, settings, address_of, trust) as service,
        ):
            yield service


def _folders(settings: ServerSettings) -> AbstractContextManager[ServerSettings]:
    """Its own, where there may be several on this computer."""
    if not settings.in_cluster:
        return nullcontext(settings)
    from engine.cluster.rooms import own_room  # only here: most servers are alone

    return own_room(settings)


@asynccontextmanager
async def _storage(settings: ServerSettings) -> AsyncIterator[Storage]:
    """Where takes are kept, when it can be used."""
    storage = open_storage(
        settings.storage,
        settings.storage_endpoint,
        root=settings.takes_folder,
        cache=settings.cache_folder / FETCHED,
        floor=settings.free_space_floor,
    )
    try:
        await storage.prove()
        yield storage
    finally:
        await storage.close()


@asynccontextmanager
async def _over(
    storage: Storage,
    settings: ServerSettings,
    address_of: Callable[[str], str] | None,
    trust: ssl.SSLContext | None,
) -> AsyncIterator[Service]:
    takes = StoredTakes(storage, settings.takes_folder)
    broadcast = Broadcast(settings.heartbeat_seconds)
    feed = Feed()
    feed.listen(broadcast.tell, lambda _: None, lambda _: None)
    metrics = Metrics()
    feed.listen(metrics.changed, metrics.status, lambda _: None)
    engine = _engine(settings, feed, takes, storage, broadcast)
    async with engine, AsyncExitStack() as more:
        tokens = Tokens(engine.database)
        jwts = JwtChecker(settings, trust) if settings.has_jwt else None
        if jwts is not None:
            more.push_async_callback(jwts.close)
        storage_url = settings.rate_limit_storage
        counts = Counts(storage_url.get_secret_value() if storage_url else None)
        more.push_async_callback(counts.close)
        _check_the_door(settings, jwts is not None or tokens.any_valid())
        jobs = SharedJobs(engine.database, settings.ageing_seconds)
        finished, failed = (
            timedelta(hours=hours) for hours in (settings.finished_hours, settings.failed_hours)
        )
        metrics.watch(jobs, finished, failed)
        heavy_work = asyncio.Semaphore(HEAVY_AT_ONCE)
        media_secret = _secret(settings, engine.database, "media", settings.secret_key)
        service = Service(
            settings=settings,
            engine=engine,
            jobs=jobs,
            storage=storage,
            takes=takes,
            gate=Gate(settings, tokens, jwts, counts),
            links=MediaLinks(media_secret, settings.url_seconds),
            limits=SubmitLimit(settings, counts),
            models=_models(settings, engine),
            health=Health(
                settings,
                jobs,
                engine.database.room_for_more,
                storage if settings.storage else None,
                engine.workers,
            ),
            broadcast=broadcast,
            uploads=Uploads(engine.database),
            transcoder=Transcoder(
                settings.cache_folder / TRANSCODED,
                storage,
                heavy_work,
                floor=settings.free_space_floor,
            ),
            heavy_work=heavy_work,
            metrics=metrics,
            workers=engine.workers,
        )
        if engine.workers is not None:
            metrics.watch_workers(engine.workers.all)
        house = _housekeeping(settings, service, engine)
        async with _beside(house.keep()), _webhooks(service, feed, address_of, trust):
            yield service


def _check_the_door(settings: ServerSettings, login_possible: bool) -> None:
    """Raises NotAllowed where others could come, and nobody could be let in."""
    if not settings.on_loopback and not login_possible:
        raise NotAllowed(
            f"Others could reach {settings.host}, and nobody has a token.",
            hint="Make one first: dgx-music token create NAME",
        )
    if settings.may_mistake_a_proxy:
        log.warning(
            "a proxy here that adds no X-Forwarded-For makes everybody the administrator: "
            "set DGX_MUSIC_REQUIRE_LOGIN=true"
        )


def _housekeeping(
    settings: ServerSettings, service: Service, engine: LocalEngine | Front
) -> Housekeeping:
    return Housekeeping(
        settings,
        service.jobs,
        service.uploads,
        Calls(engine.database),
        service.storage,
        Leftovers(settings.cache_folder, service.takes.folder, floor=settings.free_space_floor),
        engine.feed.changed,
        engine.chores,
    )


def _models(settings: ServerSettings, engine: LocalEngine | Front) -> ServerModels | ClusterModels:
    own = ServerModels(ModelFolder(settings.models), settings.generators, lambda: engine.model)
    if isinstance(engine, LocalEngine):
        return own
    from engine.cluster.models import ClusterModels

    return ClusterModels(own, engine.workers, engine.aside)


def _engine(
    settings: ServerSettings,
    feed: Feed,
    takes: StoredTakes,
    storage: Storage,
    broadcast: Broadcast,
) -> LocalEngine | Front:
    """What runs jobs here, or hands them to workers."""
    if settings.database_url:
        tell_of_left_behind(settings.database)
    if settings.in_cluster:
        from engine.cluster.front import Front  # only here: most servers are alone

        return Front(settings, feed, takes, storage, broadcast.follows)
    return LocalEngine(
        settings,
        feed,
        files=takes,
        fair=True,
        ageing=settings.ageing_seconds,
        database_url=settings.database_url,
    )


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Do this in the background as long as the body runs."""
    beside = Tasks(log, "the server's housekeeping")
    beside.begin(work)
    try:
        yield
    finally:
        beside.cancel()
        await beside.ended()


@asynccontextmanager
async def _webhooks(
    service: Service,
    feed: Feed,
    address_of: Callable[[str], str] | None,
    trust: ssl.SSLContext | None,
) -> AsyncIterator[None]:
    if not service.settings.webhooks:
        yield
        return
    settings, database = service.settings, service.engine.database
    webhooks = Webhooks(
        Calls(database),
        service.jobs,
        _secret(settings, database, "webhook", settings.webhook_secret),
        lambda job: service.view(job, settings.public_url).model_dump_json(),
        first_wait=settings.webhook_wait,
        lease=settings.lease_seconds if settings.in_cluster else 0.0,
        address_of=address_of,
        trust=trust,
    )
    feed.listen(webhooks.changed, lambda _: None, lambda _: None)
    webhooks.start()
    try:
        yield
    finally:
        await webhooks.close()


def _secret(
    settings: ServerSettings, database: Database, name: str, given: SecretStr | None
) -> str:
    """What is given; else one that is drawn and kept, where all who need it find it."""
    if given is not None:
        return given.get_secret_value()
    if settings.in_cluster:
        return shared_secret(database, name)
    return kept_secret(settings.data_folder / f"{name}.key")
