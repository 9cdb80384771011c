"""The cookie of a session of the console (会话 Cookie)."""

from __future__ import annotations

from fastapi import Response

from api.login_rules import LoginRules


def put(response: Response, rules: LoginRules, token: str) -> None:
    """Give a session to the browser; scripts cannot read it, other sites cannot post with it."""
    response.set_cookie(
        rules.cookie,
        token,
        max_age=int(rules.lifetime.total_seconds()),
        path="/",
        secure=rules.secure,
        httponly=True,
        samesite="lax",
    )


def clear(response: Response, rules: LoginRules) -> None:
    """Have the browser forget the session."""
    response.delete_cookie(
        rules.cookie, path="/", secure=rules.secure, httponly=True, samesite="lax"
    )
