"""Health, for people and for load balancers."""

from __future__ import annotations

import importlib.metadata
import platform
import time
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel

from engine.jobs import utc_now
from engine.server.callers import AnyCaller, Caller
from engine.server.health import Check, Level, overall
from engine.server.problems import may_fail
from engine.server.service import Service, TheService
from engine.status import EngineState
from engine.store.workers import Worker, WorkerState

__all__ = ["router"]

router = APIRouter(tags=["health"])

VERSION = importlib.metadata.version("dgx-music-studio")
"""Read once: it is looked up among all files of all packages."""


class CheckView(BaseModel):
    name: str
    status: Level
    message: str
    details: dict[str, Any] = {}
    """Left out where there is none."""


class HealthView(BaseModel):
    status: Level
    checks: dict[str, CheckView]
    version: str
    uptime_seconds: float
    timestamp: datetime


class DetailedCheck(CheckView):
    response_time_ms: float


class WorkerView(BaseModel):
    """One process of a cluster that runs jobs."""

    id: str
    name: str = ""
    """Of its computer. Left out for all but administrators."""
    state: WorkerState
    gpus: int | None
    """Of its computer; null: it does not say."""
    device: str
    """Where its model computes, and in which numbers."""
    model: str | None
    """Loaded; null: none."""
    models: tuple[str, ...]
    """It runs jobs of these only; empty: of all."""
    slots: int
    running: int
    up_seconds: float
    silent_seconds: float
    """Since it was heard of."""
    version: str


class Workers(BaseModel):
    active: int
    busy: int
    idle: int
    each: list[WorkerView] = []
    """Left out where the server itself does the work."""


class DetailedView(HealthView):
    checks: dict[str, DetailedCheck]  # type: ignore[assignment]
    pool: dict[str, Any]
    workers: Workers
    versions: dict[str, str]


class StateView(BaseModel):
    status: str


_UNHEALTHY: dict[int | str, dict[str, Any]] = {
    503: {"description": "Something that it needs is gone", "model": HealthView}
}


@router.get(
    "/health",
    response_model=HealthView,
    response_model_exclude_unset=True,
    responses=_UNHEALTHY,
)
async def health(response: Response, service: TheService) -> HealthView:
    """How the server is. 503 when the database or the disk is gone, else 200."""
    checks = await service.health.checks()
    return HealthView(**_common(response, service, checks), checks=_views(checks))


@router.get(
    "/health/detailed",
    response_model=DetailedView,
    response_model_exclude_unset=True,
    responses=may_fail(401, 429) | {503: {"description": "Unhealthy", "model": DetailedView}},
)
async def detailed(response: Response, caller: AnyCaller, service: TheService) -> DetailedView:
    """How the server is, with times, workers and versions."""
    checks = await service.health.checks()
    database = service.engine.database
    return DetailedView(
        **_common(response, service, checks),
        checks={
            check.name: DetailedCheck(**_view(check), response_time_ms=check.milliseconds)
            for check in checks
        },
        pool={"kind": database.kind, "connections": database.connections},
        workers=await _workers(service, caller),
        versions={
            "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in ("fastapi", "uvicorn", "peewee")},
        },
    )


async def _workers(service: Service, caller: Caller) -> Workers:
    if service.workers is None:
        status = await service.engine.dispatcher.status()
        alive = status.state not in (EngineState.STOPPED, EngineState.RESTARTING)
        busy = alive and status.running > 0
        return Workers(active=alive, busy=busy, idle=alive and not busy)
    known = service.workers.all()
    there = [worker for worker in known if worker.state is not WorkerState.LOST]
    at_work = sum(worker.running > 0 for worker in there)
    return Workers(
        active=len(there),
        busy=at_work,
        idle=len(there) - at_work,
        each=[_worker_view(worker, named=caller.admin) for worker in known],
    )


def _worker_view(worker: Worker, *, named: bool) -> WorkerView:
    values = {name: getattr(worker, name) for name in WorkerView.model_fields}
    if not named:
        del values["name"]
    seconds = {name: round(values[name], 1) for name in ("up_seconds", "silent_seconds")}
    return WorkerView(**values | seconds)


@router.get("/health/live", response_model=StateView)
async def live() -> StateView:
    """That the process answers. Nothing else is looked at."""
    return StateView(status="alive")


@router.get(
    "/health/ready",
    response_model=StateView,
    responses={503: {"description": "Not now", "model": StateView}},
)
async def ready(response: Response, service: TheService) -> StateView:
    """Whether it takes jobs. Not while it ends, nor without its database."""
    if service.draining:
        response.status_code = 503
        return StateView(status="draining")
    if service.health.database().status is Level.UNHEALTHY:
        response.status_code = 503
        return StateView(status="unready")
    return StateView(status="ready")


def _common(response: Response, service: Service, checks: list[Check]) -> dict[str, Any]:
    status = overall(checks)
    response.status_code = 503 if status is Level.UNHEALTHY else 200
    return {
        "status": status,
        "version": VERSION,
        "uptime_seconds": round(time.monotonic() - service.began, 1),
        "timestamp": utc_now(),
    }


def _views(checks: list[Check]) -> dict[str, CheckView]:
    return {check.name: CheckView(**_view(check)) for check in checks}


def _view(check: Check) -> dict[str, Any]:
    shown = {"name": check.name, "status": check.status, "message": check.message}
    return shown | ({"details": check.details} if check.details else {})
