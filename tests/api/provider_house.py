"""Our service with a real provider of logins, and a browser in front of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import httpx
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.app import create_app
from api.identity_provider import IdentityProvider, ProviderRules
from tests.api.door import Door
from tests.api.provider_process import PUBLIC_URL, answer_of


@dataclass
class House:
    """Our service with a provider of logins, and a browser in front of it."""

    door: Door
    browser: httpx.AsyncClient
    identity: IdentityProvider

    async def begin(self, return_to: str = "/inbox") -> str:
        """Set out to the provider; return where the browser is sent."""
        # Tokens say when they were made.
        self.door.clock.at = datetime.now(UTC)
        answer = await self.browser.get("/api/oidc/login", params={"return_to": return_to})
        assert answer.status_code == 302, answer.text
        return str(answer.headers["location"])

    async def log_in(self, username: str = "spec", **headers: str) -> httpx.Response:
        """Go there and back."""
        back = answer_of(await self.begin(), username)
        return await self.browser.get(back, headers=headers)

    async def who(self) -> Any:
        """Return who the browser is, or the code of the problem."""
        answer = await self.browser.get("/api/me")
        return answer.json().get("username", answer.json().get("code"))

    def recorded(self) -> list[tuple[str, str | None, Any]]:
        """Return what was recorded of logins."""
        asked = "SELECT action, subject, data ->> 'reason' AS reason FROM access_record ORDER BY id"
        with Session(self.door.engine) as session:
            return [(r.action, r.subject, r.reason) for r in session.execute(text(asked))]


class opened:  # noqa: N801 (used like a function)
    """A house for other rules than usual."""

    def __init__(
        self, door: Door, rules: ProviderRules, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._identity = IdentityProvider(rules, clock=clock)
        logins = replace(door.means.logins, public_url=PUBLIC_URL)
        means = replace(door.means, provider=self._identity, logins=logins)
        transport = httpx.ASGITransport(app=create_app(means))
        self._browser = httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL)
        self._door = door

    async def __aenter__(self) -> House:
        return House(self._door, self._browser, self._identity)

    async def __aexit__(self, *_: object) -> None:
        await self._browser.aclose()


def refusal(answer: httpx.Response) -> tuple[int, str, Any]:
    return answer.status_code, answer.json()["code"], answer.json().get("reason")
