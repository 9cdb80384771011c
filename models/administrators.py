"""The administrators: there is always one."""

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from models.person import Person

ADMINISTRATOR = "administrator"
# Two administrators who each dismiss the other would leave nobody.
_ALONE = text("SELECT pg_advisory_xact_lock(hashtext('bihuan_administrators'))")


def others_remain(session: Session, username: str) -> bool:
    """Say whether somebody else administrates (管理员); it stays so until the transaction ends."""
    session.execute(_ALONE)
    others = select(func.count()).where(
        col(Person.active),
        col(Person.username) != username,
        col(Person.roles).bool_op("@>")([ADMINISTRATOR]),
    )
    return bool(session.scalar(others))
