"""`/api/absences`: who is away when, and who does their work meanwhile (缺勤与代办)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Self
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from sqlalchemy.orm import Session

from api import revisions
from api.answers import example, for_staff
from api.authentication import Caller
from api.idempotency import KeyHeader
from api.means import MeansHere
from api.moments import Moment
from api.people import Username
from api.permissions import Allowed, may
from api.person_view import existing as existing_person
from api.problem import FieldError, Problem
from api.relation import Relation
from api.revisions import IfMatch
from api.staff_acts import CHANGE_CODES, POST_CODES, Act, change, post, shown
from models import absence, absence_search, person
from models.absence import Absence
from models.absence_search import AbsenceFilter

router = APIRouter(prefix="/api/absences", tags=["absences"])
Owner = Annotated[Caller, Depends(Allowed("absence.write"))]
LONGEST = timedelta(days=3 * 366)
_MOST = 500


class AbsenceView(BaseModel):
    """Somebody is away (缺勤) until just before `ends_at`; why is kept nowhere."""

    id: UUID
    username: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    delegate: str | None
    canceled: bool


class Absences(BaseModel):
    """Absences by their beginning."""

    items: list[AbsenceView]


class WantedAbsences(BaseModel):
    """Whose absences, and what time they touch; without one those that are not over."""

    model_config = ConfigDict(extra="forbid")

    username: Annotated[str | None, Field(max_length=50)] = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class NewAbsence(BaseModel):
    """One's own absence, or with `username` that of somebody one may decide for."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "starts_at": "2026-10-12T09:00:00+08:00",
                    "ends_at": "2026-10-17T00:00:00+08:00",
                    "delegate": "liyang",
                }
            ]
        },
    )

    username: Username | None = None
    starts_at: Moment
    ends_at: Moment
    delegate: Username | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise FieldError("ends_at_too_early")
        if self.ends_at - self.starts_at > LONGEST:
            raise FieldError("too_long")
        return self


