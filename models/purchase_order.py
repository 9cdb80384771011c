"""What customers bought."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index, Numeric, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp

RECENT = timedelta(days=90)
_SHOWN = 50


class PurchaseOrder(SQLModel, table=True):
    """A purchase (订单); the amount is in yuan."""

    __tablename__ = "purchase_order"
    __table_args__ = (Index("purchase_order_customer_idx", "customer_id", "ordered_at"),)

    number: str = Field(primary_key=True)
    customer_id: UUID = Field(foreign_key="customer.id")
    product: str
    amount: Decimal | None = Field(default=None, sa_type=Numeric(14, 2))
    ordered_at: datetime = Field(sa_type=Timestamp)
    delivered_at: datetime | None = Field(default=None, sa_type=Timestamp)
    batch: str | None = Field(default=None, foreign_key="batch.number", index=True)
    demo: bool = False


def recent(
    session: Session, customer_id: UUID, at: datetime, named: str | None = None
) -> Sequence[PurchaseOrder]:
    """Return what a customer bought in the 90 days before `at` and since, newest first.

    The order that an item names is among them however old it is, if it is the customer's own.
    """
    ordered = col(PurchaseOrder.ordered_at)
    wanted = (ordered >= at - RECENT) | (col(PurchaseOrder.number) == named)
    own = select(PurchaseOrder).where(col(PurchaseOrder.customer_id) == customer_id, wanted)
    newest = own.order_by(ordered.desc(), col(PurchaseOrder.number))
    return session.scalars(newest.limit(_SHOWN)).all()


def of_customer(session: Session, customer_id: UUID) -> Sequence[PurchaseOrder]:
    """Return the newest purchases of a customer."""
    own = select(PurchaseOrder).where(col(PurchaseOrder.customer_id) == customer_id)
    newest = own.order_by(col(PurchaseOrder.ordered_at).desc(), col(PurchaseOrder.number))
    return session.scalars(newest.limit(_SHOWN)).all()
