"""`/api/oidc/backchannel-logout`: the provider tells that somebody logged out there (后端登出)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy.orm import Session

from api.answers import problems
from api.id_token import OLDEST, SKEW
from api.identity_provider import IdentityProvider, RefusedError
from api.login_attempt import client_here, record
from api.logout_token import Logout
from api.means import Means, MeansHere
from api.problem import Problem
from api.provider_people import ACTOR
from models import access_record, provider_logout
from models.provider_logout import Ended

router = APIRouter(prefix="/api/oidc", tags=["session"])
REPLAYED = "token_replayed"


@router.post(
    "/backchannel-logout",
    status_code=200,
    operation_id="end_provider_sessions",
    response_class=Response,
    responses={
        **problems(
            "provider_not_configured",
            "logout_refused",
            "rate_limited",
            "body_too_large",
            "fields_invalid",
        ),
    },
)
def end_provider_sessions(
    request: Request, means: MeansHere, logout_token: Annotated[str, Form()] = ""
) -> Response:
    """End the sessions that began with a session of the provider which has ended.

    OpenID Connect Back-Channel Logout 1.0: the body is a form, the token is signed by the provider
    and counts once. What ends nobody's session is no error.
    """
    provider = means.provider
    if provider is None:
        raise Problem("provider_not_configured")
    try:
        _end(means, provider, provider.logout(logout_token, means.now()))
    except RefusedError as refused:
        raise _refusal(request, means, str(refused)) from None
    except Problem as problem:
        # Section 2.8: a logout that failed is 400 as well.
        raise _refusal(request, means, problem.code) from None
    return Response(status_code=200)


def _end(means: Means, provider: IdentityProvider, told: Logout) -> None:
    issuer, now = provider.rules.issuer, means.now()
    subject, own_session, token = (
        None if one is None else provider_logout.digest(issuer, one)
        for one in (told.subject, told.session, told.token)
    )
    with Session(means.engine) as session, session.begin():
        kept_until = told.issued_at + OLDEST + 2 * SKEW
        if token is None or not provider_logout.take(session, token, now, kept_until):
            raise RefusedError(REPLAYED)
        what = Ended(subject, own_session, begun_until=told.issued_at + SKEW)
        for username, login in sorted(provider_logout.end_sessions(session, what, now), key=str):
            access_record.append(
                session,
                at=now,
                actor=ACTOR,
                action="session_ended_by_provider",
                subject=username,
                data={"login": str(login)},
            )


def _refusal(request: Request, means: Means, reason: str) -> Problem:
    """Record that somebody tried; only these are counted, since one provider tells for many."""
    client = client_here(request, means)
    with Session(means.engine) as session, session.begin():
        record(session, "logout_refused", None, client, means.now(), via="provider", reason=reason)
    return Problem("logout_refused", reason=reason)
