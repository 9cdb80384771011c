"""Logouts that the provider of logins has told, each counted once."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models import access_token
from models.access_token import AccessToken
from models.columns import Timestamp


class ProviderLogout(SQLModel, table=True):
    """A logout token that was used (登出令牌), until nobody would believe it any more.

    Attributes:
        token_digest: SHA-256 of issuer and `jti`.
    """

    __tablename__ = "provider_logout"

    token_digest: str = Field(primary_key=True, max_length=64)
    kept_until: datetime = Field(sa_type=Timestamp, index=True)


@dataclass(frozen=True)
class Ended:
    """What ended at the provider (已结束的登录), by digests; one of the two may be missing.

    Attributes:
        subject: whose session.
        session: which one; without it all of the person.
        begun_until: sessions that began later began after it.
    """

    subject: str | None
    session: str | None
    begun_until: datetime


def digest(issuer: str, value: str) -> str:
    """Return what stands for a name that the provider gives: subject, session or token."""
    return sha256(f"{len(issuer)}|{issuer}|{value}".encode()).hexdigest()


def take(session: Session, token: str, now: datetime, kept_until: datetime) -> bool:
    """Note that a token is used; say whether it was not before."""
    session.execute(delete(ProviderLogout).where(col(ProviderLogout.kept_until) <= now))
    values = {"token_digest": token, "kept_until": kept_until}
    made = insert(ProviderLogout).values(**values).on_conflict_do_nothing()
    return session.execute(made.returning(col(ProviderLogout.token_digest))).first() is not None


def end_sessions(session: Session, what: Ended, now: datetime) -> list[tuple[str, UUID]]:
    """End the sessions that began with what ended; return whose they were.

    A session of which the provider did not say with which of its own it began ends with any of
    the person: better once too often.
    """
    same = [] if what.subject is None else [col(AccessToken.provider_subject) == what.subject]
    if what.session is not None:
        same.append(_of(what.session, known_by_subject=bool(same)))
    if not same:
        return []
    own = update(AccessToken).where(
        access_token.is_valid(now), col(AccessToken.created_at) <= what.begun_until, and_(*same)
    )
    told = own.values(revoked_at=now).returning(col(AccessToken.username), col(AccessToken.id))
    return [(row.username, row.id) for row in session.execute(told)]


def _of(own_session: str, *, known_by_subject: bool) -> ColumnElement[bool]:
    began = col(AccessToken.provider_session)
    return (began == own_session) | began.is_(None) if known_by_subject else began == own_session
