"""`/api/oidc/...`: there to the provider of logins, and back (单点登录)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from secrets import token_urlsafe
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from api.answers import problems
from api.identity_provider import IdentityProvider, RefusedError
from api.login_attempt import Granted, grant, record
from api.means import Means, MeansHere
from api.problem import Problem
from api.provider_people import person_of
from api.sessions import Client, cookie_issue, replace_session
from models import provider_login, provider_logout
from models.access_token import Issue
from models.provider_login import LIFETIME, ProviderLogin

router = APIRouter(prefix="/api/oidc", tags=["session"])
_COOKIE = "bihuan_oidc"
_PATH = "/api/oidc"
# A path of ours and nothing that a browser could take for another host.
_OWN_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]{0,499}")
_Text = Annotated[str, Query(max_length=4000)]


@router.get(
    "/login",
    status_code=302,
    operation_id="begin_provider_login",
    response_class=Response,
    responses={
        **problems(
            "provider_not_configured", "provider_unavailable", "rate_limited", "fields_invalid"
        ),
    },
)
def begin_provider_login(
    means: MeansHere, _client: Client, return_to: Annotated[str, Query(max_length=500)] = "/"
) -> Response:
    """Send the browser to the provider; afterwards it comes back to the path `return_to`."""
    provider = _provider(means)
    browser, nonce, verifier = token_urlsafe(32), token_urlsafe(32), token_urlsafe(48)
    kept = return_to if _OWN_PATH.fullmatch(return_to) else "/"
    with Session(means.engine) as session, session.begin():
        state = provider_login.begin(
            session,
            browser=browser,
            nonce=nonce,
            verifier=verifier,
            return_to=kept,
            now=means.now(),
        )
    answer = RedirectResponse(provider.login_url(state, nonce, verifier), 302)
    answer.set_cookie(
        _COOKIE,
        browser,
        max_age=int(LIFETIME.total_seconds()),
        path=_PATH,
        secure=means.logins.secure,
        httponly=True,
        samesite="lax",
    )
    return answer


@router.get(
    "/callback",
    status_code=303,
    operation_id="finish_provider_login",
    response_class=Response,
    responses={
        **problems(
            "provider_not_configured",
            "provider_unavailable",
            "login_state_invalid",
            "login_refused",
            "rate_limited",
            "fields_invalid",
        ),
    },
)
def finish_provider_login(
    request: Request,
    means: MeansHere,
    client: Client,
    *,
    state: _Text = "",
    code: _Text = "",
    error: _Text = "",
    iss: _Text = "",
) -> Response:
    """Take the provider's answer, begin a session and go on; browsers see a page if it fails."""
    provider = _provider(means)
    try:
        begun = _begun(request, means, client, state)
        claims = _claims(means, provider, begun, {"code": code, "error": error, "iss": iss})
        granted = _grant(means, provider, claims, client)
    except RefusedError as refused:
        problem = Problem("login_refused", reason=str(refused))
        _record(means, client, "login_refused", str(refused))
        return _failed(request, problem)
    except Problem as problem:
        return _failed(request, problem)
    answer = RedirectResponse(begun.return_to, 303)
    replace_session(request, answer, means, granted)
    answer.delete_cookie(_COOKIE, path=_PATH)
    return answer


def _provider(means: Means) -> IdentityProvider:
    if means.provider is None:
        raise Problem("provider_not_configured")
    return means.provider


def _begun(request: Request, means: Means, client: str, state: str) -> ProviderLogin:
    browser = request.cookies.get(_COOKIE, "")
    with Session(means.engine, expire_on_commit=False) as session, session.begin():
        found = provider_login.take(session, state, browser, means.now())
        if found is not None:
            session.expunge(found)
    if found is None:
        _record(means, client, "login_refused", "state_invalid")
        raise Problem("login_state_invalid")
    return found


def _claims(
    means: Means, provider: IdentityProvider, begun: ProviderLogin, given: Mapping[str, str]
) -> Mapping[str, Any]:
    # RFC 9207: an answer that names another provider was mixed up on the way.
    if given["iss"] not in {"", provider.rules.issuer}:
        raise RefusedError("issuer_wrong")
    if given["error"] or not given["code"]:
        raise RefusedError("provider_denied")
    return provider.claims(given["code"], begun.verifier, begun.nonce, means.now())


def _grant(
    means: Means, provider: IdentityProvider, claims: Mapping[str, Any], client: str
) -> Granted:
    outcome: Granted | RefusedError
    with Session(means.engine) as session, session.begin():
        now = means.now()
        try:
            found = person_of(session, provider.rules, claims, now)
            outcome = grant(session, found, _issue(means, provider, claims), client, now)
        except RefusedError as refused:
            outcome = refused
    # Raised here, so that what was recorded is committed.
    if isinstance(outcome, RefusedError):
        raise outcome
    return outcome


def _issue(means: Means, provider: IdentityProvider, claims: Mapping[str, Any]) -> Issue:
    """Return what kind of session it is: one that knows with which login it began."""
    issuer, own_session = provider.rules.issuer, claims.get("sid")
    return replace(
        cookie_issue(means, "provider"),
        provider_subject=provider_logout.digest(issuer, claims["sub"]),
        provider_session=(
            provider_logout.digest(issuer, own_session) if isinstance(own_session, str) else None
        ),
    )


def _record(means: Means, client: str, action: str, reason: str) -> None:
    with Session(means.engine) as session, session.begin():
        record(session, action, None, client, means.now(), via="provider", reason=reason)


def _failed(request: Request, problem: Problem) -> Response:
    if "text/html" not in request.headers.get("accept", ""):
        raise problem
    told = {"error": problem.code, **{k: v for k, v in problem.data.items() if k == "reason"}}
    return RedirectResponse(f"/login?{urlencode(told)}", 303)
