"""A new calendar of the house reaches departments that have one of their own (日历继承)."""

from sqlalchemy.orm import Session

from activities import calendar_rollout
from api.authentication import Caller
from api.calendar_view import Heir
from api.means import Means
from models import access_record, calendar_inheritance, calendar_version
from models.calendar_version import CalendarVersion

ACTION = "calendar_inherited"


def follow(means: Means, caller: Caller, session: Session, house: CalendarVersion) -> list[Heir]:
    """Make a version for each department whose days follow those of the house; hours stay."""
    found: list[Heir] = []
    for department, days in calendar_inheritance.heirs(session, house.version).items():
        own = session.get_one(CalendarVersion, calendar_version.newest(session, department))
        version = calendar_version.next_version(session)
        calendar_version.store(
            session,
            version,
            zone=own.zone,
            frames=own.frames,
            days=days,
            note=house.note,
            imported_at=means.now(),
            department=department,
            imported_by=caller.username,
        )
        session.flush()
        told = calendar_rollout.tell_open_items(session, version, department, means.now())
        known = {"version": version, "house": house.version, "items": told}
        access_record.append(
            session,
            at=means.now(),
            actor=caller.username,
            action=ACTION,
            subject=department,
            data=known,
        )
        found.append(Heir(department=department, version=version, items_told=told))
    return found
