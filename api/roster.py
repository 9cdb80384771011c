"""`/api/roster`: who is on duty when (值班表)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends, File, Query, UploadFile
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.idempotency import Answer, KeyHeader, Once, keyed_digest
from api.imports import ImportFinding
from api.means import MeansHere
from api.people import Administrator, Username
from api.permissions import Allowed
from api.problem import FieldError, Problem
from api.shifts import Planner, Reader, check_plans, existing_shift
from api.staff_acts import POST_CODES, Act, active_people, change
from models import access_record, candidate_group, roster, roster_import
from models.imports.findings import SheetError

router = APIRouter(prefix="/api/roster", tags=["roster"])
LONGEST = timedelta(days=92)
_SHOWN = 1000


class DutyView(BaseModel):
    """Somebody has a shift on a day (值班)."""

    shift: str
    day: date
    username: str


class Roster(BaseModel):
    """The duties of some days, by day and shift."""

    items: list[DutyView]


class WantedDuties(BaseModel):
    """Which days, at most 92, and whose duties."""

    model_config = ConfigDict(extra="forbid")

    first: date
    last: date
    shift: Annotated[str | None, Field(max_length=50)] = None
    username: Annotated[str | None, Field(max_length=50)] = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if not timedelta() <= self.last - self.first <= LONGEST:
            raise FieldError("days_out_of_range")
        return self


class OnDuty(BaseModel):
    """Who is on a shift at this moment, and which duty managers are asked now."""

    at: AwareDatetime
    on_shift: list[DutyView]
    duty_managers: list[str]


class DutyPeople(BaseModel):
    """All who have the shift on that day; whoever is not named has it not any more."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"usernames": ["linmei"]}]}
    )

    usernames: Annotated[list[Username], Field(max_length=200)]


class RosterImported(BaseModel):
    """What an import did: duties put on and taken off."""

    added: int
    removed: int


_DUTY: dict[str, Any] = {"shift": "service_day", "day": "2026-09-21", "username": "linmei"}
_NOW = {"at": "2026-09-21T02:00:00Z", "on_shift": [_DUTY], "duty_managers": ["gaofeng"]}


@router.get(
    "",
    operation_id="list_duties",
    responses={**for_staff("fields_invalid"), **example(200, {"items": [_DUTY]})},
    dependencies=[Depends(Allowed("person.read"))],
)
def list_duties(wanted: Annotated[WantedDuties, Query()], means: MeansHere) -> Roster:
    """Return who is on duty on some days."""
    own = None if wanted.username is None else [wanted.username]
    with Session(means.engine) as session:
        found = roster.between(
            session, wanted.first, wanted.last, shift=wanted.shift, usernames=own
        )
        return Roster(items=[DutyView(**one.model_dump()) for one in found])


@router.get(
    "/now",
    operation_id="get_duty_now",
    responses={**for_staff(), **example(200, _NOW)},
)
def get_duty_now(_caller: Reader, means: MeansHere) -> OnDuty:
    """Return who is on duty at this moment; those who are away are left out of the managers."""
    at = means.now()
    with Session(means.engine) as session:
        on_shift = [DutyView(**one.model_dump()) for one in roster.now(session, at)]
        managers = candidate_group.on_hand(session, candidate_group.DUTY_MANAGER, at)
    return OnDuty(at=at, on_shift=on_shift, duty_managers=managers)


@router.put(
    "/{code}/{day}",
    operation_id="set_duty",
    response_model=Roster,
    responses={
        **for_staff(
            "fields_invalid",
            "body_malformed",
            "body_too_large",
            "shift_not_found",
            "department_not_yours",
            "people_unknown",
            "shift_not_on_day",
        ),
        **example(200, {"items": [_DUTY]}),
    },
)
def set_duty(
    code: str, day: date, asked: DutyPeople, caller: Planner, means: MeansHere
) -> Response:
    """Say who has a shift on a day; the whole list, so that sending it twice changes nothing."""
    act = Act(means, caller, "duty_set", code, asked)

    def work(session: Session) -> tuple[Roster, None]:
        found = existing_shift(session, code, lock=True)
        check_plans(caller, found.department)
        if not found.spans(day):
            raise Problem("shift_not_on_day", shift=code, day=day.isoformat())
        active_people(session, asked.usernames)
        roster.assign(session, code, day, asked.usernames)
        act.record(session, day=day.isoformat(), usernames=asked.usernames)
        duties = roster.between(session, day, day, shift=code)
        return Roster(items=[DutyView(**one.model_dump()) for one in duties]), None

    return change(act, work)


@router.post(
    "/import",
    operation_id="import_roster",
    response_model=RosterImported,
    responses={
        **for_staff(*POST_CODES, "import_unreadable", "import_rejected"),
        **example(200, {"added": 62, "removed": 0}),
    },
)
def import_roster(
    file: Annotated[UploadFile, File(description="CSV with shift, day and person")],
    caller: Administrator,
    means: MeansHere,
    key: KeyHeader = None,
) -> Response:
    """Take a roster from a CSV file, all rows or none; the same file again changes nothing."""
    content = file.file.read()
    asked = Once(caller.username, "import roster", key, keyed_digest(means, content), means.now())
    with Session(means.engine) as session, session.begin():
        if (earlier := asked.begin(session)) is not None:
            return earlier.response()
        answer = Answer(200, _import(session, content))
        access_record.append(
            session,
            at=means.now(),
            actor=caller.username,
            action="roster_imported",
            data=answer.content,
        )
        asked.keep(session, answer)
    return answer.response()


def _import(session: Session, content: bytes) -> dict[str, int]:
    try:
        outcome = roster_import.bring_in(session, content)
    except SheetError as error:
        raise Problem("import_unreadable", reason=error.code, **error.data) from None
    if outcome.findings:
        shown = [
            ImportFinding(line=one.line, column=one.column, code=one.code).model_dump()
            for one in outcome.findings[:_SHOWN]
        ]
        rejected = len({one.line for one in outcome.findings})
        raise Problem("import_rejected", rejected=rejected, errors=shown)
    return {"added": outcome.added, "removed": outcome.removed}
