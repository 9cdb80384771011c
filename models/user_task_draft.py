"""What people have begun to fill in, kept while their page is closed."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey, delete, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp
from models.personal_value import PersonalValue


class UserTaskDraft(SQLModel, table=True):
    """A form that somebody has begun to fill in (表单草稿), for nobody else to see.

    Attributes:
        value_ref: the values as JSON text in the vault, a new one each time it is saved.
    """

    __tablename__ = "user_task_draft"

    task_key: int = Field(
        sa_type=BigInteger,
        sa_column_args=[ForeignKey("user_task.key")],
        sa_column_kwargs={"autoincrement": False, "primary_key": True},
    )
    username: str = Field(primary_key=True, foreign_key="person.username")
    value_ref: UUID
    saved_at: datetime = Field(sa_type=Timestamp)


def find(
    session: Session, task_key: int, username: str, *, lock: bool = False
) -> UserTaskDraft | None:
    """Return somebody's draft of a task."""
    return session.get(
        UserTaskDraft, (task_key, username), with_for_update=lock, populate_existing=lock
    )


def save(session: Session, task_key: int, username: str, at: datetime) -> UserTaskDraft:
    """Keep a draft under a new reference; what was kept before is gone.

    The text belongs under the reference before the transaction ends.
    """
    found = find(session, task_key, username)
    if found is None:
        found = UserTaskDraft(task_key=task_key, username=username, value_ref=uuid4(), saved_at=at)
        session.add(found)
    else:
        _forget(session, [found.value_ref])
        found.value_ref, found.saved_at = uuid4(), at
    session.flush()
    return found


def drop(session: Session, draft: UserTaskDraft) -> None:
    """Throw a draft away."""
    _forget(session, [draft.value_ref])
    session.delete(draft)


def end(session: Session, task_key: int) -> None:
    """Throw everybody's drafts of a task away, since it has ended."""
    own = delete(UserTaskDraft).where(col(UserTaskDraft.task_key) == task_key)
    _forget(session, list(session.scalars(own.returning(col(UserTaskDraft.value_ref)))))


def of_task(session: Session, task_key: int) -> list[str]:
    """Return who has a draft of a task."""
    own = select(col(UserTaskDraft.username)).where(col(UserTaskDraft.task_key) == task_key)
    return list(session.scalars(own))


def _forget(session: Session, references: list[UUID]) -> None:
    if references:
        session.execute(delete(PersonalValue).where(col(PersonalValue.id).in_(references)))
