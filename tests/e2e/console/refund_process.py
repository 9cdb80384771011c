"""A process whose expression fails on what it is given: somebody wrote an amount as text."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import httpx

DRAWING = (Path(__file__).parent / "refund.bpmn").read_bytes()
WRONG = {"amount": "120"}


class Desk:
    """Clients of the API for the people of a stack."""

    def __init__(self, address: str, logins: dict[str, tuple[str, str]]) -> None:
        self._address = address
        self._logins = logins

    def of(self, username: str) -> httpx.Client:
        """Return a client of somebody who has logged in."""
        client = httpx.Client(base_url=self._address, timeout=60, trust_env=False)
        told = {"username": username, "password": self._logins[username][0]}
        token = client.post("/api/login", json=told).raise_for_status().json()["token"]
        client.headers["Authorization"] = f"Bearer {token}"
        return client

    def with_role(self, role: str) -> list[str]:
        """Return the usernames of those with a role."""
        return [name for name, (_, has) in self._logins.items() if has == role]


def deploy_refunds(desk: Desk) -> None:
    """Draw, submit, approve by a second owner, deploy."""
    one, other = (desk.of(name) for name in desk.with_role("process_owner")[:2])
    with closing(one), closing(other):
        draft = one.post("/api/definition-drafts", json={"title": "退款"}).raise_for_status().json()
        path = f"/api/definition-drafts/{draft['id']}"
        tag = {"If-Match": f'"{draft["revision"]}"'}
        put = one.put(f"{path}/files/refund.bpmn", content=DRAWING, headers=tag)
        put.raise_for_status()
        submitted = one.post(f"{path}/submit")
        assert submitted.status_code == 200, submitted.text
        digest = one.get(path).json()["digest"]
        other.post(f"{path}/approve", json={"digest": digest}).raise_for_status()
        one.post(f"{path}/deploy").raise_for_status()


def begin_refund(desk: Desk) -> str:
    """Begin an instance with the wrong amount; return its key once it stands at an incident."""
    with closing(desk.of(desk.with_role("administrator")[0])) as admin:
        told = {"processDefinitionId": "refund", "variables": WRONG}
        made = admin.post("/v2/process-instances", json=told).raise_for_status().json()
        key = str(made["processInstanceKey"])
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            found = admin.get(f"/v2/process-instances/{key}")
            if found.status_code == 200 and found.json()["hasIncident"]:
                return key
            time.sleep(0.25)
    raise TimeoutError(key)
