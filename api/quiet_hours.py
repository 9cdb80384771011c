"""`/api/me/quiet-hours`: when a person is not to be disturbed (免打扰)."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from pydantic import AfterValidator, BaseModel, ConfigDict
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.authentication import Caller
from api.means import MeansHere
from api.permissions import Allowed
from api.problem import FieldError
from api.staff_acts import Act, change
from api.working_calendars import Zone
from models import quiet_hours

router = APIRouter(prefix="/api/me", tags=["people"])
Myself = Annotated[Caller, Depends(Allowed("quiet_hours.manage"))]
_EXAMPLE: dict[str, Any] = {"starts": "21:30:00", "ends": "07:00:00", "zone": "Asia/Shanghai"}


def _of_a_zone_named_apart(value: time) -> time:
    if value.tzinfo is not None:
        raise FieldError("value_malformed")
    return value


_WallTime = Annotated[time, AfterValidator(_of_a_zone_named_apart)]


class QuietHoursShape(BaseModel):
    """From when to when messages wait, every day; the same start and end mean never."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    starts: _WallTime
    ends: _WallTime
    zone: Zone = quiet_hours.ZONE


@router.get(
    "/quiet-hours",
    operation_id="get_quiet_hours",
    responses={**for_staff(), **example(200, _EXAMPLE)},
)
def get_quiet_hours(caller: Myself, means: MeansHere) -> QuietHoursShape:
    """Return one's own quiet hours."""
    with Session(means.engine) as session:
        found = quiet_hours.find(session, caller.username)
        if found is None:
            return QuietHoursShape(starts=time(), ends=time())
        return QuietHoursShape(starts=found.starts, ends=found.ends, zone=found.zone)


@router.put(
    "/quiet-hours",
    operation_id="set_quiet_hours",
    response_model=QuietHoursShape,
    responses={
        **for_staff("fields_invalid", "body_malformed", "body_too_large"),
        **example(200, _EXAMPLE),
    },
)
def set_quiet_hours(asked: QuietHoursShape, caller: Myself, means: MeansHere) -> Response:
    """Set one's own quiet hours; messages about urgent and critical items come through."""
    act = Act(means, caller, "quiet_hours_set", caller.username, asked)

    def work(session: Session) -> tuple[BaseModel, None]:
        quiet_hours.put(
            session,
            caller.username,
            asked.starts,
            asked.ends,
            zone=asked.zone,
            at=means.now(),
        )
        act.record(session)
        return asked, None

    return change(act, work)
