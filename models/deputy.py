"""Who stands in for the head of a department."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp


class Deputy(SQLModel, table=True):
    """A deputy head (副职): acts while no head is there, or while declared acting (代理负责人)."""

    __tablename__ = "deputy"

    department: str = Field(primary_key=True, foreign_key="department.code")
    username: str = Field(primary_key=True, foreign_key="person.username", index=True)
    acting_from: datetime | None = Field(default=None, sa_type=Timestamp)
    acting_until: datetime | None = Field(default=None, sa_type=Timestamp)

    def is_declared(self, at: datetime) -> bool:
        """Say whether the deputy is declared acting head at this instant."""
        begun = self.acting_from is not None and self.acting_from <= at
        return begun and (self.acting_until is None or at < self.acting_until)


def of_department(session: Session, code: str) -> Sequence[Deputy]:
    """Return the deputies of a department by name."""
    own = select(Deputy).where(col(Deputy.department) == code)
    return session.scalars(own.order_by(col(Deputy.username))).all()


def of_person(session: Session, username: str) -> Sequence[Deputy]:
    """Return where a person is a deputy."""
    return session.scalars(select(Deputy).where(col(Deputy.username) == username)).all()


def replace(session: Session, code: str, deputies: Sequence[Deputy]) -> None:
    """Make these the deputies of a department, and nobody else."""
    session.execute(delete(Deputy).where(col(Deputy.department) == code))
    if deputies:
        session.execute(insert(Deputy).values([one.model_dump() for one in deputies]))


def dismiss(session: Session, username: str) -> None:
    """Let a person be a deputy nowhere."""
    session.execute(delete(Deputy).where(col(Deputy.username) == username))
