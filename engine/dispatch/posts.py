"""Posts: the lanes at work, what the dispatcher keeps in mind of each, and how their places are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from engine.dispatch.lane import Lane
from engine.dispatch.pace import Pace
from engine.jobs import LOCAL, Failure
from engine.places import PlaceState, PlaceStatus

__all__ = ["Post", "places", "starts_in"]


class Post:
    """One lane, with its own pace and its own turns."""

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self.pace = Pace()
        self.favours = 0
        """Jobs of the loaded model in a row that went first."""


def starts_in(post: Post, waiting: int) -> float | None:
    """Seconds until a job that is submitted now begins there, at the measured pace."""
    if not waiting and post.lane.room:
        return 0.0
    return None if post.pace.each is None else (waiting + 1) * post.pace.each


def places(
    posts: Sequence[Post], waiting: Mapping[str, int], running: Mapping[str, int]
) -> tuple[PlaceStatus, ...]:
    """The servers, with how many jobs wait for each and run there; those too that jobs wait for
    and that nobody knows, as these would wait in silence."""
    found = [post.lane.status for post in posts]
    known = [status for status in found if status is not None]
    unknown = sorted(set(waiting) - {LOCAL, *(post.lane.place for post in posts)})
    return tuple(
        replace(
            status,
            waiting=waiting.get(status.place, 0),
            running=running.get(status.place, 0),
        )
        for status in [*known, *map(_not_set_up, unknown)]
    )


def _not_set_up(place: str) -> PlaceStatus:
    failure = Failure(
        "server_unknown",
        "This server is not set up here any more.",
        "Add it again under this name, or run its takes here.",
    )
    return PlaceStatus(place, place, state=PlaceState.CLOSED, failure=failure)
