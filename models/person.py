"""People who work with the service."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import TextArray, Timestamp

ROLES = (
    "specialist",
    "team_lead",
    "duty_manager",
    "engineer",
    "staff",
    "head",
    "account_manager",
    "product_manager",
    "management",
    "process_owner",
    "auditor",
    "administrator",
)


# The least that OWASP advises for Argon2id: a login costs one core some 30 ms, not four 100 ms.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class Person(SQLModel, table=True):
    """A member of staff with a login (人员)."""

    __tablename__ = "person"

    username: str = Field(primary_key=True)
    display_name: str
    staff_number: str = Field(unique=True)
    department: str = Field(foreign_key="department.code", index=True)
    roles: list[str] = Field(default_factory=list, sa_type=TextArray)
    password_hash: str
    active: bool = True
    locale: str = "zh-CN"
    demo: bool = False
    left_at: datetime | None = Field(default=None, sa_type=Timestamp)
    revision: int = 1


def groups(person: Person) -> list[str]:
    """Return the groups that follow from a person's own row: department, its head, and roles.

    What `models.candidate_group` adds depends on the moment: teams, and whom they stand in for.
    """
    own = [person.department]
    if "head" in person.roles:
        own.append(f"{person.department}.head")
    return own + [f"role.{role}" for role in person.roles]


def in_group(session: Session, group: str) -> Sequence[Person]:
    """Return the active people of a candidate group, the reverse of `groups`."""
    holds = col(Person.roles).bool_op("@>")
    found = select(Person).where(col(Person.active))
    if group.startswith("role."):
        found = found.where(holds([group.removeprefix("role.")]))
    else:
        found = found.where(col(Person.department) == group.removesuffix(".head"))
        if group.endswith(".head"):
            found = found.where(holds(["head"]))
    return session.scalars(found.order_by(col(Person.username))).all()


def find(session: Session, username: str) -> Person | None:
    """Return a person by their username."""
    return session.get(Person, username)


def has_staff_number(session: Session, staff_number: str, *, other_than: str) -> bool:
    """Say whether somebody else has this staff number."""
    own = select(col(Person.username)).where(
        col(Person.staff_number) == staff_number, col(Person.username) != other_than
    )
    return session.scalar(own) is not None


def hash_password(password: str) -> str:
    """Return the Argon2id hash of a password."""
    return _HASHER.hash(password)


def has_password(person: Person | None, password: str) -> bool:
    """Say whether the password is the person's, in the same time for those who have none."""
    kept = "" if person is None else person.password_hash
    try:
        _HASHER.verify(kept or _dummy_hash(), password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return bool(kept)


def authenticate(session: Session, username: str, password: str) -> Person | None:
    """Return the active person with this name and password."""
    person = find(session, username)
    known = has_password(person, password)
    return person if known and person is not None and person.active else None


@cache
def _dummy_hash() -> str:
    return _HASHER.hash("nobody")
