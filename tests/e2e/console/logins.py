"""Names and passwords of the stack's people, and sessions for them."""

from __future__ import annotations

from playwright.sync_api import BrowserContext

from tests.e2e.running_stack import RunningStack


def log_in(context: BrowserContext, stack: RunningStack, who: str) -> None:
    """Give a browser the session of somebody who has this name or role."""
    name, password = login_of(stack, who)
    body = {"username": name, "password": password}
    answer = context.request.post("/api/session", data=body)
    assert answer.ok, answer.text()


def login_of(stack: RunningStack, who: str) -> tuple[str, str]:
    """Return username and password of a username, or of the first one with a role."""
    logins = stack.logins
    name = who if who in logins else next(n for n, (_, role) in logins.items() if role == who)
    return name, logins[name][0]
