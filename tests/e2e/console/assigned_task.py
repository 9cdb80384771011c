"""The open task of an item, once somebody was chosen for it."""

from __future__ import annotations

import time

import httpx

from tests.e2e.console.logins import login_of
from tests.e2e.running_stack import RunningStack


def assigned_to(stack: RunningStack, number: str) -> tuple[httpx.Client, str, str]:
    """A lead at the API, the key of an item's open task, and who has it."""
    name, password = login_of(stack, "team_lead")
    client = httpx.Client(base_url=stack.api, timeout=30)
    token = client.post("/api/login", json={"username": name, "password": password}).json()["token"]
    client.headers["Authorization"] = f"Bearer {token}"
    asked = {"filter": {"feedbackNumber": number, "state": "CREATED"}}
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        found = client.post("/v2/user-tasks/search", json=asked).json()["items"]
        if found and found[0]["assignee"]:
            return client, found[0]["userTaskKey"], found[0]["assignee"]
        time.sleep(0.1)
    raise AssertionError(f"{number} was given to nobody")
