"""`/api/shifts`: the times of day that duties last (班次)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from sqlalchemy.orm import Session

from api import revisions
from api.answers import example, for_staff
from api.authentication import Caller
from api.idempotency import KeyHeader
from api.means import MeansHere
from api.people import Code
from api.permissions import Allowed, may
from api.problem import FieldError, Problem
from api.relation import Relation
from api.revisions import IfMatch
from api.staff_acts import (
    CHANGE_CODES,
    POST_CODES,
    Act,
    apply_changes,
    change,
    existing_department,
    post,
    shown,
)
from api.texts import Line
from models import shift, team
from models.shift import Shift

router = APIRouter(prefix="/api/shifts", tags=["roster"])
Reader = Annotated[Caller, Depends(Allowed("person.read"))]
Planner = Annotated[Caller, Depends(Allowed("roster.write"))]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Time = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["08:00"])]
Frame = Annotated[list[Time], Field(min_length=2, max_length=2)]
Frames = dict[Weekday, Annotated[list[Frame], Field(max_length=6)]]
FRAMES: dict[str, Any] = {
    "mon": [["08:00", "12:00"], ["13:00", "17:00"]],
    "sat": [["22:00", "06:00"]],
}


def _zone(name: object) -> object:
    try:
        ZoneInfo(str(name))
    except (LookupError, ValueError, OSError):
        raise FieldError("zone_unknown") from None
    return name


Zone = Annotated[str, BeforeValidator(_zone), Field(max_length=60)]


class ShiftView(BaseModel):
    """A shift (班次); a frame that ends before it begins ends on the next day."""

    code: str
    name_zh: str
    name_en: str
    department: str | None
    team: str | None
    zone: str
    frames: dict[str, list[list[str]]]
    valid_from: date
    valid_until: date | None


class Shifts(BaseModel):
    """All shifts by code."""

    items: list[ShiftView]


class NewShift(BaseModel):
    """A new shift."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "code": "service_day",
                    "name_zh": "客服白班",
                    "name_en": "Service, day",
                    "department": "service",
                    "frames": FRAMES,
                    "valid_from": "2026-01-01",
                }
            ]
        },
    )

    code: Code
    name_zh: Line
    name_en: Line
    department: Code | None = None
    team: Code | None = None
    zone: Zone = "Asia/Shanghai"
    frames: Frames
    valid_from: date
    valid_until: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise FieldError("valid_until_too_early")
        return self


class ShiftChange(BaseModel):
    """What is to change; what is left out stays. Duties of the past are read by the new frames."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"valid_until": "2026-12-31"}]}
    )

    name_zh: Line = ""
    name_en: Line = ""
    department: Code | None = None
    team: Code | None = None
    zone: Zone = "Asia/Shanghai"
    frames: Frames = Field(default_factory=dict)
    valid_until: date | None = None


EXAMPLE: dict[str, Any] = {
    "code": "service_day",
    "name_zh": "客服白班",
    "name_en": "Service, day",
    "department": "service",
    "team": None,
    "zone": "Asia/Shanghai",
    "frames": FRAMES,
    "valid_from": "2026-01-01",
    "valid_until": None,
}
_NEEDS = ("department_not_found", "team_not_found")
_FIELDS = ("name_zh", "name_en", "department", "team", "zone", "frames", "valid_until")


@router.get(
    "",
    operation_id="list_shifts",
    responses={**for_staff(), **example(200, {"items": [EXAMPLE]})},
    dependencies=[Depends(Allowed("person.read"))],
)
def list_shifts(means: MeansHere) -> Shifts:
    """Return all shifts."""
    with Session(means.engine) as session:
        return Shifts(items=[_view(one) for one in shift.every(session)])


@router.get(
    "/{code}",
    operation_id="get_shift",
    response_model=ShiftView,
    responses={**for_staff("fields_invalid", "shift_not_found"), **example(200, EXAMPLE)},
)
def get_shift(code: str, _caller: Reader, means: MeansHere) -> Response:
    """Return a shift; its ETag is for If-Match."""
    with Session(means.engine) as session:
        found = existing_shift(session, code)
        return shown(_view(found), found.revision)


@router.post(
    "",
    status_code=201,
    operation_id="create_shift",
    response_model=ShiftView,
    responses={
        **for_staff(*POST_CODES, "shift_exists", "department_not_yours", *_NEEDS),
        **example(201, EXAMPLE),
    },
)
def create_shift(
    asked: NewShift, caller: Planner, means: MeansHere, key: KeyHeader = None
) -> Response:
    """Make a shift; heads make those of their department."""
    act = Act(means, caller, "shift_created", asked.code, asked, key)

    def work(session: Session) -> tuple[ShiftView, int]:
        if shift.find(session, asked.code) is not None:
            raise Problem("shift_exists", shift=asked.code)
        check_plans(caller, asked.department)
        _check(session, asked)
        made = Shift(**asked.model_dump())
        session.add(made)
        session.flush()
        act.record(session)
        return _view(made), made.revision

    return post(act, work)


@router.patch(
    "/{code}",
    operation_id="change_shift",
    response_model=ShiftView,
    responses={
        **for_staff(*CHANGE_CODES, "shift_not_found", "department_not_yours", *_NEEDS),
        **example(200, EXAMPLE),
    },
)
def change_shift(
    code: str, asked: ShiftChange, caller: Planner, means: MeansHere, if_match: IfMatch = None
) -> Response:
    """Change a shift, or end it."""
    act = Act(means, caller, "shift_changed", code, asked)

    def work(session: Session) -> tuple[ShiftView, int]:
        found = existing_shift(session, code, lock=True)
        check_plans(caller, found.department)
        if "department" in asked.model_fields_set:
            check_plans(caller, asked.department)
        revisions.check(if_match, found.revision)
        _check(session, asked)
        given = apply_changes(found, asked, *_FIELDS)
        act.record(session, fields=given)
        session.flush()
        return _view(found), found.revision

    return change(act, work)


def existing_shift(session: Session, code: str, *, lock: bool = False) -> Shift:
    """Return a shift.

    Raises:
        Problem: `shift_not_found`.
    """
    found = shift.find(session, code, lock=lock)
    if found is None:
        raise Problem("shift_not_found", shift=code)
    return found


def check_plans(caller: Caller, department: str | None) -> None:
    """Let heads plan the shifts of their departments, and administrators all.

    Raises:
        Problem: `department_not_yours`.
    """
    if not may(caller, "roster.write", Relation.ANY) and department not in caller.leads:
        raise Problem("department_not_yours", department=caller.department)


def _check(session: Session, asked: NewShift | ShiftChange) -> None:
    if asked.department is not None:
        existing_department(session, asked.department)
    if asked.team is not None and team.find(session, asked.team) is None:
        raise Problem("team_not_found", team=asked.team)


def _view(found: Shift) -> ShiftView:
    return ShiftView(**found.model_dump(include=set(ShiftView.model_fields)))
