"""Processes and decisions of earlier deployments that new ones call: bound when deployed."""

from __future__ import annotations

import io
import zipfile
from typing import Any
from urllib.parse import quote

import pytest

from tests.api.door import Door
from tests.api.draft_house import DRAFTS, Drafts, code
from tests.api.other_process import DMN, begin
from tests.api.test_api_definitions import deploy, parts, search
from tests.drawings import user
from tests.unit.test_linking import call, drawn, rule

pytestmark = pytest.mark.integration
CALLED = drawn("q", user("first"))
LATER = drawn("q", user("second"))
CALLER = {"p.bpmn": drawn("p", call("q"), user("after"))}


async def open_tasks(door: Door, instance: str) -> list[str]:
    asked = {"filter": {"processInstanceKey": instance, "state": "CREATED"}}
    answer = await door.post("lead", "/v2/user-tasks/search", asked)
    return [one["elementId"] for one in answer.json()["items"]]


async def key_of(door: Door, process: str = "p") -> str:
    wanted = {"processDefinitionId": process, "isLatestVersion": True}
    [found] = await search(door, "process-definitions", filter=wanted)
    return str(found["processDefinitionKey"])


async def test_a_call_reaches_what_was_deployed_before_and_keeps_to_it(door: Door) -> None:
    await deploy(door, {"q.bpmn": CALLED})
    made = await deploy(door, CALLER)
    running = await begin(door)
    await deploy(door, {"q.bpmn": LATER})
    begun_later = await begin(door)

    again = await deploy(door, CALLER)

    assert await open_tasks(door, running) == ["first"]
    assert await open_tasks(door, begun_later) == ["first"]
    assert await open_tasks(door, await begin(door)) == ["second"]
    # What is called is not deployed once more, and the same link is no new version.
    assert [len(one["deployments"]) for one in (made, again)] == [1, 1]
    same = await deploy(door, CALLER)
    versions = [
        parts(one, "processDefinition", "processDefinitionId")["p"]["processDefinitionVersion"]
        for one in (made, again, same)
    ]
    assert versions == [1, 2, 2]
    assert made["warnings"] == again["warnings"]
    assert {one["severity"] for one in made["warnings"]} <= {"warning"}


async def test_a_business_rule_task_asks_a_decision_that_was_deployed_alone(door: Door) -> None:
    await deploy(door, {"levels.dmn": DMN})
    await deploy(door, {"p.bpmn": drawn("p", rule("hours"), user("after"))})
    await deploy(door, {"levels.dmn": DMN.replace(b"else 24", b"else 48")})

    instance = await begin(door)

    asked = {"filter": {"processInstanceKey": instance, "name": "y"}}
    [found] = (await door.post("admin", "/v2/variables/search", asked)).json()["items"]
    assert found["value"] == "24"


async def test_a_call_by_tag_reaches_the_newest_version_of_the_tag(door: Door) -> None:
    tag = '<bpmn:extensionElements><zeebe:versionTag value="v1" /></bpmn:extensionElements>'
    tagged = CALLED.replace(b'isExecutable="true">', f'isExecutable="true">{tag}'.encode())
    await deploy(door, {"q.bpmn": tagged})
    await deploy(door, {"q.bpmn": LATER})

    await deploy(
        door, {"p.bpmn": drawn("p", call("q", 'bindingType="versionTag" versionTag="v1"'))}
    )

    assert await open_tasks(door, await begin(door)) == ["first"]


async def test_a_call_that_binds_within_its_deployment_goes_nowhere_else(door: Door) -> None:
    await deploy(door, {"q.bpmn": CALLED})
    bound = drawn("p", call("q", 'bindingType="deployment"'))
    headers = await door.headers("owner")

    sent = [("resources", ("p.bpmn", bound))]
    answer = await door.client.post("/v2/deployments", files=sent, headers=headers)

    assert code(answer) == (400, "deployment_invalid")
    assert [one["code"] for one in answer.json()["problems"]] == ["called_process_missing"]


