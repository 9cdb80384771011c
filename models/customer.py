"""Customers, known by a number, references and a blind index only."""

import hmac
import re
import unicodedata
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp
from models.key_source import KeySource
from models.personal_key import PersonalErasure
from models.purchase_order import PurchaseOrder

# High value, about to leave, price sensitive; None is everybody else.
LEVELS = ("high_value", "at_risk", "price_sensitive")


class Customer(SQLModel, table=True):
    """A customer (客户); name and contact are personal values, kept in the vault.

    Attributes:
        number: how the house names the customer (客户编号), None until an import says so.
        level: one of `LEVELS` (客户级别), which the service level depends on.
        account_manager: the username of who looks after the customer (客户经理).
    """

    __tablename__ = "customer"

    id: UUID = Field(primary_key=True)
    contact_index: bytes | None = Field(default=None, unique=True)
    name_ref: UUID | None = None
    contact_ref: UUID | None = None
    preferred_channel: str | None = None
    region: str | None = None
    created_at: datetime = Field(sa_type=Timestamp)
    demo: bool = False
    number: str | None = Field(default=None, unique=True)
    level: str | None = None
    account_manager: str | None = Field(default=None, foreign_key="person.username", index=True)


_ENSURE = text(
    "INSERT INTO customer (id, contact_index, name_ref, contact_ref, preferred_channel, region,"
    " created_at, demo) VALUES (:id, :contact_index, :name_ref, :contact_ref, :preferred_channel,"
    " :region, :created_at, :demo) ON CONFLICT (contact_index) DO UPDATE SET"
    " preferred_channel = coalesce(excluded.preferred_channel, customer.preferred_channel),"
    " region = coalesce(excluded.region, customer.region) RETURNING id"
)


def normalise_contact(contact: str) -> str:
    """Return a contact as it is compared: an address in lower case, a number as its digits."""
    plain = unicodedata.normalize("NFKC", contact).strip().casefold()
    digits = re.sub(r"[\s()+.\-]", "", plain)
    if not digits.isascii() or not digits.isdigit():
        return plain
    mobile = re.fullmatch(r"(?:00)?86(1\d{10})", digits)
    return mobile[1] if mobile else digits


def contact_index(key_source: KeySource, contact: str) -> bytes:
    """Return the blind index of a contact (盲索引): the same person is found, nobody is read.

    The key belongs to the epoch: whoever rotates it computes the indexes anew.
    """
    key = key_source.derive("customer contact index")
    return hmac.digest(key, normalise_contact(contact).encode(), "sha256")


def ensure(session: Session, wanted: Customer) -> tuple[UUID, bool]:
    """Return the customer with the contact index of `wanted`, or insert `wanted`.

    Returns:
        The id, and whether the customer is new.
    """
    row = session.execute(_ENSURE, wanted.model_dump()).one()
    return row.id, row.id == wanted.id


def find(session: Session, customer_id: UUID) -> Customer | None:
    """Return a customer by their id."""
    return session.get(Customer, customer_id)


def by_contact(session: Session, index: bytes) -> Customer | None:
    """Return the customer with this blind index of a contact."""
    own = col(Customer.contact_index) == index
    return session.scalars(select(Customer).where(own)).first()


def by_order(session: Session, number: str) -> Customer | None:
    """Return the customer who placed an order, unless they were erased since."""
    erased = select(col(PersonalErasure.person_id)).where(
        col(PersonalErasure.person_id) == col(Customer.id)
    )
    placed = select(Customer).join(
        PurchaseOrder, col(PurchaseOrder.customer_id) == col(Customer.id)
    )
    own = placed.where(col(PurchaseOrder.number) == number, ~erased.exists())
    return session.scalars(own).first()


def forget_contact(session: Session, customer_id: UUID) -> None:
    """Drop the blind index of an erased customer, so that a contact no longer leads to them."""
    own = col(Customer.id) == customer_id
    session.execute(update(Customer).where(own).values(contact_index=None))
