"""User tasks as people search them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Index,
    Select,
    and_,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import TextArray, Timestamp

OPEN = text("state = 'CREATED'")
FREE = text("state = 'CREATED' AND assignee IS NULL")
_GIN: dict[str, Any] = {
    "postgresql_using": "gin",
    # A list of what is yet to be sorted in would be read by every search.
    "postgresql_with": {"fastupdate": "off"},
}


class UserTask(SQLModel, table=True):
    """Work for a person (用户任务): a read model without variables and without customers.

    Attributes:
        owner: who gets a delegated task back (委派).
        signs: key of the task that this one signs (加签), None for the task itself.
        position: before, parallel or after, of a signer's task.
        signers_after: who will be asked to sign once the task is done.
    """

    __tablename__ = "user_task"
    __table_args__ = (
        Index("user_task_assignee_idx", "assignee", "state"),
        Index("user_task_owner_idx", "owner", postgresql_where=text("owner IS NOT NULL")),
        Index("user_task_groups_idx", "candidate_groups", **_GIN),
        Index("user_task_users_idx", "candidate_users", **_GIN),
        # For any part of a number.
        Index(
            "user_task_number_idx",
            "feedback_number",
            postgresql_ops={"feedback_number": "gin_trgm_ops"},
            **_GIN,
        ),
        Index("user_task_state_idx", "state", "created_at"),
        # Open tasks are few beside all that there ever were.
        Index("user_task_open_key_idx", "key", postgresql_where=OPEN),
        Index("user_task_open_created_idx", "created_at", "key", postgresql_where=OPEN),
        Index("user_task_open_due_idx", "due_date", "key", postgresql_where=OPEN),
        Index("user_task_open_assignee_idx", "assignee", postgresql_where=OPEN),
        Index("user_task_open_groups_idx", "candidate_groups", postgresql_where=OPEN, **_GIN),
        Index("user_task_free_groups_idx", "candidate_groups", postgresql_where=FREE, **_GIN),
    )

    key: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    instance_key: int = Field(sa_type=BigInteger, index=True)
    process_id: str
    definition_digest: str = Field(max_length=64)
    element_id: str
    element_instance_key: int = Field(sa_type=BigInteger)
    name: str
    state: str = "CREATED"
    assignee: str | None = None
    candidate_users: list[str] = Field(default_factory=list, sa_type=TextArray)
    candidate_groups: list[str] = Field(default_factory=list, sa_type=TextArray)
    due_date: datetime | None = Field(default=None, sa_type=Timestamp)
    follow_up_date: datetime | None = Field(default=None, sa_type=Timestamp)
    priority: int = 50
    form_id: str | None = None
    feedback_number: str | None = Field(default=None, index=True)
    created_at: datetime = Field(sa_type=Timestamp)
    completed_at: datetime | None = Field(default=None, sa_type=Timestamp)
    revision: int = 1
    owner: str | None = None
    signs: int | None = Field(default=None, sa_type=BigInteger)
    position: str | None = None
    signers_after: list[str] = Field(default_factory=list, sa_type=TextArray)


_INSERT = insert(SQLModel.metadata.tables["user_task"])


def create(session: Session, tasks: Sequence[UserTask]) -> None:
    """Insert new tasks."""
    if tasks:
        session.execute(_INSERT, [task.model_dump() for task in tasks])


def change(session: Session, key: int, **changed: object) -> None:
    """Set columns of a task; its revision, and with it the ETag, moves on."""
    own = update(UserTask).where(col(UserTask.key) == key)
    session.execute(own.values(**changed, revision=col(UserTask.revision) + 1))


def end(session: Session, keys: Sequence[int], state: str, at: datetime) -> None:
    """Bring tasks into a final state, `COMPLETED` or `CANCELED`."""
    own = update(UserTask).where(col(UserTask.key).in_(keys))
    ended = {"state": state, "completed_at": at, "revision": col(UserTask.revision) + 1}
    session.execute(own.values(**ended))


def find(session: Session, key: int) -> UserTask | None:
    """Return a task by its key."""
    return session.get(UserTask, key)


def held_by(username: str) -> ColumnElement[bool]:
    """Return the condition that a task is open and somebody's, also while another does it."""
    own = or_(col(UserTask.assignee) == username, col(UserTask.owner) == username)
    return and_(col(UserTask.state) == "CREATED", own)


def holds(session: Session, instance_key: int, username: str) -> bool:
    """Say whether an open task of an instance is somebody's."""
    own = select(col(UserTask.key)).where(col(UserTask.instance_key) == instance_key)
    return session.execute(own.where(held_by(username)).limit(1)).first() is not None


def open_of(session: Session, username: str) -> Sequence[UserTask]:
    """Return the open tasks that somebody has."""
    own = select(UserTask).where(col(UserTask.assignee) == username)
    return session.scalars(own.where(col(UserTask.state) == "CREATED")).all()


def open_of_group(
    session: Session, instance_key: int, element: str, group: str
) -> Sequence[UserTask]:
    """Return the open tasks of an element of an instance that a candidate group may do."""
    own = _open_of_element(instance_key, element)
    held = own.where(col(UserTask.candidate_groups).bool_op("@>")([group]))
    return session.scalars(held.order_by(col(UserTask.key))).all()


def open_to_groups(session: Session, instance_key: int, element: str) -> Sequence[UserTask]:
    """Return the open tasks of an element of an instance that any candidate group may do."""
    own = _open_of_element(instance_key, element)
    offered = own.where(func.cardinality(col(UserTask.candidate_groups)) > 0)
    return session.scalars(offered.order_by(col(UserTask.key))).all()


def is_open(session: Session, instance_key: int, element: str) -> bool:
    """Say whether an element of an instance has an open task."""
    own = select(col(UserTask.key)).where(
        col(UserTask.instance_key) == instance_key,
        col(UserTask.element_id) == element,
        col(UserTask.state) == "CREATED",
    )
    return session.execute(own.limit(1)).first() is not None


def _open_of_element(instance_key: int, element: str) -> Select[tuple[UserTask]]:
    return select(UserTask).where(
        col(UserTask.instance_key) == instance_key,
        col(UserTask.element_id) == element,
        col(UserTask.state) == "CREATED",
    )
