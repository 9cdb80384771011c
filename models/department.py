"""Departments and their heads."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col


class Department(SQLModel, table=True):
    """A department (部门)."""

    __tablename__ = "department"

    code: str = Field(primary_key=True)
    name_zh: str
    name_en: str
    # No foreign key: person refers to department, and the two are created in one go.
    head: str | None = None
    demo: bool = False


def every(session: Session) -> Sequence[Department]:
    """Return all departments by code."""
    return session.scalars(select(Department).order_by(col(Department.code))).all()


def head_of(session: Session, code: str) -> str | None:
    """Return the username of the head of a department."""
    own = select(col(Department.head)).where(col(Department.code) == code)
    return session.scalar(own)
