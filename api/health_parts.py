"""`GET /api/health/parts`: how every part of the house does, for administrators (部件健康)."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import AwareDatetime, BaseModel
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.authentication import Caller
from api.idempotency import in_transaction
from api.means import MeansHere
from api.part_probes import Probe
from api.permissions import Allowed
from models import backlog, calendar_version

router = APIRouter(tags=["health"])
State = Literal["up", "down", "none"]


class PartHealth(BaseModel):
    """A part: `none` where this house has none."""

    name: Literal["database", "temporal", "worker", "prefect", "flows"]
    state: State


class BacklogView(BaseModel):
    """What waits in one place, how much of it has failed at least once, and since when."""

    name: Literal[
        "start_requests", "deliveries", "notices", "customer_messages", "incidents", "archives"
    ]
    waiting: int
    failing: int
    oldest: AwareDatetime | None


class DiskView(BaseModel):
    """Room where the house keeps its data, in bytes."""

    name: Literal["home", "attachments"]
    free: int
    total: int


class CalendarGap(BaseModel):
    """A calendar without holidays of a year; there weekdays count. `department` null: the house."""

    department: str | None
    years: list[int]


class HouseHealth(BaseModel):
    """How the house does at a moment (健康总览)."""

    at: AwareDatetime
    version: str
    parts: list[PartHealth]
    backlogs: list[BacklogView]
    disks: list[DiskView]
    calendars: list[CalendarGap]


_EXAMPLE: dict[str, Any] = {
    "at": "2026-09-21T02:00:00Z",
    "version": "0.1.0",
    "parts": [{"name": "database", "state": "up"}, {"name": "prefect", "state": "none"}],
    "backlogs": [{"name": "start_requests", "waiting": 0, "failing": 0, "oldest": None}],
    "disks": [{"name": "home", "free": 41_000_000_000, "total": 100_000_000_000}],
    "calendars": [{"department": None, "years": [2027]}],
}


@router.get(
    "/api/health/parts",
    operation_id="get_health_of_parts",
    responses={**for_staff(), **example(200, _EXAMPLE)},
)
async def get_health_of_parts(
    request: Request, _caller: Annotated[Caller, Depends(Allowed("health.read"))], means: MeansHere
) -> HouseHealth:
    """Ask every part, count what waits, and look for calendars that end."""
    now, retention = means.now(), means.chosen.temporal_retention_days
    probes = means.probes
    asked = [
        ("temporal", means.temporal_answers),
        ("worker", probes.worker),
        ("prefect", probes.prefect),
        ("flows", probes.flows),
    ]
    states = await asyncio.gather(*(_state(probe) for _, probe in asked))
    up: Literal["up", "down"] = "up"
    waiting: list[BacklogView] = []
    gaps: list[CalendarGap] = []
    try:
        waiting, gaps = await in_transaction(
            means, lambda session: _counted(session, now, retention)
        )
    except SQLAlchemyError:
        up = "down"
    named = zip(("temporal", "worker", "prefect", "flows"), states, strict=True)
    others = [PartHealth.model_validate({"name": name, "state": state}) for name, state in named]
    return HouseHealth(
        at=now,
        version=request.app.version,
        parts=[PartHealth(name="database", state=up), *others],
        backlogs=waiting,
        disks=_disks(means.chosen.home, means.chosen.attachments_path),
        calendars=gaps,
    )


async def _state(probe: Probe | None) -> State:
    if probe is None:
        return "none"
    return "up" if await _in_time(probe()) else "down"


async def _in_time(answer: Awaitable[bool]) -> bool:
    try:
        return await asyncio.wait_for(answer, timeout=5)
    except TimeoutError:
        return False


def _counted(
    session: Session, now: datetime, retention: int
) -> tuple[list[BacklogView], list[CalendarGap]]:
    found = backlog.backlogs(session, now, retention)
    waiting = [BacklogView.model_validate(one, from_attributes=True) for one in found]
    return waiting, _gaps(session, now)


def _gaps(session: Session, now: datetime) -> list[CalendarGap]:
    """Return the calendars that do not know the holidays of this or the next year."""
    today = now.date()
    until = today.replace(year=today.year + 1, month=12, day=1)
    found: list[CalendarGap] = []
    for department in (None, *sorted(calendar_version.departments(session))):
        version = calendar_version.newest(session, department)
        if version is None:
            continue
        known = calendar_version.load(session, version)
        if years := known.years_without_data(today, until):
            found.append(CalendarGap(department=department, years=list(years)))
    return found


def _disks(home: Path, attachments: Path) -> list[DiskView]:
    places: list[tuple[Literal["home", "attachments"], Path]] = [("home", home)]
    if home not in attachments.parents:
        places.append(("attachments", attachments))
    found: list[DiskView] = []
    for name, path in places:
        if path.exists():
            usage = shutil.disk_usage(path)
            found.append(DiskView(name=name, free=usage.free, total=usage.total))
    return found
