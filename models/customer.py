"""Customers, known by references and a blind index only."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.columns import Timestamp


class Customer(SQLModel, table=True):
    """A customer (客户); name and contact are personal values, kept in the vault."""

    __tablename__ = "customer"

    id: UUID = Field(primary_key=True)
    contact_index: bytes | None = Field(default=None, unique=True)
    name_ref: UUID | None = None
    contact_ref: UUID | None = None
    preferred_channel: str | None = None
    region: str | None = None
    created_at: datetime = Field(sa_type=Timestamp)
    demo: bool = False
