"""That a page of ours sent a request that brings a cookie (跨站请求伪造防护)."""

from __future__ import annotations

import hmac

from fastapi import Request

from api.idempotency import keyed_digest
from api.means import Means
from api.problem import Problem

HEADER = "X-CSRF-Token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# What browsers say of requests by pages of other sites; those of another origin are refused too.
_FOREIGN = frozenset({"cross-site", "same-site"})


def token_of(means: Means, session_token: str) -> str:
    """Return the token that belongs to a session; other sites cannot read it."""
    return keyed_digest(means, f"csrf|{session_token}".encode())


def check(request: Request, means: Means, session_token: str) -> None:
    """Let a request pass that changes nothing, or brings the token of its session.

    Raises:
        Problem: `csrf_token_invalid`.
    """
    if request.method in _SAFE:
        return
    check_origin(request)
    given = request.headers.get(HEADER, "").encode()
    if not hmac.compare_digest(given, token_of(means, session_token).encode()):
        raise Problem("csrf_token_invalid")


def check_origin(request: Request) -> None:
    """Refuse what a browser sends for a page of another origin.

    Raises:
        Problem: `csrf_token_invalid`.
    """
    if request.headers.get("Sec-Fetch-Site", "") in _FOREIGN:
        raise Problem("csrf_token_invalid")
