"""Open tasks that change hands because somebody leaves or is away."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import BigInteger, Index, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp
from models.user_task import UserTask

RELEASE, OFFER = "release", "offer"
CHANNEL = "bihuan_handover"
_NAMESPACE = UUID("4d3f6f0e-8c1b-5a58-9f0e-0f6f1b7c9a21")
_SHARED = text("SELECT pg_advisory_xact_lock_shared(hashtextextended('tasks of ' || :name, 0))")
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('tasks of ' || :name, 0))")


class TaskHandover(SQLModel, table=True):
    """A task owed to others (任务移交): given back to the queue, or offered to a delegate.

    Attributes:
        kind: `release` takes the task from its assignee, `offer` adds the delegate as candidate.
        username: whose task it is.
        delegate: who is offered it.
        actor: who caused it, as the records name them.
    """

    __tablename__ = "task_handover"
    __table_args__ = (
        Index(
            "task_handover_open_idx", "next_attempt_at", postgresql_where=text("done_at IS NULL")
        ),
    )

    id: UUID = Field(primary_key=True)
    task_key: int = Field(sa_type=BigInteger)
    instance_key: int = Field(sa_type=BigInteger)
    kind: str
    username: str
    delegate: str | None = None
    actor: str
    created_at: datetime = Field(sa_type=Timestamp)
    next_attempt_at: datetime = Field(sa_type=Timestamp)
    done_at: datetime | None = Field(default=None, sa_type=Timestamp)
    attempts: int = 0
    last_error: str | None = None


def identity(cause: str, task_key: int) -> UUID:
    """Return the id of what a cause owes about a task: the same at every repetition."""
    return uuid5(_NAMESPACE, f"{cause}|{task_key}")


def keep_giving(session: Session, username: str) -> None:
    """Give somebody a task: until the transaction ends, nobody lets them leave or begin to be away.

    So a task is either among those that are handed over, or given in the knowledge that its
    assignee is gone.
    """
    session.execute(_SHARED, {"name": username})


def stop_giving(session: Session, username: str) -> None:
    """Wait until nobody is giving somebody a task, and let nobody begin to."""
    session.execute(_ALONE, {"name": username})


def owe(session: Session, handovers: Sequence[TaskHandover]) -> None:
    """Keep what is owed and wake those who do it; what is there already stays as it is."""
    rows = [one.model_dump() for one in handovers]
    if rows:
        session.execute(insert(TaskHandover).values(rows).on_conflict_do_nothing())
        session.execute(text(f"NOTIFY {CHANNEL}"))


def of_tasks(
    tasks: Sequence[UserTask],
    cause: str,
    *,
    actor: str,
    at: datetime,
    delegate: str | None = None,
) -> list[TaskHandover]:
    """Return what a cause owes about tasks: offered to the delegate, without one given back."""
    return [
        TaskHandover(
            id=identity(cause, task.key),
            task_key=task.key,
            instance_key=task.instance_key,
            kind=RELEASE if delegate is None else OFFER,
            username=task.assignee or "",
            delegate=delegate,
            actor=actor,
            created_at=at,
            next_attempt_at=at,
        )
        for task in tasks
    ]


def claim(
    session: Session, now: datetime, *, until: datetime, limit: int
) -> Sequence[TaskHandover]:
    """Take some of what is owed into one's hands until an instant."""
    due = select(col(TaskHandover.id)).where(
        col(TaskHandover.done_at).is_(None), col(TaskHandover.next_attempt_at) <= now
    )
    first = due.order_by(col(TaskHandover.next_attempt_at)).limit(limit)
    taken = (
        update(TaskHandover)
        .where(col(TaskHandover.id).in_(first.with_for_update(skip_locked=True)))
        .values(next_attempt_at=until, attempts=col(TaskHandover.attempts) + 1)
        .returning(TaskHandover)
    )
    return session.scalars(taken).all()


def done(session: Session, handover_id: UUID, at: datetime, error: str | None = None) -> None:
    """Note that nothing more is owed; `error` says why, if it was not carried out."""
    own = update(TaskHandover).where(col(TaskHandover.id) == handover_id)
    session.execute(own.values(done_at=at, last_error=error))


def put_off(session: Session, handover_id: UUID, error: str, until: datetime) -> None:
    """Note why it failed, to be tried again."""
    own = update(TaskHandover).where(col(TaskHandover.id) == handover_id)
    session.execute(own.values(last_error=error, next_attempt_at=until))
