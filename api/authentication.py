"""Who asks: the person behind a bearer token (身份认证)."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.orm import Session

from api.means import MeansHere
from api.problem import Problem
from models import access_token, person
from models.person import Person

_BEARER = HTTPBearer(auto_error=False, scheme_name="bearer")


@dataclass(frozen=True)
class Caller:
    """The person who asks (调用者), as they are at this moment.

    Attributes:
        groups: the candidate groups of user tasks that they belong to.
        token: the text of the bearer token, for logging out.
        scope: what an API token is for, as `permissions.covers`; None for people who logged in.
    """

    username: str
    display_name: str
    department: str
    roles: frozenset[str]
    groups: tuple[str, ...]
    locale: str
    token: str = field(repr=False)
    scope: frozenset[str] | None = None

    @property
    def leads(self) -> frozenset[str]:
        """The departments whose head they are, or stand in for."""
        return frozenset(g.removesuffix(".head") for g in self.groups if g.endswith(".head"))

    def has_role(self, *roles: str) -> bool:
        """Say whether the person has one of these roles."""
        return not self.roles.isdisjoint(roles)


def of_person(found: Person, token: str) -> Caller:
    """Return the caller that a person is; whoever stands in for a head has that role as well."""
    groups = tuple(person.groups(found))
    acting = {"head"} if any(one.endswith(".head") for one in groups) else set()
    return Caller(
        username=found.username,
        display_name=found.display_name,
        department=found.department,
        roles=frozenset(found.roles) | acting,
        groups=groups,
        locale=found.locale,
        token=token,
    )


def authenticated(
    means: MeansHere,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
) -> Caller:
    """Return the caller.

    Raises:
        Problem: `token_missing` or `token_invalid`.
    """
    if credentials is None:
        raise Problem("token_missing")
    with Session(means.engine) as session:
        holder = access_token.holder(session, credentials.credentials, means.now())
        if holder is None:
            raise Problem("token_invalid")
        return of_person(holder[0], credentials.credentials)


CallerHere = Annotated[Caller, Depends(authenticated)]
