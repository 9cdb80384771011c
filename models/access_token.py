"""Tokens and sessions, stored hashed."""

from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp
from models.person import Person


class AccessToken(SQLModel, table=True):
    """A bearer token or session (访问令牌), known by its SHA-256 only."""

    __tablename__ = "access_token"

    digest: str = Field(primary_key=True, max_length=64)
    username: str = Field(foreign_key="person.username", index=True)
    created_at: datetime = Field(sa_type=Timestamp)
    expires_at: datetime = Field(sa_type=Timestamp)
    revoked_at: datetime | None = Field(default=None, sa_type=Timestamp)
    scope: str = "session"


def issue(
    session: Session, username: str, *, now: datetime, lifetime: timedelta, scope: str = "session"
) -> str:
    """Make a token for a person; this is the only time that its text is seen."""
    token = token_urlsafe(32)
    times = {"created_at": now, "expires_at": now + lifetime}
    values = {"digest": _digest(token), "username": username, "scope": scope, **times}
    session.execute(insert(AccessToken).values(**values))
    return token


def holder(session: Session, token: str, now: datetime) -> tuple[Person, AccessToken] | None:
    """Return the active person that a valid token belongs to, and the token."""
    own = select(Person, AccessToken).where(
        col(AccessToken.digest) == _digest(token),
        col(AccessToken.expires_at) > now,
        col(AccessToken.revoked_at).is_(None),
        col(Person.username) == col(AccessToken.username),
        col(Person.active),
    )
    row = session.execute(own).first()
    return None if row is None else (row[0], row[1])


def revoke(session: Session, token: str, now: datetime) -> None:
    """End a token before its time."""
    own = update(AccessToken).where(col(AccessToken.digest) == _digest(token))
    session.execute(own.where(col(AccessToken.revoked_at).is_(None)).values(revoked_at=now))


def revoke_all(session: Session, username: str, now: datetime) -> None:
    """End all tokens of a person."""
    own = update(AccessToken).where(col(AccessToken.username) == username)
    session.execute(own.where(col(AccessToken.revoked_at).is_(None)).values(revoked_at=now))


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
