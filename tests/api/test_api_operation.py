"""Deployments, incidents, the end of instances, health."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.app import create_app
from models import database as connections
from models.incident import Incident
from tests.api.door import TELL, Door
from tests.unit.feedback_life import resources

pytestmark = pytest.mark.integration
BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;">]>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">&lol2;</definitions>"""


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def deploy(door: Door, files: dict[str, bytes], username: str = "owner") -> httpx.Response:
    sent = [("resources", (name, content)) for name, content in files.items()]
    headers = await door.headers(username)
    return await door.client.post("/v2/deployments", files=sent, headers=headers)


def versions(door: Door) -> dict[str, int]:
    asked = "SELECT process_id, max(version) FROM process_definition GROUP BY 1"
    with Session(door.engine) as session:
        return {row[0]: row[1] for row in session.execute(text(asked))}


async def test_a_changed_drawing_becomes_the_next_version(door: Door) -> None:
    files = resources()
    files["feedback.bpmn"] = files["feedback.bpmn"].replace("收到反馈".encode(), "收到".encode())

    answer = await deploy(door, files)

    assert answer.status_code == 200, answer.text
    told = {
        one["processDefinition"]["processDefinitionId"]: one["processDefinition"]
        for one in answer.json()["deployments"]
        if "processDefinition" in one
    }
    assert told["feedback"]["processDefinitionVersion"] == 2
    assert told["feedback"]["resourceName"] == "feedback.bpmn"
    assert versions(door)["feedback"] == 2
    with Session(door.engine) as session:
        asked = text("SELECT actor FROM access_record WHERE action = 'deploy'")
        assert session.execute(asked).scalars().all() == ["owner"]
    number = await door.receive()
    assert (await door.task(number))["processDefinitionVersion"] == 2


async def test_an_xml_bomb_is_refused_and_nothing_is_stored(door: Door) -> None:
    before = versions(door)

    answer = await deploy(door, {"bomb.bpmn": BOMB, "bomb.dmn": BOMB, "x.form": b"["})

    assert code(answer) == (400, "deployment_invalid")
    found = {(one["resource"], one["code"]) for one in answer.json()["problems"]}
    assert found == {
        ("bomb.bpmn", "xml_forbidden"),
        ("bomb.dmn", "xml_forbidden"),
        ("x.form", "form_malformed"),
    }
    assert versions(door) == before


async def test_a_drawing_that_cannot_run_is_refused_with_element_and_line(door: Door) -> None:
    files = resources()
    del files["extension.bpmn"]

    answer = await deploy(door, files)

    assert code(answer) == (400, "deployment_invalid")
    [problem] = answer.json()["problems"]
    assert problem["code"] == "called_process_missing"
    assert problem["element"] == "extend"
    assert problem["line"] > 0


async def test_a_deployment_without_a_process_is_refused(door: Door) -> None:
    form = {"a.form": b'{"id": "a", "components": []}'}
    headers = await door.headers("owner")

    assert code(await deploy(door, form)) == (400, "deployment_empty")
    nothing = await door.client.post("/v2/deployments", headers=headers)
    assert code(nothing) == (400, "request_invalid")


async def test_an_administrator_cancels_an_instance(door: Door) -> None:
    number = await door.receive()
    task = await door.task(number)
    path = f"/v2/process-instances/{task['processInstanceKey']}/cancellation"

    canceled = await door.post("admin", path, Idempotency_Key="k")
    again = await door.post("admin", path, Idempotency_Key="k")
    too_late = await door.post("admin", path)
    unknown = await door.post("admin", "/v2/process-instances/99/cancellation")

    assert canceled.status_code == again.status_code == 204
    assert code(too_late) == (409, "process_instance_ended")
    assert code(unknown) == (404, "process_instance_not_found")
    after = await door.get("lead", f"/v2/user-tasks/{task['userTaskKey']}")
    assert after.json()["state"] == "CANCELED"


async def test_incidents_are_found_and_only_open_ones_resolved(door: Door) -> None:
    number = await door.receive()
    key = int((await door.task(number))["processInstanceKey"])
    rows: dict[str, Any] = {
        "instance_key": key,
        "element_id": "reply",
        "element_instance_key": key + 5,
        "code": "send_failed",
        "created_at": door.clock.at,
    }
    with Session(door.engine) as session, session.begin():
        session.add(Incident(key=key + 900, **rows))
        session.add(Incident(key=key + 901, **rows, state="RESOLVED"))

    asked = {"filter": {"state": "ACTIVE", "processInstanceKey": str(key)}}
    found = (await door.post("admin", "/v2/incidents/search", asked)).json()

    assert [one["incidentKey"] for one in found["items"]] == [str(key + 900)]
    assert found["items"][0]["errorType"] == "send_failed"
    resolved = await door.post("admin", f"/v2/incidents/{key + 901}/resolution")
    assert code(resolved) == (409, "incident_not_active")
    unknown = await door.post("admin", "/v2/incidents/99/resolution")
    assert code(unknown) == (404, "incident_not_found")


async def test_health_tells_what_cannot_be_reached(door: Door) -> None:
    good = await door.client.get("/api/health")
    door.instances.away = True
    bad = await door.client.get("/api/health")

    assert good.json() == {"status": "ok", "database": True, "temporal": True}
    assert code(bad) == (503, "unhealthy")
    assert (bad.json()["database"], bad.json()["temporal"]) == (True, False)


async def test_while_the_database_is_away_clients_are_told_to_come_again(door: Door) -> None:
    gone = connections.engine("postgresql://nobody@127.0.0.1:9/nothing")
    means = replace(door.means, engine=gone)
    transport = httpx.ASGITransport(app=create_app(means))
    async with httpx.AsyncClient(transport=transport, base_url="http://bihuan.test") as client:
        item = await client.post("/api/feedback", json=TELL)
        health = await client.get("/api/health")

    assert code(item) == (503, "database_unavailable")
    assert item.headers["retry-after"] == "1"
    assert (health.status_code, health.json()["database"]) == (503, False)
    gone.dispose()