class AbsenceChange(BaseModel):
    """Another end, such as now for who is back early, or another delegate."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"ends_at": "2026-10-15T00:00:00+08:00"}]},
    )

    ends_at: Moment | None = None
    delegate: Username | None = None


EXAMPLE: dict[str, Any] = {
    "id": "0b7f3c52-6f52-5b1e-8a53-9a6a4f1c2d90",
    "username": "wangqiang",
    "starts_at": "2026-10-12T01:00:00Z",
    "ends_at": "2026-10-16T16:00:00Z",
    "delegate": "liyang",
    "canceled": False,
}
_REFUSALS = ("absence_not_yours", "absence_overlaps", "delegate_unfit")


@router.get(
    "",
    operation_id="list_absences",
    responses={**for_staff("fields_invalid"), **example(200, {"items": [EXAMPLE]})},
)
def list_absences(
    wanted: Annotated[WantedAbsences, Query()], caller: Owner, means: MeansHere
) -> Absences:
    """Return one's own absences, those one stands in for, and those of one's staff."""
    sees_all = may(caller, "absence.write", Relation.ANY)
    chosen = AbsenceFilter(
        username=wanted.username,
        ends_after=wanted.since or means.now(),
        starts_before=wanted.until,
        visible_to=None if sees_all else (caller.username, caller.leads),
    )
    with Session(means.engine) as session:
        found = absence_search.search(session, chosen, limit=_MOST)
        return Absences(items=[_view(one) for one in found])


@router.get(
    "/{absence_id}",
    operation_id="get_absence",
    response_model=AbsenceView,
    responses={
        **for_staff("fields_invalid", "absence_not_found", "absence_not_yours"),
        **example(200, EXAMPLE),
    },
)
def get_absence(absence_id: UUID, caller: Owner, means: MeansHere) -> Response:
    """Return an absence; its ETag is for If-Match."""
    with Session(means.engine) as session:
        found = _existing(session, absence_id)
        if caller.username != found.delegate:
            _check_decides(session, caller, found.username)
        return shown(_view(found), found.revision)


@router.post(
    "",
    status_code=201,
    operation_id="create_absence",
    response_model=AbsenceView,
    responses={
        **for_staff(*POST_CODES, "person_not_found", "person_inactive", "absence_over", *_REFUSALS),
        **example(201, EXAMPLE),
    },
)
def create_absence(
    asked: NewAbsence, caller: Owner, means: MeansHere, key: KeyHeader = None
) -> Response:
    """Be away: new tasks go to the delegate or to the queue, open ones are offered to the first."""
    username = asked.username or caller.username
    act = Act(means, caller, "absence_created", username, asked, key)

    def work(session: Session) -> tuple[AbsenceView, int]:
        _check_decides(session, caller, username)
        made = Absence(
            id=uuid4(),
            username=username,
            starts_at=asked.starts_at,
            ends_at=asked.ends_at,
            delegate=asked.delegate,
            created_by=caller.username,
            created_at=means.now(),
        )
        _check(session, made, means.now())
        session.add(made)
        session.flush()
        act.record(session, absence=str(made.id), delegate=made.delegate)
        return _view(made), made.revision

    return post(act, work)


@router.patch(
    "/{absence_id}",
    operation_id="change_absence",
    response_model=AbsenceView,
    responses={
        **for_staff(*CHANGE_CODES, "absence_not_found", "absence_over", *_REFUSALS),
        **example(200, EXAMPLE),
    },
)
def change_absence(
    absence_id: UUID,
    asked: AbsenceChange,
    caller: Owner,
    means: MeansHere,
    if_match: IfMatch = None,
) -> Response:
    """Be back at another time, or have another delegate, who is offered the open tasks."""
    act = Act(means, caller, "absence_changed", str(absence_id), asked)

    def work(session: Session) -> tuple[AbsenceView, int]:
        found = _open(session, act, absence_id, if_match)
        if asked.ends_at is not None:
            # Whoever is back early is back now, and has been away all the same.
            found.ends_at = max(asked.ends_at, min(means.now(), found.ends_at), found.starts_at)
        if "delegate" in asked.model_fields_set and asked.delegate != found.delegate:
            found.delegate, found.handled_at = asked.delegate, None
        if found.ends_at > means.now():
            _check(session, found, means.now())
        return _changed(session, act, found)

    return change(act, work)


@router.post(
    "/{absence_id}/cancel",
    operation_id="cancel_absence",
    response_model=AbsenceView,
    responses={
        **for_staff(
            *POST_CODES,
            *revisions.CODES,
            "absence_not_found",
            "absence_not_yours",
            "absence_over",
        ),
        **example(200, {**EXAMPLE, "canceled": True}),
    },
)
def cancel_absence(
    absence_id: UUID,
    caller: Owner,
    means: MeansHere,
    if_match: IfMatch = None,
    key: KeyHeader = None,
) -> Response:
    """Not be away after all; what the delegate has taken meanwhile stays with them."""
    act = Act(means, caller, "absence_canceled", str(absence_id), key=key)

    def work(session: Session) -> tuple[AbsenceView, int]:
        found = _open(session, act, absence_id, if_match)
        found.canceled_at = means.now()
        return _changed(session, act, found)

    return post(act, work, status=200)


def _open(session: Session, act: Act, absence_id: UUID, if_match: str | None) -> Absence:
    """Return an absence that the caller may change now."""
    absence_search.look_alone(session)
    found = _existing(session, absence_id, lock=True)
    _check_decides(session, act.caller, found.username)
    revisions.check(if_match, found.revision)
    if found.canceled_at is not None or found.ends_at <= act.means.now():
        raise Problem("absence_over")
    return found


def _changed(session: Session, act: Act, found: Absence) -> tuple[AbsenceView, int]:
    found.revision += 1
    act.record(session, username=found.username, delegate=found.delegate)
    session.flush()
    return _view(found), found.revision


def _existing(session: Session, absence_id: UUID, *, lock: bool = False) -> Absence:
    found = absence.find(session, absence_id, lock=lock)
    if found is None:
        raise Problem("absence_not_found")
    return found


def _check_decides(session: Session, caller: Caller, username: str) -> None:
    """Let people decide on their own absences, heads on their staff's, administrators on all."""
    if caller.username == username or may(caller, "absence.write", Relation.ANY):
        return
    someone = person.find(session, username)
    if someone is None or someone.department not in caller.leads:
        raise Problem("absence_not_yours", username=username)


def _check(session: Session, wanted: Absence, now: datetime) -> None:
    """Refuse an absence that cannot be: over, twice, or with a delegate who cannot stand in."""
    absence_search.look_alone(session)
    someone = existing_person(session, wanted.username)
    if not someone.active:
        raise Problem("person_inactive", username=wanted.username)
    if wanted.ends_at <= now:
        raise Problem("absence_over")
    if wanted.ends_at - wanted.starts_at > LONGEST:
        raise Problem("fields_invalid", errors=[{"field": "ends_at", "code": "too_long"}])
    times = (wanted.starts_at, wanted.ends_at)
    if absence_search.is_away(session, wanted.username, *times, other_than=wanted.id):
        raise Problem("absence_overlaps")
    if wanted.delegate is not None and (why := _unfit(session, wanted)):
        raise Problem("delegate_unfit", delegate=wanted.delegate, reason=why)


def _unfit(session: Session, wanted: Absence) -> str:
    """Return why the delegate cannot stand in, "" where they can.

    Nobody who is away in that time can, so that delegates never stand in a circle.
    """
    delegate = wanted.delegate or ""
    if delegate == wanted.username:
        return "same_person"
    found = person.find(session, delegate)
    if found is None or not found.active:
        return "not_here"
    away = absence_search.is_away(session, delegate, wanted.starts_at, wanted.ends_at)
    return "absent" if away else ""


def _view(found: Absence) -> AbsenceView:
    return AbsenceView(
        **found.model_dump(include={"id", "username", "starts_at", "ends_at", "delegate"}),
        canceled=found.canceled_at is not None,
    )
