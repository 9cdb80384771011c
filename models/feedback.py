"""Feedback items."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from models.columns import TextArray, Timestamp


class Feedback(SQLModel, table=True):
    """One item of customer feedback (反馈); `id` is the key of its process instance."""

    __tablename__ = "feedback"
    __table_args__ = (
        Index("feedback_status_idx", "status", "received_at"),
        Index("feedback_department_idx", "department", "status"),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    number: str = Field(unique=True)
    type: str | None = None
    urgency: str = "normal"
    channel: str
    product: str | None = None
    category: str | None = None
    region: str | None = None
    order_number: str | None = None
    status: str = "pending"
    customer_id: UUID | None = Field(default=None, foreign_key="customer.id", index=True)
    name_ref: UUID | None = None
    contact_ref: UUID | None = None
    description_ref: UUID | None = None
    submitted_at: datetime = Field(sa_type=Timestamp)
    received_at: datetime = Field(sa_type=Timestamp, index=True)
    department: str | None = None
    collaborators: list[str] = Field(default_factory=list, sa_type=TextArray)
    assignee: str | None = Field(default=None, index=True)
    accepted_at: datetime | None = Field(default=None, sa_type=Timestamp)
    due_at: datetime | None = Field(default=None, sa_type=Timestamp)
    extended_until: datetime | None = Field(default=None, sa_type=Timestamp)
    replied_at: datetime | None = Field(default=None, sa_type=Timestamp)
    satisfaction: str | None = None
    closed_at: datetime | None = Field(default=None, sa_type=Timestamp)
    escalation_level: int = 0
    escalated_at: datetime | None = Field(default=None, sa_type=Timestamp)
    reopened: int = 0
    outcome: str | None = None
    demo: bool = False
