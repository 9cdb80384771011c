"""An item that a lead has accepted, as auditors look at it."""

from __future__ import annotations

import re
import time
from typing import Any

import httpx

from tests.e2e.console.logins import login_of
from tests.e2e.running_stack import RunningStack


def client_of(stack: RunningStack, who: str) -> httpx.Client:
    """Return the API as somebody sees it."""
    name, password = login_of(stack, who)
    given = {"username": name, "password": password}
    token = httpx.post(f"{stack.api}/api/login", json=given, timeout=30).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=stack.api, timeout=30, headers=headers)


def open_task(client: httpx.Client, number: str, element: str) -> dict[str, Any]:
    """Wait for the open task of an element."""
    asked = {"filter": {"feedbackNumber": number, "elementId": element, "state": "CREATED"}}
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        found = client.post("/v2/user-tasks/search", json=asked).json()["items"]
        if found:
            return dict(found[0])
        time.sleep(0.1)
    raise AssertionError(f"{number} has no task {element}")


def accepted(stack: RunningStack, number: str) -> tuple[str, list[dict[str, Any]]]:
    """Let a lead accept an item; return the key of its instance and its records."""
    with client_of(stack, "team_lead") as lead:
        task = open_task(lead, number, "accept")
        done = lead.post(f"/v2/user-tasks/{task['userTaskKey']}/completion", json={})
        assert done.status_code == 204, done.text
        open_task(lead, number, "process")
    key = str(task["processInstanceKey"])
    with client_of(stack, "auditor") as auditor:
        found = auditor.get(f"/api/audit/{key}/records", params={"limit": 2000}).json()
    return key, found["items"]


def drawn_names(stack: RunningStack, key: str) -> set[str]:
    """Return the names of elements in the drawings of an instance: data, no words of ours."""
    with client_of(stack, "auditor") as auditor:
        drawings = auditor.get(f"/api/audit/{key}").json()["drawings"]
    return {name for one in drawings for name in re.findall(r'name="([^"]+)"', one["xml"])}
