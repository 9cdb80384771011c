"""What is deployed: processes, decisions and forms by version, their files, their counts."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from models.incident import Incident
from tests.api.door import Door
from tests.api.draft_house import RENAMED, code
from tests.unit.feedback_life import resources

pytestmark = pytest.mark.integration
FORM = {"id": "begin", "components": [{"key": "reason", "type": "textfield"}]}
STARTED = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="test"
             xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d">
  <process id="by_form" name="By form" isExecutable="true">
    <extensionElements><zeebe:versionTag value="v7" /></extensionElements>
    <startEvent id="begun">
      <extensionElements><zeebe:formDefinition formId="begin" /></extensionElements>
      <outgoing>on</outgoing>
    </startEvent>
    <sequenceFlow id="on" sourceRef="begun" targetRef="done" />
    <endEvent id="done"><incoming>on</incoming></endEvent>
  </process>
</definitions>"""


async def deploy(door: Door, files: dict[str, bytes]) -> dict[str, Any]:
    sent = [("resources", (name, content)) for name, content in files.items()]
    headers = await door.headers("owner")
    answer = await door.client.post("/v2/deployments", files=sent, headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def parts(deployment: dict[str, Any], kind: str, name: str) -> dict[str, dict[str, Any]]:
    found = [one[kind] for one in deployment["deployments"] if kind in one]
    return {one[name]: one for one in found}


async def search(door: Door, what: str, **asked: Any) -> list[dict[str, Any]]:
    answer = await door.post("owner", f"/v2/{what}/search", asked)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def definition(door: Door, process: str = "feedback") -> dict[str, Any]:
    wanted = {"processDefinitionId": process, "isLatestVersion": True}
    [found] = await search(door, "process-definitions", filter=wanted)
    return found


def changed() -> dict[str, bytes]:
    files = resources()
    return files | {"feedback.bpmn": files["feedback.bpmn"].replace(*RENAMED)}


async def test_processes_are_found_by_id_name_and_version_newest_or_all(door: Door) -> None:
    await deploy(door, changed())

    newest = await search(door, "process-definitions", filter={"isLatestVersion": True})
    both = await search(
        door,
        "process-definitions",
        filter={"processDefinitionId": "feedback"},
        sort=[{"field": "version", "order": "DESC"}],
    )
    named = await search(door, "process-definitions", filter={"name": {"$like": both[0]["name"]}})

    assert {one["version"] for one in newest} == {2}
    assert len({one["processDefinitionId"] for one in newest}) == len(newest) > 3
    assert [one["version"] for one in both] == [2, 1]
    assert both[0]["resourceName"] == "feedback.bpmn"
    assert both[0] in named
    [first] = await search(
        door, "process-definitions", filter={"processDefinitionId": "feedback", "version": 1}
    )
    assert first == both[1]


async def test_a_page_of_definitions_leads_to_the_next(door: Door) -> None:
    everything = await search(door, "process-definitions")

    asked = {"page": {"limit": 2}}
    answer = (await door.post("owner", "/v2/process-definitions/search", asked)).json()
    after = {"page": {"limit": 500, "after": answer["page"]["endCursor"]}}
    rest = (await door.post("owner", "/v2/process-definitions/search", after)).json()

    assert answer["items"] + rest["items"] == everything
    assert answer["page"]["totalItems"] == len(everything)


async def test_the_drawing_comes_back_byte_for_byte_and_runs_nowhere(door: Door) -> None:
    found = await definition(door)
    key = found["processDefinitionKey"]

    one = (await door.get("audit", f"/v2/process-definitions/{key}")).json()
    answer = await door.get("audit", f"/v2/process-definitions/{key}/xml")

    assert one == found
    assert answer.content == resources()["feedback.bpmn"]
    assert answer.headers["content-type"] == "text/xml"
    assert "sandbox" in answer.headers["content-security-policy"]
    unknown = await door.get("audit", "/v2/process-definitions/99")
    assert code(unknown) == (404, "process_definition_not_found")


async def test_a_process_with_a_start_form_offers_it(door: Door) -> None:
    content = json.dumps(FORM).encode()
    told = await deploy(door, {"by_form.bpmn": STARTED, "begin.form": content})
    form = parts(told, "form", "formId")["begin"]

    found = await definition(door, "by_form")
    answer = await door.get(
        "owner", f"/v2/process-definitions/{found['processDefinitionKey']}/form"
    )

    assert (found["hasStartForm"], found["versionTag"], found["name"]) == (True, "v7", "By form")
    assert answer.json() == {
        "formKey": form["formKey"],
        "formId": "begin",
        "tenantId": "<default>",
        "version": 1,
        "schema": FORM,
    }
    with_form = await search(door, "process-definitions", filter={"hasStartForm": True})
    assert with_form == [found]


async def test_a_process_without_a_start_form_offers_none(door: Door) -> None:
    key = (await definition(door))["processDefinitionKey"]

    answer = await door.get("owner", f"/v2/process-definitions/{key}/form")

    assert (answer.status_code, answer.content) == (204, b"")


async def test_decisions_get_the_next_version_when_their_file_changes_and_only_then(
    door: Door,
) -> None:
    files = changed()
    files["limits.dmn"] = files["limits.dmn"].replace(
        b"</definitions>", b"<!-- 1 --></definitions>"
    )
    before = {
        one["decisionDefinitionId"]: one for one in await search(door, "decision-definitions")
    }

    told = await deploy(door, files)

    decisions = parts(told, "decisionDefinition", "decisionDefinitionId")
    graphs = parts(told, "decisionRequirements", "resourceName")
    assert decisions["limits"]["version"] == graphs["limits.dmn"]["version"] == 2
    assert (
        decisions["limits"]["decisionRequirementsKey"]
        == (graphs["limits.dmn"]["decisionRequirementsKey"])
    )
    assert (
        decisions["limits"]["decisionDefinitionKey"] != (before["limits"]["decisionDefinitionKey"])
    )
    others = {name: one for name, one in decisions.items() if name != "limits"}
    assert others
    for name, one in others.items():
        assert one["decisionDefinitionKey"] == before[name]["decisionDefinitionKey"]
        assert one["version"] == 1


async def test_forms_get_the_next_version_when_they_change_and_only_then(door: Door) -> None:
    files = changed()
    files["accept.form"] += b"\n"

    told = parts(await deploy(door, files), "form", "formId")

    assert told["accept"]["version"] == 2
    assert {one["version"] for name, one in told.items() if name != "accept"} == {1}
    keys = [one["formKey"] for one in told.values()]
    assert len(set(keys)) == len(keys)
    assert all(key.isdigit() for key in keys)


async def test_the_same_files_again_make_no_version_of_anything(door: Door) -> None:
    first = await deploy(door, changed())

    assert await deploy(door, changed()) == first


async def test_decisions_are_found_with_the_file_that_they_stand_in(door: Door) -> None:
    [found] = await search(door, "decision-definitions", filter={"decisionDefinitionId": "limits"})
    key = found["decisionDefinitionKey"]

    one = (await door.get("owner", f"/v2/decision-definitions/{key}")).json()
    xml = await door.get("owner", f"/v2/decision-definitions/{key}/xml")
    graph_key = found["decisionRequirementsKey"]
    graph = (await door.get("owner", f"/v2/decision-requirements/{graph_key}")).json()
    graph_xml = await door.get("owner", f"/v2/decision-requirements/{graph_key}/xml")

    assert one == found
    assert xml.content == graph_xml.content == resources()["limits.dmn"]
    assert graph["resourceName"] == "limits.dmn"
    assert graph["decisionRequirementsId"] == found["decisionRequirementsId"]
    [searched] = await search(door, "decision-requirements", filter={"resourceName": "limits.dmn"})
    assert searched == graph
    unknown = await door.get("owner", "/v2/decision-definitions/99/xml")
    assert code(unknown) == (404, "decision_definition_not_found")
    unknown = await door.get("owner", "/v2/decision-requirements/99")
    assert code(unknown) == (404, "decision_requirements_not_found")


async def test_only_the_newest_decisions_are_found_when_asked_for(door: Door) -> None:
    files = changed()
    files["limits.dmn"] = files["limits.dmn"].replace(
        b"</definitions>", b"<!-- 1 --></definitions>"
    )
    await deploy(door, files)
    own = {"decisionDefinitionId": "limits"}

    every = await search(door, "decision-definitions", filter=own)
    newest = await search(door, "decision-definitions", filter=own | {"isLatestVersion": True})
    older = await search(door, "decision-definitions", filter=own | {"isLatestVersion": False})

    assert [one["version"] for one in every] == [1, 2]
    assert (newest, older) == ([every[1]], [every[0]])


async def test_an_export_holds_every_file_as_it_was_and_is_always_the_same(door: Door) -> None:
    key = (await definition(door))["processDefinitionKey"]
    path = f"/api/process-definitions/{key}/export"

    first, again = await door.get("owner", path), await door.get("audit", path)

    assert first.content == again.content
    assert first.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(first.content)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == resources()
    with door.engine.connect() as connection:
        asked = text("SELECT actor FROM access_record WHERE action = 'export_definition'")
        assert connection.execute(asked).scalars().all() == ["owner", "audit"]


async def test_an_export_sent_back_changes_nothing(door: Door) -> None:
    key = (await definition(door))["processDefinitionKey"]
    exported = (await door.get("owner", f"/api/process-definitions/{key}/export")).content
    with zipfile.ZipFile(io.BytesIO(exported)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}

    told = await deploy(door, files)

    assert key in {
        one["processDefinitionKey"]
        for one in parts(told, "processDefinition", "processDefinitionId").values()
    }


async def test_the_versions_of_a_process_tell_how_many_instances_run_on_each(door: Door) -> None:
    old = await door.receive()
    await door.receive(contact="13900001111")
    await deploy(door, changed())
    await door.receive(contact="13900002222")
    instance = (await door.task(old))["processInstanceKey"]
    with door.engine.begin() as connection:
        troubled = text("UPDATE process_instance SET has_incident = true WHERE key = :key")
        connection.execute(troubled, {"key": int(instance)})

    asked = {"filter": {"processDefinitionId": "feedback"}}
    path = "/v2/process-definitions/statistics/process-instances-by-version"
    answer = (await door.post("audit", path, asked)).json()

    assert [
        (
            one["processDefinitionVersion"],
            one["activeInstancesWithIncidentCount"],
            one["activeInstancesWithoutIncidentCount"],
        )
        for one in answer["items"]
    ] == [(1, 1, 1), (2, 0, 1)]


async def elements(door: Door, key: str) -> dict[str, dict[str, Any]]:
    answer: httpx.Response = await door.post(
        "owner", f"/v2/process-definitions/{key}/statistics/element-instances", {}
    )
    assert answer.status_code == 200, answer.text
    return {one["elementId"]: one for one in answer.json()["items"]}


async def test_elements_tell_how_often_running_instances_were_and_are_there(door: Door) -> None:
    number = await door.receive()
    await door.receive(contact="13900001111")
    key = (await definition(door))["processDefinitionKey"]
    before = await elements(door, key)

    await door.complete(number, "lead")
    after = await elements(door, key)

    counts = ("active", "completed", "canceled", "incidents")
    assert [before["accept"][name] for name in counts] == [2, 0, 0, 0]
    assert [after["accept"][name] for name in counts] == [1, 1, 0, 0]
    assert "feedback" not in after
    await deploy(door, changed())
    assert await elements(door, (await definition(door))["processDefinitionKey"]) == {}
    assert await elements(door, key) == after


async def test_a_called_process_is_counted_on_the_version_deployed_with_its_caller(
    door: Door,
) -> None:
    number = await door.receive()
    called = (await definition(door, "survey"))["processDefinitionKey"]
    before = await elements(door, called)
    await door.complete(number, "lead")
    await door.complete(
        number, "lead", plan="3个工作日内完成配件更换", estimated_hours=6, reply="好"
    )

    await deploy(door, changed())

    assert before == {}
    assert sum(one["active"] for one in (await elements(door, called)).values()) > 0
    newer = (await definition(door, "survey"))["processDefinitionKey"]
    assert await elements(door, newer) == {}


async def test_open_incidents_are_counted_where_they_are(door: Door) -> None:
    task = await door.task(await door.receive())
    instance = int(task["processInstanceKey"])
    with Session(door.engine) as session, session.begin():
        for key, state in ((instance + 900, "ACTIVE"), (instance + 901, "RESOLVED")):
            session.add(
                Incident(
                    key=key,
                    instance_key=instance,
                    element_id="accept",
                    code="send_failed",
                    state=state,
                    element_instance_key=int(task["elementInstanceKey"]),
                    created_at=door.clock.at,
                )
            )

    found = await elements(door, (await definition(door))["processDefinitionKey"])

    assert found["accept"]["incidents"] == 1
    assert sum(one["incidents"] for one in found.values()) == 1
