"""What begins instances of the newest version of a process: messages, signals, timers."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Index, delete, select, text
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp
from models.slot import slot

MESSAGE, SIGNAL, TIMER, CONDITIONAL = "message", "signal", "timer", "conditional"


class DefinitionStart(SQLModel, table=True):
    """A start event with a trigger, of the newest version only (定义级启动).

    Attributes:
        name: of the message or signal, "" otherwise.
        slot: of kind and name.
        expression: FEEL of a condition, or the text of a timer as it was worked out.
        timer: date, duration or cycle.
        clock: wall or working time.
        armed: whether `due_at` was worked out.
        due_at: when the timer fires next; None once it is done.
        repetitions: how often it still fires, -1 without end.
    """

    __tablename__ = "definition_start"
    __table_args__ = (
        Index("definition_start_due_idx", "due_at", postgresql_where=text("kind = 'timer'")),
        Index("definition_start_slot_idx", "slot"),
    )

    process_id: str = Field(primary_key=True)
    element_id: str = Field(primary_key=True)
    digest: str = Field(max_length=64)
    calendar_version: int
    registered_at: datetime = Field(sa_type=Timestamp)
    kind: str
    name: str = ""
    slot: int = Field(sa_type=BigInteger)
    expression: str = ""
    timer: str = ""
    clock: str = "wall"
    armed: bool = True
    due_at: datetime | None = Field(default=None, sa_type=Timestamp)
    repetitions: int = 0


_NAMES_BESIDE = text(
    "SELECT DISTINCT o.name FROM definition_start s JOIN definition_start o"
    " ON o.process_id = s.process_id AND o.kind = s.kind"
    " WHERE s.slot = :slot AND s.kind = :kind AND s.name = :name"
)


def start_slot(kind: str, name: str) -> int:
    """Return where a message or signal finds the processes that it starts."""
    return slot("start", kind, name)


def of_process(session: Session, process_id: str) -> Sequence[DefinitionStart]:
    """Return the start events of a process."""
    own = select(DefinitionStart).where(col(DefinitionStart.process_id) == process_id)
    return session.scalars(own.order_by(col(DefinitionStart.element_id))).all()


def replace(session: Session, process_id: str, rows: Iterable[DefinitionStart]) -> None:
    """Let these be all start events of a process; an instance that runs already stays."""
    session.execute(delete(DefinitionStart).where(col(DefinitionStart.process_id) == process_id))
    session.add_all(rows)
    session.flush()


def begun_by(session: Session, kind: str, name: str) -> Sequence[DefinitionStart]:
    """Return what a message or signal of this name starts, one event of each process."""
    own = select(DefinitionStart).where(
        col(DefinitionStart.slot) == start_slot(kind, name),
        col(DefinitionStart.kind) == kind,
        col(DefinitionStart.name) == name,
    )
    in_order = own.order_by(col(DefinitionStart.process_id), col(DefinitionStart.element_id))
    return session.scalars(in_order.distinct(col(DefinitionStart.process_id))).all()


def names_beside(session: Session, kind: str, name: str) -> Sequence[str]:
    """Return the names that start the same processes as this one."""
    values = {"slot": start_slot(kind, name), "kind": kind, "name": name}
    return session.scalars(_NAMES_BESIDE, values).all()


def conditional(session: Session, digest: str | None = None) -> Sequence[DefinitionStart]:
    """Return the conditional start events, of one version only if a digest is given."""
    found = select(DefinitionStart).where(col(DefinitionStart.kind) == CONDITIONAL)
    if digest is not None:
        found = found.where(col(DefinitionStart.digest) == digest)
    in_order = found.order_by(col(DefinitionStart.process_id), col(DefinitionStart.element_id))
    return session.scalars(in_order).all()


def due_timers(session: Session, now: datetime, limit: int) -> Sequence[DefinitionStart]:
    """Return the timers that are due or not yet armed, each for one dispatcher only."""
    wanted = select(DefinitionStart).where(
        col(DefinitionStart.kind) == TIMER,
        ~col(DefinitionStart.armed) | (col(DefinitionStart.due_at) <= now),
    )
    oldest = wanted.order_by(col(DefinitionStart.due_at).nulls_first())
    return session.scalars(oldest.limit(limit).with_for_update(skip_locked=True)).all()
