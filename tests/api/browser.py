"""A browser at the door: it keeps cookies and brings the token of its session."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx

from api.app import create_app
from api.means import Means
from tests.api.door import PASSWORD, Door


@asynccontextmanager
async def browser(
    door: Door, means: Means | None = None, address: str = "http://bihuan.test"
) -> AsyncIterator[httpx.AsyncClient]:
    """Open a browser that knows nothing yet."""
    transport = httpx.ASGITransport(app=create_app(means or door.means))
    async with httpx.AsyncClient(transport=transport, base_url=address) as client:
        yield client


async def log_in(client: httpx.AsyncClient, username: str) -> httpx.Response:
    """Log in as the console does; later requests bring the CSRF token."""
    given = {"username": username, "password": PASSWORD}
    answer = await client.post("/api/session", json=given)
    assert answer.status_code == 200, answer.text
    client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    return answer


def at(door: Door, public_url: str) -> Means:
    """Return means of a service that people reach at this address."""
    return replace(door.means, logins=replace(door.means.logins, public_url=public_url))
