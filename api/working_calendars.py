"""`/api/calendars`: working calendars of the house and of departments (工作日历)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from fastapi import APIRouter, Depends, File, Form, Path, Query, UploadFile
from fastapi.responses import Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from activities import calendar_rollout
from api import calendar_heirs, revisions
from api.answers import example, for_staff
from api.authentication import Caller
from api.calendar_view import (
    EXAMPLE,
    HEAD_EXAMPLE,
    IMPORTED_EXAMPLE,
    CalendarDayView,
    CalendarHead,
    Calendars,
    CalendarView,
    Frames,
    Heir,
    Imported,
    head,
    view,
)
from api.idempotency import KeyHeader
from api.means import Means, MeansHere
from api.permissions import Allowed
from api.problem import FieldError, Problem
from api.revisions import IfMatch
from api.staff_acts import POST_CODES, Act, existing_department, post, shown
from api.texts import Line
from models import calendar_version
from models.calendar_file import read_csv, read_icalendar
from models.calendar_version import CalendarVersion, ListedDay
from models.icalendar import CalendarFileError
from models.working_calendar import CalendarError

router = APIRouter(prefix="/api/calendars", tags=["calendars"])
Reader = Annotated[Caller, Depends(Allowed("calendar.read"))]
Writer = Annotated[Caller, Depends(Allowed("calendar.write"))]
_CODES = (*POST_CODES, "revision_differs", "department_not_found", "calendar_unusable")


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise FieldError("value_unknown")
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]


class NewCalendar(BaseModel):
    """A new version: what is given replaces that of the version that counts now.

    `days` are added to those that are known, or replace them all with `replace_days`. The first
    calendar of a department begins with that of the house.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "note": "国务院办公厅 2027 年放假安排",
                    "days": [{"day": "2027-10-09", "working": True, "name": "国庆节"}],
                }
            ]
        },
    )

    note: Line
    department: str | None = Field(default=None, max_length=100)
    zone: Zone | None = None
    frames: Frames | None = None
    days: Annotated[list[CalendarDayView], Field(max_length=4000)] = []
    replace_days: bool = False


@router.get(
    "",
    operation_id="list_calendars",
    responses={**for_staff("fields_invalid"), **example(200, {"items": [HEAD_EXAMPLE]})},
)
def list_calendars(
    _caller: Reader,
    means: MeansHere,
    department: Annotated[str | None, Query(max_length=100, description="Of one only")] = None,
) -> Calendars:
    """Return all versions, newest first."""
    with Session(means.engine) as session:
        every = calendar_version.every(session)
        wanted = [one for one in every if department in {None, one.department}]
        return Calendars(items=[CalendarHead(**head(session, one)) for one in wanted])


@router.get(
    "/{version}",
    operation_id="get_calendar",
    response_model=CalendarView,
    responses={**for_staff("fields_invalid", "calendar_not_found"), **example(200, EXAMPLE)},
)
def get_calendar(
    version: Annotated[int, Path(ge=1, le=2**31 - 1)], _caller: Reader, means: MeansHere
) -> Response:
    """Return a version with its hours and days; its ETag is for an import that builds on it."""
    with Session(means.engine) as session:
        found = calendar_version.find(session, version)
        if found is None:
            raise Problem("calendar_not_found", version=version)
        return shown(CalendarView(**view(means, session, found)), version)


@router.post(
    "",
    status_code=201,
    operation_id="create_calendar",
    response_model=Imported,
    responses={**for_staff(*_CODES), **example(201, IMPORTED_EXAMPLE)},
)
def create_calendar(
    asked: NewCalendar,
    caller: Writer,
    means: MeansHere,
    key: KeyHeader = None,
    if_match: IfMatch = None,
) -> Response:
    """Make a new version; items under way count their limits on working time anew."""
    act = Act(means, caller, "calendar_imported", asked.department or "", asked, key)
    return post(act, _importing(act, asked, if_match))


@router.post(
    "/files",
    status_code=201,
    operation_id="import_calendar",
    response_model=Imported,
    responses={**for_staff(*_CODES, "calendar_unreadable"), **example(201, IMPORTED_EXAMPLE)},
)
def import_calendar(
    file: Annotated[UploadFile, File(description="CSV with day, working, name; or iCalendar")],
    note: Annotated[Line, Form()],
    caller: Writer,
    means: MeansHere,
    *,
    department: Annotated[str | None, Form(max_length=100)] = None,
    replace_days: Annotated[bool, Form(description="Forget the days known so far")] = False,
    key: KeyHeader = None,
    if_match: IfMatch = None,
) -> Response:
    """Make a new version with the days of a file; line and reason are named if it is unusable."""
    content = file.file.read()
    days = _read(content)
    asked = NewCalendar(
        note=note,
        department=department,
        days=[CalendarDayView(day=d, working=o.working, name=o.name) for d, o in days.items()],
        replace_days=replace_days,
    )
    act = Act(means, caller, "calendar_imported", department or "", asked, key)
    return post(act, _importing(act, asked, if_match))


def _read(content: bytes) -> Mapping[date, ListedDay]:
    is_calendar = content.lstrip(b"\xef\xbb\xbf \r\n").upper().startswith(b"BEGIN:VCALENDAR")
    try:
        return read_icalendar(content) if is_calendar else read_csv(content)
    except CalendarFileError as error:
        raise Problem("calendar_unreadable", reason=error.code, line=error.line) from None


def _importing(
    act: Act, asked: NewCalendar, if_match: str | None
) -> Callable[[Session], tuple[BaseModel, int]]:
    def work(session: Session) -> tuple[BaseModel, int]:
        if asked.department is not None:
            existing_department(session, asked.department)
        version = calendar_version.next_version(session)
        base = calendar_version.current(session, asked.department)
        if if_match is not None:
            revisions.check(if_match, base or 0)
        made = _store(act.means, act.caller, session, version, asked)
        told = calendar_rollout.tell_open_items(session, version, asked.department, act.means.now())
        act.record(session, version=version, days=len(asked.days), items=told)
        heirs: list[Heir] = []
        if asked.department is None:
            heirs = calendar_heirs.follow(act.means, act.caller, session, made)
            told += sum(one.items_told for one in heirs)
        shown = view(act.means, session, made)
        return Imported(**shown, items_told=told, departments=heirs), version

    return work


def _store(
    means: Means, caller: Caller, session: Session, version: int, asked: NewCalendar
) -> CalendarVersion:
    number = calendar_version.current(session, asked.department)
    base = calendar_version.find(session, number) if number else None
    known = calendar_version.days_of(session, number) if number else {}
    days = {} if asked.replace_days else dict(known)
    days |= {one.day: ListedDay(one.working, one.name) for one in asked.days}
    frames = _written(asked.frames) if asked.frames is not None else (base.frames if base else {})
    zone = asked.zone or (base.zone if base else "Asia/Shanghai")
    try:
        calendar_version.store(
            session,
            version,
            zone=ZoneInfo(zone).key,
            frames=frames,
            days=days,
            note=asked.note,
            imported_at=means.now(),
            department=asked.department,
            imported_by=caller.username,
        )
    except CalendarError:
        raise Problem("calendar_unusable") from None
    session.flush()
    return session.get_one(CalendarVersion, version)


def _written(frames: Frames) -> dict[str, Any]:
    return {
        day: [[begin.strftime("%H:%M"), end.strftime("%H:%M")] for begin, end in pairs]
        for day, pairs in frames.items()
    }
