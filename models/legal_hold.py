"""Legal holds: items and customers of whom nothing may be deleted until somebody lifts it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ColumnElement, Select, or_, select, text, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp
from models.feedback import Feedback


class LegalHold(SQLModel, table=True):
    """One hold (法律保全) on an item or on a customer; the reasons are in the vault.

    Attributes:
        instance_key: the item, or another process instance; None for a customer.
        customer_id: the customer, all of whose items are held; None for an item.
    """

    __tablename__ = "legal_hold"
    __table_args__ = (
        CheckConstraint("num_nonnulls(instance_key, customer_id) = 1", name="legal_hold_subject"),
        CheckConstraint("num_nonnulls(lifted_by, lifted_at) <> 1", name="legal_hold_lifted"),
    )

    id: UUID = Field(primary_key=True)
    instance_key: int | None = Field(default=None, sa_type=BigInteger, index=True)
    customer_id: UUID | None = Field(default=None, index=True)
    reason_ref: UUID
    placed_by: str
    placed_at: datetime = Field(sa_type=Timestamp, index=True)
    lifted_by: str | None = None
    lifted_at: datetime | None = Field(default=None, sa_type=Timestamp)
    lift_reason_ref: UUID | None = None


_SHARED = text("SELECT pg_advisory_xact_lock_shared(hashtextextended('legal holds', 0))")
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('legal holds', 0))")
_ACTIVE = col(LegalHold.lifted_at).is_(None)


def guard(session: Session) -> None:
    """Have nobody place a hold until the transaction ends: ask for holds afterwards, then delete.

    Those who delete do not wait for each other.
    """
    session.execute(_SHARED)


def alone(session: Session) -> None:
    """Wait for whoever deletes at this moment, and have nobody begin: ask then what is left.

    To be called before anything else is locked, as those do who delete.
    """
    session.execute(_ALONE)


def place(session: Session, hold: LegalHold) -> None:
    """Place a hold; whoever deletes at this moment ends before."""
    alone(session)
    session.add(hold)
    session.flush()


def lift(session: Session, hold_id: UUID, *, by: str, reason: UUID, at: datetime) -> bool:
    """Lift a hold; say whether this was what lifted it."""
    own = update(LegalHold).where(col(LegalHold.id) == hold_id, _ACTIVE)
    lifted = own.values(lifted_by=by, lift_reason_ref=reason, lifted_at=at)
    return session.connection().execute(lifted).rowcount == 1


def find(session: Session, hold_id: UUID) -> LegalHold | None:
    """Return a hold, also one that was lifted."""
    return session.get(LegalHold, hold_id)


def holds(
    session: Session, *, instance_key: int | None = None, person_id: UUID | None = None
) -> list[LegalHold]:
    """Return the holds that forbid to delete an item, or a person, oldest first.

    An item is held by itself or with its customer, a customer by themselves or by any item of
    theirs. Call `guard` first in the transaction that is to delete.
    """
    held: list[ColumnElement[bool]] = []
    if instance_key is not None:
        owner = select(col(Feedback.customer_id)).where(col(Feedback.id) == instance_key)
        held.append(col(LegalHold.instance_key) == instance_key)
        held.append(col(LegalHold.customer_id).in_(owner))
    if person_id is not None:
        told = select(col(Feedback.id)).where(col(Feedback.customer_id) == person_id)
        held.append(col(LegalHold.customer_id) == person_id)
        held.append(col(LegalHold.instance_key).in_(told))
    found = select(LegalHold).where(_ACTIVE, or_(*held))
    return list(session.scalars(found.order_by(col(LegalHold.placed_at), col(LegalHold.id))))


def held_items() -> Select[tuple[int]]:
    """Return a query for the keys of all that is held: for statements that delete many rows."""
    itself = select(col(LegalHold.instance_key)).where(
        _ACTIVE, col(LegalHold.instance_key).is_not(None)
    )
    with_customer = (
        select(col(Feedback.id))
        .join(LegalHold, col(LegalHold.customer_id) == col(Feedback.customer_id))
        .where(_ACTIVE)
    )
    both = itself.union(with_customer).subquery()
    return select(both.c[0])


def held_customers() -> Select[tuple[UUID]]:
    """Return a query for the ids of the customers who are held, by themselves or by an item."""
    itself = select(col(LegalHold.customer_id)).where(
        _ACTIVE, col(LegalHold.customer_id).is_not(None)
    )
    by_item = (
        select(col(Feedback.customer_id))
        .join(LegalHold, col(LegalHold.instance_key) == col(Feedback.id))
        .where(_ACTIVE, col(Feedback.customer_id).is_not(None))
    )
    both = itself.union(by_item).subquery()
    return select(both.c[0])


def of_all(session: Session, *, active: bool, limit: int) -> Sequence[LegalHold]:
    """Return holds, newest first; `active`: only those not lifted."""
    found = select(LegalHold).where(_ACTIVE) if active else select(LegalHold)
    newest = found.order_by(col(LegalHold.placed_at).desc(), col(LegalHold.id))
    return session.scalars(newest.limit(limit)).all()
