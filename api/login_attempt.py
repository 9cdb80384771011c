"""One attempt to log in by name and password (登录尝试)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy.orm import Session

from api import lockout
from api.authentication import Caller, of_person
from api.idempotency import keyed_digest
from api.means import Means, MeansHere
from api.problem import Problem
from api.rate_limit import client_address
from models import access_record, access_token, person
from models.access_token import Issue
from models.person import Person


class Login(BaseModel):
    """Name and password (登录)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"username": "linmei", "password": "a long secret"}]},
    )

    username: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(repr=False)


@dataclass(frozen=True)
class Granted:
    """A login that succeeded."""

    caller: Caller
    expires_at: datetime
    idle_expires_at: datetime | None


def client_here(request: Request, means: MeansHere) -> str:
    """Return who knocks, as it is recorded, unless they knock too often.

    Addresses are personal data: what is recorded recognises one and tells none.

    Raises:
        Problem: `rate_limited`.
    """
    address = client_address(request)
    means.login_limit.check(address)
    return keyed_digest(means, address.encode())[:16]


def by_password(means: Means, login: Login, client: str, wanted: Issue) -> Granted:
    """Check name and password and make a session; every attempt is recorded.

    Raises:
        Problem: `password_login_off`, `login_locked` or `credentials_invalid`.
    """
    if not means.logins.password:
        raise Problem("password_login_off")
    with Session(means.engine) as session, session.begin():
        lockout.one_at_a_time(session, login.username)
        outcome = _attempt(session, means, login, client, wanted)
    # Raised here, so that the record of the attempt is committed.
    if isinstance(outcome, Problem):
        raise outcome
    return outcome


def grant(session: Session, found: Person, wanted: Issue, client: str, now: datetime) -> Granted:
    """Make a session for somebody who has shown who they are, and record it."""
    token, _ = access_token.issue_as(session, found.username, wanted, now)
    held = access_token.holder(session, token, now)
    assert held is not None  # noqa: S101 (made above, for somebody active)
    data = {"kind": wanted.kind, "via": wanted.via, "login": str(held[1].id)}
    record(session, "login", found.username, client, now, **data)
    caller = of_person(session, found, token, held[1], now)
    return Granted(caller, held[1].expires_at, held[1].idle_expires_at)


def record(
    session: Session, action: str, subject: str | None, client: str, now: datetime, **data: str
) -> None:
    """Record an attempt; names that nobody has are not kept."""
    access_record.append(
        session,
        at=now,
        actor=subject or "",
        action=action,
        subject=subject,
        data={"client": client, **data},
    )


def _attempt(
    session: Session, means: Means, login: Login, client: str, wanted: Issue
) -> Granted | Problem:
    now = means.now()
    known = person.find(session, login.username)
    subject = lockout.subject_of(means, known, login.username)
    if lockout.is_locked(session, subject, client, now):
        record(session, "login_locked", subject, client, now)
        return lockout.problem()
    found = person.authenticate(session, login.username, login.password)
    if found is None:
        record(session, "login_failed", subject, client, now)
        lockout.tell_if_locked(session, subject, client, now)
        return Problem("credentials_invalid")
    return grant(session, found, wanted, client, now)
