"""Tokens and sessions, stored hashed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import TextArray, Timestamp
from models.person import Person

# How exactly it is known when a token was last used: each use would otherwise be a write.
COARSE = timedelta(minutes=1)
# How long a token that has expired is kept.
KEPT = timedelta(days=30)
SESSIONS = ("cookie", "bearer")


class AccessToken(SQLModel, table=True):
    """A session or an API token (访问令牌), known by its SHA-256 only.

    Attributes:
        id: names it where it is listed and ended; of no use for getting in.
        kind: `cookie` a session of the console, `bearer` one of a client, `api` an API token.
        via: how the person logged in: `password`, or `provider` for OpenID Connect.
        scope: what an API token is for; None for sessions, which may whatever the person may.
        idle_expires_at: when a session of the console ends unless it is used.
        provider_subject, provider_session: digests of who logged in at the provider, and in which
            session of its own, so that it can tell that this one ended.
    """

    __tablename__ = "access_token"

    digest: str = Field(primary_key=True, max_length=64)
    id: UUID = Field(unique=True)
    username: str = Field(foreign_key="person.username", index=True)
    kind: str
    via: str = "password"
    name: str | None = None
    scope: list[str] | None = Field(default=None, sa_type=TextArray)
    created_at: datetime = Field(sa_type=Timestamp)
    last_used_at: datetime = Field(sa_type=Timestamp)
    idle_expires_at: datetime | None = Field(default=None, sa_type=Timestamp)
    expires_at: datetime = Field(sa_type=Timestamp)
    revoked_at: datetime | None = Field(default=None, sa_type=Timestamp)
    provider_subject: str | None = Field(default=None, max_length=64)
    provider_session: str | None = Field(default=None, max_length=64)


@dataclass(frozen=True)
class Issue:
    """What kind of token is made (签发方式), and how long it holds.

    Attributes:
        idle: how long it holds without being used, None if that does not matter.
    """

    lifetime: timedelta
    kind: str = "bearer"
    via: str = "password"
    idle: timedelta | None = None
    name: str | None = None
    scope: tuple[str, ...] | None = None
    provider_subject: str | None = None
    provider_session: str | None = None


def issue(session: Session, username: str, *, now: datetime, lifetime: timedelta) -> str:
    """Make a token of a client for a person; this is the only time that its text is seen."""
    return issue_as(session, username, Issue(lifetime), now)[0]


def issue_as(session: Session, username: str, wanted: Issue, now: datetime) -> tuple[str, UUID]:
    """Make a token of any kind; return its text, seen this once, and the id that names it."""
    _drop_old(session, username, now)
    token, own_id = token_urlsafe(32), uuid4()
    values = {
        "digest": _digest(token),
        "id": own_id,
        "username": username,
        "kind": wanted.kind,
        "via": wanted.via,
        "name": wanted.name,
        "scope": None if wanted.scope is None else list(wanted.scope),
        "created_at": now,
        "last_used_at": now,
        "idle_expires_at": None if wanted.idle is None else now + wanted.idle,
        "expires_at": now + wanted.lifetime,
        "provider_subject": wanted.provider_subject,
        "provider_session": wanted.provider_session,
    }
    session.execute(insert(AccessToken).values(**values))
    return token, own_id


def holder(session: Session, token: str, now: datetime) -> tuple[Person, AccessToken] | None:
    """Return the active person that a valid token belongs to, and the token."""
    own = select(Person, AccessToken).where(
        col(AccessToken.digest) == _digest(token),
        is_valid(now),
        col(Person.username) == col(AccessToken.username),
        col(Person.active),
    )
    row = session.execute(own).first()
    return None if row is None else (row[0], row[1])


def note_use(session: Session, used: AccessToken, now: datetime, idle: timedelta) -> bool:
    """Note that a token was used, unless that was noted a moment ago; return whether it was."""
    if now - used.last_used_at < COARSE:
        return False
    values = {"last_used_at": now}
    if used.idle_expires_at is not None:
        values["idle_expires_at"] = now + idle
    # Uses at once: the latest counts. What was ended meanwhile stays ended.
    fresh = col(AccessToken.last_used_at) < now
    own = col(AccessToken.digest) == used.digest
    session.execute(update(AccessToken).where(own, fresh).values(**values))
    return True


def of_person(session: Session, username: str, now: datetime, *kinds: str) -> Sequence[AccessToken]:
    """Return the valid tokens of a person, the last used first, of all kinds if none is named."""
    own = select(AccessToken).where(col(AccessToken.username) == username, is_valid(now))
    if kinds:
        own = own.where(col(AccessToken.kind).in_(kinds))
    newest = own.order_by(col(AccessToken.last_used_at).desc(), col(AccessToken.id))
    return session.scalars(newest).all()


def is_valid(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a token holds: neither ended, nor expired, nor left idle."""
    idle = col(AccessToken.idle_expires_at)
    ended = col(AccessToken.revoked_at).is_not(None)
    return ~ended & (col(AccessToken.expires_at) > now) & (idle.is_(None) | (idle > now))


def revoke(session: Session, token: str, now: datetime) -> None:
    """End a token before its time."""
    _revoke(session, now, col(AccessToken.digest) == _digest(token))


def revoke_one(
    session: Session, username: str, token_id: UUID, now: datetime, *kinds: str
) -> AccessToken | None:
    """End a token of a person by its id; return it, None if they have no valid one of that id."""
    own = select(AccessToken).where(
        col(AccessToken.id) == token_id, col(AccessToken.username) == username, is_valid(now)
    )
    if kinds:
        own = own.where(col(AccessToken.kind).in_(kinds))
    found = session.scalars(own.with_for_update()).first()
    if found is not None:
        found.revoked_at = now
    return found


def revoke_all(
    session: Session, username: str, now: datetime, *kinds: str, but: str | None = None
) -> int:
    """End the tokens of a person, of all kinds if none is named, but for one; return how many."""
    conditions = [col(AccessToken.username) == username, is_valid(now)]
    if kinds:
        conditions.append(col(AccessToken.kind).in_(kinds))
    if but is not None:
        conditions.append(col(AccessToken.digest) != _digest(but))
    return _revoke(session, now, *conditions)


def _drop_old(session: Session, username: str, now: datetime) -> None:
    """Forget what ended long ago; the access records keep who logged in."""
    own = delete(AccessToken).where(col(AccessToken.username) == username)
    session.execute(own.where(col(AccessToken.expires_at) < now - KEPT))


def _revoke(session: Session, now: datetime, *conditions: ColumnElement[bool]) -> int:
    own = update(AccessToken).where(col(AccessToken.revoked_at).is_(None), *conditions)
    return session.connection().execute(own.values(revoked_at=now)).rowcount


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
