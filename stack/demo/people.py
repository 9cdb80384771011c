"""The people of the demonstration, each with a login of their own (演示人员)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from stack.errors import StackError

SECONDS = 30.0
OPEN = ("/api", "/v2")


class People:
    """Logs people in when they are needed, and finds who may do what (人员)."""

    def __init__(self, api: str, logins: Path) -> None:
        self._api = api
        self._passwords: dict[str, str] = {}
        self._roles: dict[str, str] = {}
        for line in logins.read_text(encoding="utf-8").splitlines():
            if line.strip():
                name, self._passwords[name], self._roles[name] = line.split(maxsplit=2)
        self._clients: dict[str, httpx.AsyncClient] = {}
        self._groups: dict[str, frozenset[str]] = {}
        self.public = self._client({})

    async def close(self) -> None:
        """Close all connections."""
        for client in (self.public, *self._clients.values()):
            await client.aclose()

    async def all_logged_in(self) -> None:
        """Log everybody in."""
        for name in self._passwords:
            await self.named(name)

    async def named(self, username: str) -> httpx.AsyncClient:
        """Return the connection of a person, logged in."""
        if username not in self._clients:
            body = {"username": username, "password": self._passwords[username]}
            answer = checked(await self.public.post("/api/login", json=body)).json()
            self._groups[username] = frozenset(answer["groups"])
            token = {"Authorization": f"Bearer {answer['token']}"}
            self._clients[username] = self._client(token)
        return self._clients[username]

    async def with_role(self, role: str) -> httpx.AsyncClient:
        """Return the connection of somebody whose first role this is."""
        for name, first in self._roles.items():
            if first == role:
                return await self.named(name)
        raise StackError(f"no demo login has the role {role}")

    async def all_with_role(self, role: str) -> list[httpx.AsyncClient]:
        """Return the connections of everybody whose first role this is."""
        return [await self.named(name) for name, first in self._roles.items() if first == role]

    async def for_task(self, task: dict[str, Any]) -> httpx.AsyncClient:
        """Return the connection of who has a task, or of somebody who may take it."""
        if task["assignee"]:
            return await self.named(task["assignee"])
        wanted = frozenset(task["candidate_groups"])
        for name in self._passwords:
            client = await self.named(name)
            if not wanted.isdisjoint(self._groups[name]):
                return client
        raise StackError(f"no demo login may do {task['element_id']}")

    def _client(self, headers: dict[str, str]) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=self._api, headers=headers, timeout=SECONDS, trust_env=False
        )


def checked(answer: httpx.Response) -> httpx.Response:
    """Return an answer that says yes.

    Raises:
        StackError: it says no; only its code is told, never what was sent.
    """
    if answer.is_success:
        return answer
    path = answer.request.url.path
    # Other paths hold the token of a link.
    request = f"{answer.request.method} {path if path.startswith(OPEN) else '/survey'}"
    raise StackError(f"{request} was answered {answer.status_code} {_code(answer)}")


def _code(answer: httpx.Response) -> str:
    try:
        found = answer.json()
    except ValueError:
        return ""
    return str(found.get("code", "")) + (f" {found['errors']}" if "errors" in found else "")
