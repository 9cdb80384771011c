"""An office: a process of three tasks one after another, and what people do with them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import text
from sqlalchemy.orm import Session

from models import audit_record
from tests.api.door import Door
from tests.api.other_process import GROUP, begin, deploy_other
from tests.drawings import chain, user

DRAFTED = (
    '<bpmn:startEvent id="start" />'
    + user("draft", GROUP)
    + user("review", GROUP)
    + user("send", GROUP)
    + '<bpmn:endEvent id="end" />'
    + chain("start", "draft", "review", "send", "end")
)
REASON = "李四 13812345678 更熟悉"


async def office(door: Door, body: str = DRAFTED, **variables: Any) -> str:
    """Begin an instance; return its key."""
    deploy_other(door, body=body)
    return await begin(door, variables=variables)


async def verb(
    door: Door, username: str, key: str, name: str, body: Any = None, **headers: str
) -> httpx.Response:
    """Ask for a verb on a task."""
    return await door.post(username, f"/v2/user-tasks/{key}/{name}", body, **headers)


async def open_tasks(door: Door, instance: str) -> list[dict[str, Any]]:
    """Return the open tasks of an instance, oldest first."""
    asked = {"filter": {"processInstanceKey": instance, "state": "CREATED"}}
    answer = await door.post("lead", "/v2/user-tasks/search", asked)
    assert answer.status_code == 200, answer.text
    return sorted(answer.json()["items"], key=lambda one: int(one["userTaskKey"]))


async def open_of(door: Door, instance: str, element: str) -> dict[str, Any]:
    """Return the one open task of an element that signs nothing."""
    found = await open_tasks(door, instance)
    [task] = [one for one in found if one["elementId"] == element and one["signs"] is None]
    return task


async def claimed(door: Door, instance: str, element: str, username: str = "tech") -> str:
    """Let somebody claim the open task of an element; return its key."""
    key = str((await open_of(door, instance, element))["userTaskKey"])
    answer = await verb(door, username, key, "assignment", {"assignee": username})
    assert answer.status_code == 204, answer.text
    return key


async def done(door: Door, key: str, username: str = "tech", **variables: Any) -> None:
    """Complete a task."""
    answer = await verb(door, username, key, "completion", {"variables": variables})
    assert answer.status_code == 204, answer.text


async def shown(door: Door, key: str, username: str = "lead") -> dict[str, Any]:
    """Return a task as somebody sees it."""
    answer = await door.get(username, f"/v2/user-tasks/{key}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def told(door: Door, username: str) -> list[str]:
    """Return the codes of somebody's notices, newest first."""
    answer = await door.get(username, "/api/notices")
    assert answer.status_code == 200, answer.text
    return [one["code"] for one in answer.json()["items"]]


def code(answer: httpx.Response) -> tuple[int, str]:
    """Return status and code of a refusal."""
    return answer.status_code, answer.json()["code"]


def recorded(door: Door, instance: str, kind: str) -> list[dict[str, Any]]:
    """Return the data of the records of a kind."""
    with Session(door.engine) as session:
        found = audit_record.read(session, int(instance))
    return [one["data"] for one in found if one["kind"] == kind]


def clear_text(door: Door, instance: str) -> str:
    """Return whatever the records of an instance hold, as one text."""
    asked = text("SELECT string_agg(data::text, '|') FROM audit_record WHERE instance_key = :key")
    with Session(door.engine) as session:
        return str(session.scalar(asked, {"key": int(instance)}))


def kept(door: Door, reference: dict[str, str]) -> str | None:
    """Return the text behind a reference."""
    with Session(door.engine) as session:
        return door.means.vault.reveal(session, UUID(reference["$ref"]))
