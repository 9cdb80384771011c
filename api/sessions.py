"""Logging in and out, and who one is (登录)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import AwareDatetime, BaseModel
from sqlalchemy.orm import Session

from api import csrf, session_cookie
from api.answers import example, for_staff, problems
from api.authentication import Caller, session_holds
from api.login_attempt import Granted, Login, by_password, client_here
from api.means import Means, MeansHere
from api.permissions import Allowed, actions
from models import access_record, access_token
from models.access_token import Issue

router = APIRouter(tags=["session"])
SelfHere = Annotated[Caller, Depends(Allowed("session"))]
Client = Annotated[str, Depends(client_here)]
_REFUSALS = (
    "body_malformed",
    "credentials_invalid",
    "password_login_off",
    "body_too_large",
    "fields_invalid",
    "rate_limited",
    "login_locked",
)


class WaysIn(BaseModel):
    """How people may log in (登录方式), and whether this browser's session still holds."""

    password: bool
    provider: str | None
    session: bool


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


class OwnSession(Self):
    """A session of the console, and what its requests must bring (会话).

    `csrf_token` goes into the header `X-CSRF-Token` of whatever changes something. The browser is
    to go to `logout_url`, if there is one, after logging out here: the provider ends its session.
    `actions` are those of `docs/permissions.md` that one may do with at least some items.
    """

    actions: list[str]
    csrf_token: str | None
    expires_at: AwareDatetime
    idle_expires_at: AwareDatetime | None
    logout_url: str | None


_SELF = {
    "username": "linmei",
    "display_name": "林梅",
    "department": "service",
    "roles": ["specialist"],
    "groups": ["service", "role.specialist"],
    "locale": "zh-CN",
}
_LOGGED_IN = _SELF | {"token": "q8T...", "expires_at": "2024-05-06T14:00:00Z"}
_SESSION = _SELF | {
    "actions": ["feedback.read", "user_task.read"],
    "csrf_token": "5b1f0c...",
    "expires_at": "2024-05-06T14:00:00Z",
    "idle_expires_at": "2024-05-06T03:00:00Z",
    "logout_url": None,
}
_WAYS = {"password": True, "provider": "/api/oidc/login", "session": False}


@router.get(
    "/api/login",
    operation_id="get_ways_in",
    responses={**problems(), **example(200, _WAYS)},
)
def get_ways_in(request: Request, means: MeansHere) -> WaysIn:
    """Tell how people may log in: by password, by the provider at this address, or both.

    `session` says whether they have to: asking for a session that is not there is an error, which
    a page that is opened for the first time should not begin with.
    """
    provider = None if means.provider is None else "/api/oidc/login"
    token = request.cookies.get(means.logins.cookie)
    return WaysIn(
        password=means.logins.password,
        provider=provider,
        session=token is not None and session_holds(means, token),
    )


@router.post(
    "/api/login",
    operation_id="login",
    responses={**problems(*_REFUSALS), **example(200, _LOGGED_IN)},
)
def login(login: Login, means: MeansHere, client: Client) -> LoggedIn:
    """Exchange name and password for a token of 12 hours; every attempt is recorded."""
    granted = by_password(means, login, client, Issue(means.logins.lifetime))
    own = _own(granted.caller)
    return LoggedIn(**own, token=granted.caller.token, expires_at=granted.expires_at)


@router.post(
    "/api/session",
    operation_id="begin_session",
    dependencies=[Depends(csrf.check_origin)],
    responses={**problems(*_REFUSALS, "csrf_token_invalid"), **example(200, _SESSION)},
)
def begin_session(
    request: Request, response: Response, login: Login, means: MeansHere, client: Client
) -> OwnSession:
    """Begin a session of the console: a cookie that scripts cannot read, and a CSRF token."""
    granted = by_password(means, login, client, cookie_issue(means, "password"))
    replace_session(request, response, means, granted)
    return _session(means, granted.caller, granted.expires_at, granted.idle_expires_at, "password")


@router.get(
    "/api/session",
    operation_id="get_session",
    responses={**for_staff(), **example(200, _SESSION)},
)
def get_session(caller: SelfHere, means: MeansHere) -> OwnSession:
    """Return one's session; `csrf_token` only to whoever brings its cookie."""
    with Session(means.engine) as session:
        found = access_token.holder(session, caller.token, means.now())
        assert found is not None  # noqa: S101 (a moment ago)
        held = found[1]
        return _session(means, caller, held.expires_at, held.idle_expires_at, held.via)


@router.post(
    "/api/logout",
    status_code=204,
    operation_id="logout",
    responses=for_staff("csrf_token_invalid"),
)
def logout(response: Response, caller: SelfHere, means: MeansHere) -> None:
    """End the session or token that this request brings."""
    with Session(means.engine) as session, session.begin():
        access_token.revoke(session, caller.token, means.now())
        access_record.append(
            session,
            at=means.now(),
            actor=caller.username,
            action="logout",
            subject=caller.username,
            data={"kind": caller.kind, "login": str(caller.token_id)},
        )
    if caller.kind == "cookie":
        session_cookie.clear(response, means.logins)


@router.get("/api/me", operation_id="get_self", responses={**for_staff(), **example(200, _SELF)})
def get_self(caller: SelfHere) -> Self:
    """Return who the token belongs to."""
    return Self(**_own(caller))


def cookie_issue(means: Means, via: str) -> Issue:
    """Return what kind of token a session of the console is."""
    return Issue(means.logins.lifetime, "cookie", via, means.logins.idle)


def replace_session(request: Request, response: Response, means: Means, granted: Granted) -> None:
    """Give the new session to the browser and end the one that it had."""
    before = request.cookies.get(means.logins.cookie)
    if before:
        _end_replaced(means, before, granted)
    session_cookie.put(response, means.logins, granted.caller.token)


def _end_replaced(means: Means, before: str, granted: Granted) -> None:
    with Session(means.engine) as session, session.begin():
        now = means.now()
        found = access_token.holder(session, before, now)
        if found is None:
            return
        access_token.revoke(session, before, now)
        access_record.append(
            session,
            at=now,
            actor=granted.caller.username,
            action="session_replaced",
            subject=found[0].username,
            data={"login": str(found[1].id)},
        )


def _own(caller: Caller) -> dict[str, Any]:
    return {
        "username": caller.username,
        "display_name": caller.display_name,
        "department": caller.department,
        "roles": sorted(caller.roles),
        "groups": list(caller.groups),
        "locale": caller.locale,
    }


def _session(
    means: Means,
    caller: Caller,
    expires_at: AwareDatetime,
    idle_expires_at: AwareDatetime | None,
    via: str,
) -> OwnSession:
    by_provider = via == "provider" and means.provider is not None
    return OwnSession(
        **_own(caller),
        actions=actions(caller),
        csrf_token=csrf.token_of(means, caller.token) if caller.kind == "cookie" else None,
        expires_at=expires_at,
        idle_expires_at=idle_expires_at,
        logout_url=means.provider.logout_url() if by_provider and means.provider else None,
    )