async def test_a_version_holds_shows_and_exports_what_it_is_linked_with(door: Door) -> None:
    await deploy(door, {"q.bpmn": CALLED})
    await deploy(door, CALLER)
    path = f"/api/process-definitions/{await key_of(door)}"

    record = (await door.get("owner", path)).json()
    export = await door.get("owner", f"{path}/export")
    file = await door.get("owner", f"{path}/files/{quote('q@1/q.bpmn', safe='')}")

    files = CALLER | {"q@1/q.bpmn": CALLED}
    assert sorted(one["name"] for one in record["files"]) == sorted(files)
    with zipfile.ZipFile(io.BytesIO(export.content)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files
    assert file.content == CALLED


async def test_auditors_see_the_drawing_that_was_called(door: Door) -> None:
    await deploy(door, {"q.bpmn": CALLED})
    await deploy(door, CALLER)
    instance = await begin(door)
    await deploy(door, {"q.bpmn": LATER})

    told = (await door.get("audit", f"/api/audit/{instance}")).json()

    drawings = {one["process_id"]: one for one in told["drawings"]}
    assert (drawings["q"]["version"], drawings["q"]["xml"].encode()) == (1, CALLED)
    assert drawings["p"]["version"] == 1


async def test_a_draft_holds_its_own_files_and_is_held_against_the_newest_links(
    drafts: Drafts,
) -> None:
    await deployed(drafts, {"q.bpmn": CALLED})
    await deployed(drafts, CALLER)
    await deployed(drafts, {"q.bpmn": LATER})

    told = {"title": "更改", "process_definition_key": await key_of(drafts.door)}
    draft = (await drafts.door.post("owner", DRAFTS, told)).json()
    checked = await drafts.step("owner", draft, "check")
    compared = await drafts.door.get("owner", f"/api/definition-comparison?new_draft={draft['id']}")

    assert [one["name"] for one in draft["files"]] == ["p.bpmn"]
    assert checked.json()["problems"] == []
    changes = [(one["resource"], one["code"]) for one in compared.json()["changes"]]
    assert ("q/q.bpmn", "element_added") in changes
    assert {resource for resource, _ in changes} == {"q/q.bpmn"}


async def test_who_approved_one_version_of_what_is_called_did_not_approve_another(
    drafts: Drafts,
) -> None:
    await deployed(drafts, {"q.bpmn": CALLED})
    draft = await submitted(drafts, CALLER)
    assert (await drafts.approve(draft)).status_code == 200
    await deployed(drafts, {"q.bpmn": LATER})

    refused = await drafts.step("owner", draft, "deploy")

    assert code(refused) == (409, "draft_outdated")
    assert refused.json()["outdated"] == [{"process": "calls:q", "base": 1, "latest": 2}]


async def test_who_approved_one_version_of_a_decision_did_not_approve_another(
    drafts: Drafts,
) -> None:
    await deployed(drafts, {"levels.dmn": DMN})
    draft = await submitted(drafts, {"p.bpmn": drawn("p", rule("hours"), user("after"))})
    await deployed(drafts, {"levels.dmn": DMN.replace(b"else 24", b"else 48")})

    refused = await drafts.approve(draft)

    assert code(refused) == (409, "draft_outdated")
    newer = {"process": "decisions:levels", "base": 1, "latest": 2}
    assert refused.json()["outdated"] == [newer]


async def test_files_are_tried_out_with_what_they_call(door: Door) -> None:
    await deploy(door, {"q.bpmn": CALLED})
    headers = await door.headers("owner")

    sent = [("resources", (name, one)) for name, one in CALLER.items()]
    answer = await door.client.post("/api/dry-run", files=sent, headers=headers)

    assert answer.status_code == 200, answer.text
    assert (answer.json()["process"], answer.json()["outcome"]) == ("p", "completed")
    assert "first" in {one["element"] for one in answer.json()["visits"]}


async def submitted(drafts: Drafts, files: dict[str, bytes]) -> dict[str, Any]:
    draft = (await drafts.door.post("owner", DRAFTS, {"title": "新"})).json()
    for name, content in files.items():
        await drafts.put(draft, name, content)
    answer = await drafts.step("owner", draft, "submit")
    assert answer.status_code == 200, answer.text
    return dict(draft)


async def deployed(drafts: Drafts, files: dict[str, bytes]) -> None:
    draft = await submitted(drafts, files)
    for answer in (
        await drafts.approve(draft, over_newer=True),
        await drafts.step("owner", draft, "deploy"),
    ):
        assert answer.status_code == 200, answer.text
