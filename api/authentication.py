"""Who asks: the person behind a bearer token or the cookie of a session (身份认证)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.orm import Session

from api import csrf
from api.means import Means, MeansHere
from api.problem import Problem
from models import access_token, candidate_group
from models.access_token import AccessToken
from models.person import Person

_BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="bearer",
    description="A token of `POST /api/login`, or an API token of `POST /api/tokens`.",
)
_COOKIE = APIKeyCookie(
    name="bihuan",
    auto_error=False,
    scheme_name="cookie",
    description="The session of `POST /api/session`; named `__Host-bihuan` over https. Whatever"
    f" changes something brings the session's token in the header `{csrf.HEADER}` as well.",
)


@dataclass(frozen=True)
class Caller:
    """The person who asks (调用者), as they are at this moment.

    Attributes:
        groups: the candidate groups of user tasks that they belong to.
        token: the text of the token or cookie, for logging out.
        token_id: its name where tokens are listed.
        kind: `cookie`, `bearer` or `api`.
        scope: what an API token is for, as `permissions.covers`; None for people who logged in.
    """

    username: str
    display_name: str
    department: str
    roles: frozenset[str]
    groups: tuple[str, ...]
    locale: str
    token: str = field(repr=False)
    token_id: UUID
    kind: str = "bearer"
    scope: frozenset[str] | None = None

    @property
    def leads(self) -> frozenset[str]:
        """The departments whose head they are, or stand in for."""
        return frozenset(g.removesuffix(".head") for g in self.groups if g.endswith(".head"))

    def has_role(self, *roles: str) -> bool:
        """Say whether the person has one of these roles."""
        return not self.roles.isdisjoint(roles)


def of_person(
    session: Session, found: Person, token: str, held: AccessToken, now: datetime
) -> Caller:
    """Return the caller that a person is; whoever stands in for a head has that role as well."""
    groups = tuple(candidate_group.of_person(session, found, now))
    # The same as `candidate_group.roles`, without asking again.
    acting = {"head"} if f"{found.department}.head" in groups else set()
    return Caller(
        username=found.username,
        display_name=found.display_name,
        department=found.department,
        roles=frozenset(found.roles) | acting,
        groups=groups,
        locale=found.locale,
        token=token,
        token_id=held.id,
        kind=held.kind,
        scope=None if held.scope is None else frozenset(held.scope),
    )


def authenticated(
    request: Request,
    means: MeansHere,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
    _cookie: Annotated[str | None, Depends(_COOKIE)],
) -> Caller:
    """Return the caller.

    Raises:
        Problem: `token_missing`, `token_invalid` or `csrf_token_invalid`.
    """
    # A header is sent by a client on purpose, a cookie by the browser on its own.
    if credentials is not None:
        return _held(means, credentials.credentials, lambda kind: kind != "cookie")
    token = request.cookies.get(means.logins.cookie)
    if not token:
        raise Problem("token_missing")
    caller = _held(means, token, lambda kind: kind == "cookie")
    csrf.check(request, means, token)
    return caller


CallerHere = Annotated[Caller, Depends(authenticated)]


def still_holds(means: Means, caller: Caller) -> bool:
    """Say whether somebody is still logged in, for answers that go on for hours."""
    with Session(means.engine) as session:
        return access_token.holder(session, caller.token, means.now()) is not None


def session_holds(means: Means, token: str) -> bool:
    """Say whether a token is that of a session which has not ended."""
    with Session(means.engine) as session:
        found = access_token.holder(session, token, means.now())
        return found is not None and found[1].kind == "cookie"


def _held(means: Means, token: str, fits: Callable[[str], bool]) -> Caller:
    now = means.now()
    with Session(means.engine, expire_on_commit=False) as session:
        found = access_token.holder(session, token, now)
        if found is None or not fits(found[1].kind):
            raise Problem("token_invalid")
        caller = of_person(session, found[0], token, found[1], now)
        _note_use(session, means, found[1], now)
    return caller


def _note_use(session: Session, means: Means, held: AccessToken, now: datetime) -> None:
    if access_token.note_use(session, held, now, means.logins.idle):
        session.commit()
