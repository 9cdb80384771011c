"""Process instances and their keys."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Sequence, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp

INSTANCE_SEQUENCE = Sequence("instance_seq", metadata=SQLModel.metadata)
KEY_BITS = 20
_NEXT_KEY = text("SELECT nextval('instance_seq')")


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


_INSERT = insert(SQLModel.metadata.tables["process_instance"]).on_conflict_do_nothing()


def next_key(session: Session) -> int:
    """Return a new instance key; the low 20 bits are free for the keys inside the instance.

    Keys of definitions come from the same sequence, so that no two keys are ever equal.
    """
    value: int = session.execute(_NEXT_KEY).scalar_one()
    return value << KEY_BITS


def workflow_id(key: int) -> str:
    """Return the id of the workflow that runs an instance."""
    return f"feedback-{key}"


def create(
    session: Session, *, key: int, digest: str, process_id: str, started_at: datetime
) -> None:
    """Insert a new active instance; one that is there already stays as it is."""
    values = {
        "key": key,
        "workflow_id": workflow_id(key),
        "digest": digest,
        "process_id": process_id,
        "state": "ACTIVE",
        "last_number": 0,
        "started_at": started_at,
        "has_incident": False,
    }
    session.execute(_INSERT, values)


def advance(session: Session, key: int, **changed: object) -> None:
    """Set columns of an instance, such as `last_number`, `state`, `ended_at`, `has_incident`."""
    own = col(ProcessInstance.key) == key
    session.execute(update(ProcessInstance).where(own).values(**changed))
