"""The service clocks of instances: what is due when, and what came of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, bindparam, insert, select, text, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp

ACCEPTANCE, RESPONSE, SOLUTION = "acceptance", "first_response", "solution"
PROGRESS, FOLLOWUP = "progress", "second_followup"
# How long each rung above the owner has, while nobody enters progress.
SILENCE = "progress_silence"
# Of each department that helps; its rule is the department.
COLLABORATION = "collaboration"
KINDS = (ACCEPTANCE, RESPONSE, SOLUTION, PROGRESS, SILENCE, COLLABORATION, FOLLOWUP)
_RUNNING = "mark IS NULL AND fired_at IS NULL AND stopped_at IS NULL"


class ServiceClock(SQLModel, table=True):
    """A timer of a service clock (服务时限计时), as its records tell.

    Attributes:
        key: of the timer.
        mark: the share of the time after which people are reminded; None for the limit itself.
        clock: wall or working.
        calendar: version of the working calendar that it counts with.
        rule: what the limit follows from.
        span: the limit as a duration, where the drawing has one.
        due_at, first_due_at: when it is due now, and was at first; of a held one, before the hold.
        held_at: since when it stands.
        fired_at: when it was due and nobody had done it: reminded, or breached.
        stopped_at: when what it waits for was done in time, or nobody waited for it any more.
        canceled: whether nobody did: the item was sent back, withdrawn or canceled.
    """

    __tablename__ = "service_clock"
    __table_args__ = (
        Index("service_clock_instance_idx", "instance_key", "key"),
        Index("service_clock_running_idx", "kind", "due_at", postgresql_where=text(_RUNNING)),
    )

    key: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    instance_key: int = Field(sa_type=BigInteger)
    element_id: str
    kind: str
    mark: float | None = None
    clock: str = "wall"
    calendar: int
    rule: str | None = None
    span: str | None = None
    started_at: datetime = Field(sa_type=Timestamp)
    due_at: datetime = Field(sa_type=Timestamp)
    first_due_at: datetime = Field(sa_type=Timestamp)
    held_at: datetime | None = Field(default=None, sa_type=Timestamp)
    fired_at: datetime | None = Field(default=None, sa_type=Timestamp)
    stopped_at: datetime | None = Field(default=None, sa_type=Timestamp)
    canceled: bool = False

    @property
    def state(self) -> str:
        """Return running, paused, met, canceled or breached."""
        if self.fired_at is not None:
            return "breached"
        if self.stopped_at is not None:
            return "canceled" if self.canceled else "met"
        return "running" if self.held_at is None else "paused"


_TABLE = SQLModel.metadata.tables["service_clock"]
_CHANGEABLE = ("due_at", "held_at", "fired_at", "stopped_at", "canceled", "calendar")


def open_all(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert clocks that have begun."""
    if rows:
        session.execute(insert(_TABLE), [dict(row) for row in rows])


def change_all(session: Session, changes: Mapping[int, Mapping[str, Any]]) -> None:
    """Change clocks by key; keys of other timers change nothing."""
    grouped: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for key, values in changes.items():
        names = tuple(name for name in _CHANGEABLE if name in values)
        grouped.setdefault(names, []).append({"its_key": key} | dict(values))
    for names, rows in grouped.items():
        own = update(_TABLE).where(_TABLE.c.key == bindparam("its_key"))
        session.connection().execute(own.values({n: bindparam(n) for n in names}), rows)


def of_instance(session: Session, instance_key: int) -> Sequence[ServiceClock]:
    """Return the clocks of an instance, oldest first, marks among them."""
    own = select(ServiceClock).where(col(ServiceClock.instance_key) == instance_key)
    fresh = own.order_by(col(ServiceClock.key)).execution_options(populate_existing=True)
    return session.scalars(fresh).all()


def open_of(session: Session, instance_key: int) -> list[ServiceClock]:
    """Return the clocks of an instance that run or are held, marks among them."""
    every = of_instance(session, instance_key)
    return [one for one in every if one.fired_at is None and one.stopped_at is None]


def belong(one: ServiceClock, other: ServiceClock) -> bool:
    """Say whether two are the same clock: a limit and its marks."""
    same = (one.kind, one.started_at) == (other.kind, other.started_at)
    # The rule of a limit may change with the urgency; that of a collaboration is its department.
    return same and (one.kind != COLLABORATION or one.rule == other.rule)


def limits_of(session: Session, instance_keys: Iterable[int]) -> dict[int, dict[str, ServiceClock]]:
    """Return the newest clock of each kind, by instance and kind, for lists."""
    own = select(ServiceClock).where(
        col(ServiceClock.instance_key).in_(list(instance_keys)), col(ServiceClock.mark).is_(None)
    )
    found: dict[int, dict[str, ServiceClock]] = {}
    for one in session.scalars(own.order_by(col(ServiceClock.key))):
        found.setdefault(one.instance_key, {})[one.kind] = one
    return found
