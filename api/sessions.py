"""Logging in and out, and who one is (登录)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from api.answers import example, for_staff, problems
from api.authentication import Caller, of_person
from api.idempotency import keyed_digest
from api.means import MeansHere
from api.permissions import Allowed
from api.problem import Problem
from api.rate_limit import client_address
from models import access_record, access_token, person
from models.access_record import AccessRecord

LIFETIME = timedelta(hours=12)
# So many wrong passwords for one name from one address, or from all addresses together, close the
# door for a while. The second is higher, so that nobody can easily lock somebody else out.
WINDOW = timedelta(minutes=15)
FROM_ONE_ADDRESS = 5
FROM_ALL = 50
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('login ' || :username, 0))")
router = APIRouter(tags=["session"])


class Login(BaseModel):
    """Name and password (登录)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"username": "linmei", "password": "a long secret"}]},
    )

    username: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(repr=False)


class Self(BaseModel):
    """Who one is (本人)."""

    username: str
    display_name: str
    department: str
    roles: list[str]
    groups: list[str]
    locale: str


class LoggedIn(Self):
    """A token for the header `Authorization: Bearer`, and whose it is (登录凭证)."""

    token: str
    expires_at: AwareDatetime


_SELF = {
    "username": "linmei",
    "display_name": "林梅",
    "department": "service",
    "roles": ["specialist"],
    "groups": ["service", "role.specialist"],
    "locale": "zh-CN",
}
_LOGGED_IN = _SELF | {"token": "q8T...", "expires_at": "2024-05-06T14:00:00Z"}


def _limit(request: Request, means: MeansHere) -> str:
    address = client_address(request)
    means.login_limit.check(address)
    return address


@router.post(
    "/api/login",
    operation_id="login",
    responses={
        **problems(
            "body_malformed",
            "credentials_invalid",
            "body_too_large",
            "fields_invalid",
            "rate_limited",
            "login_locked",
        ),
        **example(200, _LOGGED_IN),
    },
)
def login(login: Login, means: MeansHere, address: Annotated[str, Depends(_limit)]) -> LoggedIn:
    """Exchange name and password for a token of 12 hours; every attempt is recorded."""
    now = means.now()
    # Addresses are personal data: what is recorded recognises one and tells none.
    client = keyed_digest(means, address.encode())[:16]
    with Session(means.engine) as session, session.begin():
        # One attempt a name at a time: parallel guesses would slip past the count.
        session.execute(_LOCK, {"username": login.username})
        outcome = _attempt(session, login, client, now)
    # Raised here, so that the record of the attempt is committed.
    if isinstance(outcome, Problem):
        raise outcome
    return outcome


@router.post("/api/logout", status_code=204, operation_id="logout", responses=for_staff())
def logout(caller: Annotated[Caller, Depends(Allowed("session"))], means: MeansHere) -> None:
    """End the token that this request brings."""
    with Session(means.engine) as session, session.begin():
        access_token.revoke(session, caller.token, means.now())
        access_record.append(
            session,
            at=means.now(),
            actor=caller.username,
            action="logout",
            subject=caller.username,
        )


@router.get("/api/me", operation_id="get_self", responses={**for_staff(), **example(200, _SELF)})
def get_self(caller: Annotated[Caller, Depends(Allowed("session"))]) -> Self:
    """Return who the token belongs to."""
    return Self(**_own(caller))


def _own(caller: Caller) -> dict[str, Any]:
    return {
        "username": caller.username,
        "display_name": caller.display_name,
        "department": caller.department,
        "roles": sorted(caller.roles),
        "groups": list(caller.groups),
        "locale": caller.locale,
    }


def _attempt(session: Session, login: Login, client: str, now: datetime) -> LoggedIn | Problem:
    known = person.find(session, login.username)
    # Somebody may have typed a password into the field of the name: unknown names are not kept.
    subject = None if known is None else known.username
    if subject is not None and _is_locked(session, subject, client, now):
        _record(session, "login_locked", subject, client, now)
        seconds = int(WINDOW.total_seconds())
        return Problem("login_locked", retry_after=seconds, retry_after_seconds=seconds)
    found = person.authenticate(session, login.username, login.password)
    if found is None:
        _record(session, "login_failed", subject, client, now)
        return Problem("credentials_invalid")
    token = access_token.issue(session, found.username, now=now, lifetime=LIFETIME)
    _record(session, "login", found.username, client, now)
    own = _own(of_person(found, token))
    return LoggedIn(**own, token=token, expires_at=now + LIFETIME)


def _record(session: Session, action: str, subject: str | None, client: str, now: datetime) -> None:
    access_record.append(
        session,
        at=now,
        actor=subject or "",
        action=action,
        subject=subject,
        data={"client": client},
    )


def _is_locked(session: Session, username: str, client: str, now: datetime) -> bool:
    failed = (
        col(AccessRecord.subject) == username,
        col(AccessRecord.action) == "login_failed",
        col(AccessRecord.at) > now - WINDOW,
    )
    here = col(AccessRecord.data)["client"].astext == client
    counts = select(func.count(), func.count().filter(here)).where(*failed)
    everywhere, from_here = session.execute(counts).one()
    return bool(everywhere >= FROM_ALL or from_here >= FROM_ONE_ADDRESS)
