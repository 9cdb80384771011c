"""Lists of customers."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models.customer import Customer


@dataclass(frozen=True)
class CustomerFilter:
    """What the customers of a list have in common (筛选条件); None means any.

    Attributes:
        number: the beginning of the customer number.
        own_of: only those whom this account manager looks after.
        after: the id of the customer that the page comes after.
    """

    number: str | None = None
    level: str | None = None
    region: str | None = None
    account_manager: str | None = None
    own_of: str | None = None
    after: UUID | None = None


_EQUAL = ("level", "region", "account_manager")


def search(
    session: Session, wanted: CustomerFilter, *, limit: int = 50
) -> tuple[Sequence[Customer], int]:
    """Return a page of customers, and how many there are in all."""
    where: list[ColumnElement[bool]] = [
        getattr(Customer, name) == value
        for name in _EQUAL
        if (value := getattr(wanted, name)) is not None
    ]
    if wanted.number is not None:
        where.append(col(Customer.number).startswith(wanted.number, autoescape=True))
    if wanted.own_of is not None:
        where.append(col(Customer.account_manager) == wanted.own_of)
    total = session.scalar(select(func.count()).select_from(Customer).where(*where)) or 0
    # By id, which never changes: a page is neither skipped nor repeated while others are added.
    if wanted.after is not None:
        where.append(col(Customer.id) > wanted.after)
    page = select(Customer).where(*where).order_by(col(Customer.id)).limit(limit)
    return session.scalars(page).all(), total
