"""Process instances and their keys."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Sequence
from sqlmodel import Field, SQLModel

from models.columns import Timestamp

INSTANCE_SEQUENCE = Sequence("instance_seq", metadata=SQLModel.metadata)


class ProcessInstance(SQLModel, table=True):
    """A running or ended process (流程实例)."""

    __tablename__ = "process_instance"
    __table_args__ = (Index("process_instance_state_idx", "process_id", "state"),)

    key: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    workflow_id: str = Field(unique=True)
    # No foreign key: it would lock one row at every start, and definitions are never deleted.
    digest: str = Field(max_length=64)
    process_id: str
    state: str = "ACTIVE"
    last_number: int = 0
    started_at: datetime = Field(sa_type=Timestamp)
    ended_at: datetime | None = Field(default=None, sa_type=Timestamp)
    has_incident: bool = False
