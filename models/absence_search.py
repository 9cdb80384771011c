"""Lists of absences, and what a new one may not collide with."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from models.absence import Absence
from models.person import Person

# Two people who name each other as delegates at the same moment would go unnoticed.
_ALONE = text("SELECT pg_advisory_xact_lock(hashtext('bihuan_absences'))")


@dataclass(frozen=True)
class AbsenceFilter:
    """Which absences; None means any.

    Attributes:
        ends_after, starts_before: what a time touches.
        visible_to: a person and the departments they head: their own absences, those that they
            stand in for, and those of these departments.
    """

    username: str | None = None
    ends_after: datetime | None = None
    starts_before: datetime | None = None
    visible_to: tuple[str, Collection[str]] | None = None


def search(session: Session, wanted: AbsenceFilter, *, limit: int) -> Sequence[Absence]:
    """Return absences that are not canceled, by their beginning."""
    found = select(Absence).where(col(Absence.canceled_at).is_(None))
    if wanted.username is not None:
        found = found.where(col(Absence.username) == wanted.username)
    if wanted.ends_after is not None:
        found = found.where(col(Absence.ends_at) > wanted.ends_after)
    if wanted.starts_before is not None:
        found = found.where(col(Absence.starts_at) < wanted.starts_before)
    if wanted.visible_to is not None:
        username, departments = wanted.visible_to
        staff = select(col(Person.username)).where(col(Person.department).in_(list(departments)))
        found = found.where(
            or_(
                col(Absence.username) == username,
                col(Absence.delegate) == username,
                col(Absence.username).in_(staff),
            )
        )
    ordered = found.order_by(col(Absence.starts_at), col(Absence.id))
    return session.scalars(ordered.limit(limit)).all()


def look_alone(session: Session) -> None:
    """Let nobody else change absences until the transaction ends."""
    session.execute(_ALONE)


def is_away(
    session: Session,
    username: str,
    starts_at: datetime,
    ends_at: datetime,
    *,
    other_than: UUID | None = None,
) -> bool:
    """Say whether somebody is away at any moment of a time."""
    own = select(col(Absence.id)).where(
        col(Absence.username) == username,
        col(Absence.starts_at) < ends_at,
        col(Absence.ends_at) > starts_at,
        col(Absence.canceled_at).is_(None),
    )
    if other_than is not None:
        own = own.where(col(Absence.id) != other_than)
    return session.scalar(own.limit(1)) is not None
