"""What a server says of itself: whether it works, what it can make, and how much waits there."""

from __future__ import annotations

from importlib.metadata import version

from engine.client.client import ServerClient
from engine.client.faults import strange
from engine.errors import ServerAway, ServerClosed, ServerRefused
from engine.places import ServerModel
from engine.wire import ModelView, QueueStats

__all__ = ["look"]


async def look(client: ServerClient) -> dict[str, object]:
    """What a server says of itself, as fields of a PlaceStatus. Raises ServerError."""
    try:
        health = await client.health()
    except ServerRefused as error:
        if error.status != 404:
            raise
        raise strange("it has no health") from None
    if health.version.split(".")[0] != version("dgx-music-studio").split(".")[0]:
        raise ServerClosed(
            "server_version",
            f"The server's version ({health.version[:20]}) and this studio's "
            f"({version('dgx-music-studio')}) do not fit together.",
            hint="Update the older one.",
        )
    if health.status == "unhealthy":
        raise ServerAway("server_unavailable", "The server can't work just now.")
    models = await client.models()
    stats = await client.stats()
    return {
        "health": health.status[:20],
        "version": health.version[:20],
        "gpu": health.gpu,
        "queued": stats.pending_jobs + stats.processing_jobs,
        "starts_in": _starts_in(stats),
        "models": tuple(map(_model, models.models[:1000])),
        "offers": frozenset(offer[:40] for offer in models.offers[:100]),
    }


def _starts_in(stats: QueueStats) -> float | None:
    """Seconds until a job that comes now begins: after all that are there, one by one."""
    ahead = stats.pending_jobs + stats.processing_jobs
    if not ahead:
        return 0.0
    each = stats.average_processing_time_seconds
    return None if each is None else ahead * each


def _model(view: ModelView) -> ServerModel:
    return ServerModel(
        view.id, view.name, view.licence, view.max_seconds, tuple(view.abilities), view.loaded
    )
