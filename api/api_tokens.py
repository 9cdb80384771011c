"""`/api/tokens`: tokens for programs that act for a person, each for what it is for (API 令牌)."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.authentication import Caller
from api.means import MeansHere
from api.permissions import Allowed, covers, delegable
from api.problem import Problem
from api.texts import Clean
from api.token_view import EXAMPLE, TokenView, view
from models import access_record, access_token
from models.access_token import Issue

router = APIRouter(prefix="/api/tokens", tags=["session"])
Owner = Annotated[Caller, Depends(Allowed("token.manage"))]
_Word = Annotated[str, Field(min_length=1, max_length=60)]
_MOST = 50


class NewToken(BaseModel):
    """What a token is for, and for how long (新令牌).

    `scope` lists actions, or their first words: `feedback` covers `feedback.read` and all others
    that begin with it. A token never does more than the person may.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"name": "dashboard", "scope": ["figures.read"], "expires_in_days": 90}]
        },
    )

    name: Annotated[str, Field(min_length=1, max_length=100), Clean]
    scope: Annotated[list[_Word], Field(min_length=1, max_length=50)]
    expires_in_days: Annotated[int, Field(ge=1, le=3650)] = 90


class MadeToken(TokenView):
    """A new token; its text is shown this once."""

    token: str


class Tokens(BaseModel):
    """API tokens that hold, and the actions that a new one can be for."""

    items: list[TokenView]
    actions: list[str]


_LISTED = EXAMPLE | {
    "kind": "api",
    "name": "dashboard",
    "scope": ["figures.read"],
    "expires_at": "2024-08-04T02:00:00Z",
    "current": False,
}


@router.get(
    "",
    operation_id="list_tokens",
    responses={
        **for_staff(),
        **example(200, {"items": [_LISTED], "actions": ["feedback.read", "figures.read"]}),
    },
)
def list_tokens(caller: Owner, means: MeansHere) -> Tokens:
    """Return the caller's API tokens, without their texts."""
    with Session(means.engine) as session:
        found = access_token.of_person(session, caller.username, means.now(), "api")
        return Tokens(items=[view(one) for one in found], actions=delegable(caller))


@router.post(
    "",
    status_code=201,
    operation_id="create_token",
    responses={
        **for_staff(
            "csrf_token_invalid",
            "body_malformed",
            "body_too_large",
            "fields_invalid",
            "scope_unknown",
            "token_lifetime_too_long",
            "tokens_too_many",
        ),
        **example(201, _LISTED | {"token": "q8T..."}),
    },
)
def create_token(asked: NewToken, caller: Owner, means: MeansHere) -> MadeToken:
    """Make a token; asked twice, two are made, since its text is kept nowhere."""
    _check(asked, caller, means.logins.token_lifetime)
    scope = tuple(dict.fromkeys(asked.scope))
    lifetime = timedelta(days=asked.expires_in_days)
    wanted = Issue(lifetime, "api", name=asked.name, scope=scope)
    with Session(means.engine) as session, session.begin():
        now = means.now()
        if len(access_token.of_person(session, caller.username, now, "api")) >= _MOST:
            raise Problem("tokens_too_many", limit=_MOST)
        token, token_id = access_token.issue_as(session, caller.username, wanted, now)
        access_record.append(
            session,
            at=now,
            actor=caller.username,
            action="token_created",
            subject=caller.username,
            data={"login": str(token_id), "scope": scope, "days": asked.expires_in_days},
        )
        found = access_token.holder(session, token, now)
        assert found is not None  # noqa: S101 (made above)
        return MadeToken(**view(found[1]).model_dump(), token=token)


@router.delete(
    "/{token_id}",
    status_code=204,
    operation_id="revoke_token",
    responses=for_staff("csrf_token_invalid", "fields_invalid", "api_token_not_found"),
)
def revoke_token(token_id: UUID, caller: Owner, means: MeansHere) -> None:
    """End one of the caller's API tokens."""
    with Session(means.engine) as session, session.begin():
        now = means.now()
        if not access_token.revoke_one(session, caller.username, token_id, now, "api"):
            raise Problem("api_token_not_found")
        access_record.append(
            session,
            at=now,
            actor=caller.username,
            action="token_revoked",
            subject=caller.username,
            data={"login": str(token_id)},
        )


def _check(asked: NewToken, caller: Caller, longest: timedelta) -> None:
    if timedelta(days=asked.expires_in_days) > longest:
        raise Problem("token_lifetime_too_long", days=longest.days)
    known = delegable(caller)
    unknown = [
        word for word in asked.scope if not any(covers(frozenset({word}), one) for one in known)
    ]
    if unknown:
        raise Problem("scope_unknown", scope=unknown, actions=known)
