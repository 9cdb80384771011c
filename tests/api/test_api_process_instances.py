"""Process instances through the door: begun, found, counted, kept from those who see less."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.api.door import Door
from tests.api.other_process import BODY, begin, complete, deploy_other, element
from tests.drawings import chain, user

pytestmark = pytest.mark.integration
CREATE = "/v2/process-instances"
SEARCH = "/v2/process-instances/search"


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def fields(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(one["field"], one["code"]) for one in answer.json()["errors"]]


def owed(door: Door) -> int:
    with Session(door.engine) as session:
        return int(session.scalar(text("SELECT count(*) FROM start_request")) or 0)


async def found(door: Door, username: str, **filter_: Any) -> list[str]:
    answer = await door.post(username, SEARCH, {"filter": filter_})
    assert answer.status_code == 200, answer.text
    return [one["processInstanceKey"] for one in answer.json()["items"]]


async def test_a_process_without_an_item_is_begun_and_runs_to_its_end(door: Door) -> None:
    definition = deploy_other(door)
    asked = {"processDefinitionKey": str(definition.key), "variables": {"urgency": "critical"}}

    answer = await door.post("owner", CREATE, asked)

    assert answer.status_code == 200, answer.text
    created = answer.json()
    assert created["processDefinitionId"] == "p"
    assert created["processDefinitionVersion"] == 1
    key = created["processInstanceKey"]
    path = f"/v2/process-instances/{key}"
    assert code(await door.get("owner", path)) == (503, "process_instance_starting")
    door.instances.start_all()
    running = (await door.get("owner", path)).json()
    assert (running["state"], running["feedbackNumber"]) == ("ACTIVE", None)
    assert running["processDefinitionKey"] == str(definition.key)
    await complete(door, key, "review")
    ad_hoc = await element(door, key, "ad")
    change = {"variables": {"done": True}}
    await door.call("admin", "PUT", f"/v2/element-instances/{key}/variables", change)
    activation = (
        f"/v2/element-instances/ad-hoc-activities/{ad_hoc['elementInstanceKey']}/activation"
    )
    began = await door.post("lead", activation, {"elements": [{"elementId": "call"}]})
    assert began.status_code == 204, began.text
    await complete(door, key, "call")
    ended = (await door.get("owner", path)).json()
    assert ended["state"] == "COMPLETED"
    assert ended["endDate"] >= ended["startDate"]


async def test_an_instance_asked_for_twice_with_one_key_is_one(door: Door) -> None:
    deploy_other(door)
    asked = {"processDefinitionId": "p"}

    first = await door.post("owner", CREATE, asked, Idempotency_Key="k")
    again = await door.post("owner", CREATE, asked, Idempotency_Key="k")
    other = await door.post("owner", CREATE, asked | {"variables": {"n": 1}}, Idempotency_Key="k")

    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert code(other) == (422, "idempotency_key_reused")
    with Session(door.engine) as session:
        started = text("SELECT count(*) FROM access_record WHERE action = 'start_process'")
        assert session.scalar(started) == 1


async def test_who_awaits_the_completion_gets_the_variables(door: Door) -> None:
    deploy_other(door, "quick", '<bpmn:startEvent id="s" />')
    asked = {
        "processDefinitionId": "quick",
        "variables": {"n": 1, "other": "x"},
        "awaitCompletion": True,
        "fetchVariables": ["n"],
    }

    waiting = asyncio.create_task(door.post("owner", CREATE, asked, Idempotency_Key="k"))
    while not owed(door):
        await asyncio.sleep(0.01)
    door.instances.start_all()
    answer = await waiting
    again = await door.post("owner", CREATE, asked, Idempotency_Key="k")

    assert answer.status_code == 200, answer.text
    assert answer.json()["variables"] == {"n": 1}
    assert again.json() == answer.json()


async def test_who_awaits_too_long_is_told_so_and_the_instance_goes_on(door: Door) -> None:
    deploy_other(door)
    asked = {"processDefinitionId": "p", "awaitCompletion": True, "requestTimeout": 50}

    answer = await door.post("owner", CREATE, asked)

    assert code(answer) == (504, "process_instance_not_completed")
    door.instances.start_all()
    assert await found(door, "owner", state="ACTIVE") == [answer.json()["key"]]


async def test_a_cancellation_ends_the_waiting(door: Door) -> None:
    deploy_other(door)
    asked = {"processDefinitionId": "p", "awaitCompletion": True}

    waiting = asyncio.create_task(door.post("owner", CREATE, asked))
    while not owed(door):
        await asyncio.sleep(0.01)
    door.instances.start_all()
    [key] = await found(door, "owner", processDefinitionId="p")
    await door.post("admin", f"/v2/process-instances/{key}/cancellation")

    assert code(await waiting) == (409, "process_instance_canceled")


async def test_an_instance_begins_with_a_version_and_an_element_that_are_asked_for(
    door: Door,
) -> None:
    deploy_other(door)
    deploy_other(door, body=BODY.replace("as needed", "if needed"))

    old = await begin(door, processDefinitionVersion=1)
    late = await begin(door, startInstructions=[{"elementId": "ad"}])

    shown = (await door.get("owner", f"/v2/process-instances/{old}")).json()
    assert shown["processDefinitionVersion"] == 1
    assert (await element(door, late, "ad"))["elementName"] == "if needed"
    flows = (await door.get("owner", f"/v2/process-instances/{late}/sequence-flows")).json()
    assert flows["items"] == []


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"processDefinitionId": "nothing"}, (404, "process_definition_not_found")),
        ({"processDefinitionKey": "1"}, (404, "process_definition_not_found")),
        (
            {"processDefinitionId": "p", "processDefinitionVersion": 9},
            (404, "process_definition_not_found"),
        ),
        ({"processDefinitionId": "feedback"}, (409, "process_needs_feedback")),
        ({"processDefinitionId": "extension"}, (409, "process_needs_feedback")),
        (
            {"processDefinitionId": "p", "startInstructions": [{"elementId": "call"}]},
            (404, "element_not_found"),
        ),
        ({"processDefinitionId": "q"}, (409, "start_event_missing")),
        ({}, (400, "request_invalid")),
        ({"processDefinitionId": "p", "tags": ["a"]}, (400, "request_invalid")),
        ({"processDefinitionId": "p", "requestTimeout": 90000}, (400, "request_invalid")),
        ({"processDefinitionId": "p", "colour": "red"}, (400, "request_invalid")),
        ({"processDefinitionKey": "1x"}, (400, "request_invalid")),
    ],
)
async def test_what_cannot_begin_is_refused_at_once_and_nothing_is_owed(
    door: Door, asked: dict[str, Any], expected: tuple[int, str]
) -> None:
    deploy_other(door)
    event = '<bpmn:signalEventDefinition signalRef="r" />'
    waits = f'<bpmn:startEvent id="s">{event}</bpmn:startEvent>'
    recall = '<bpmn:signal id="r" name="recall" />'
    deploy_other(door, "q", waits + user("t") + chain("s", "t"), recall)

    answer = await door.post("owner", CREATE, asked)

    assert code(answer) == expected
    assert owed(door) == 0


async def test_variables_that_show_personal_data_or_cannot_be_kept_are_refused(door: Door) -> None:
    deploy_other(door)
    variables = {
        "phone": "13812345678",
        "list": [{"mail": "zhang@example.com"}],
        "$ref": "x",
        "inner": {"$ref": "0b7f3c52-6f52-5b1e-8a53-9a6a4f1c2d90"},
        "zero": "a\u0000b",
        "fine": "SO-20240501-88",
    }

    answer = await door.post("owner", CREATE, {"processDefinitionId": "p", "variables": variables})

    assert code(answer) == (400, "variables_invalid")
    assert fields(answer) == [
        ("phone", "personal_data"),
        ("list.0.mail", "personal_data"),
        ("$ref", "key_reserved"),
        ("inner.$ref", "key_reserved"),
        ("zero", "characters_invalid"),
    ]
    assert "13812345678" not in answer.text


async def test_instances_are_found_by_what_they_have_in_common(door: Door) -> None:
    definition = deploy_other(door)
    number = await door.receive()
    first = await begin(door, variables={"urgency": "critical", "n": 1})
    second = await begin(door, variables={"urgency": "normal"})
    await complete(door, second, "review")
    item = str((await door.task(number))["processInstanceKey"])

    both = [first, second]
    assert await found(door, "admin") == [item, *both]
    assert await found(door, "admin", feedbackNumber=number) == [item]
    assert await found(door, "admin", processDefinitionId="p") == both
    assert await found(door, "admin", processDefinitionId={"$like": "feed*"}) == [item]
    assert await found(door, "admin", processDefinitionKey=str(definition.key)) == both
    assert await found(door, "admin", processInstanceKey={"$in": both}) == both
    assert await found(door, "admin", processInstanceKey={"$notIn": both}) == [item]
    standing = {"elementId": "review", "elementInstanceState": "ACTIVE"}
    assert await found(door, "admin", **standing) == [first]
    asked = [{"name": "urgency", "value": '"critical"'}]
    assert await found(door, "admin", variables=asked) == [first]
    assert await found(door, "admin", parentProcessInstanceKey={"$exists": False}) == [item, *both]
    assert await found(door, "admin", parentProcessInstanceKey=first) == []
    either = [{"feedbackNumber": number}, {"elementId": "ad", "state": "ACTIVE"}]
    assert await found(door, "admin", **{"$or": either}) == [item, second]
    assert await found(door, "admin", state="COMPLETED") == []
    later = {"$gt": door.clock.now().isoformat()}
    assert await found(door, "admin", startDate=later) == []


async def test_a_list_of_instances_has_order_and_pages(door: Door) -> None:
    deploy_other(door)
    keys = [await begin(door) for _ in range(3)]
    sort = [{"field": "startDate", "order": "DESC"}]

    first = (await door.post("owner", SEARCH, {"sort": sort, "page": {"limit": 2}})).json()
    after = {"limit": 2, "after": first["page"]["endCursor"]}
    second = (await door.post("owner", SEARCH, {"sort": sort, "page": after})).json()

    shown = [one["processInstanceKey"] for one in first["items"] + second["items"]]
    assert shown == keys[::-1]
    assert (first["page"]["totalItems"], second["page"]["endCursor"]) == (3, None)


@pytest.mark.parametrize(
    "filter_",
    [
        {"state": "SLEEPING"},
        {"processInstanceKey": "abc"},
        {"processInstanceKey": {"$near": "1"}},
        {"startDate": "2026-01-01T00:00:00"},
        {"variables": [{"name": "x", "value": "{"}]},
        {"colour": "red"},
    ],
)
async def test_a_filter_that_means_nothing_is_refused(door: Door, filter_: Any) -> None:
    answer = await door.post("admin", SEARCH, {"filter": filter_})

    assert code(answer) == (400, "request_invalid")
    [error] = answer.json()["errors"]
    assert error["field"].startswith("filter.")


async def test_the_course_of_an_instance_is_counted(door: Door) -> None:
    deploy_other(door)
    key = await begin(door)
    await complete(door, key, "review")
    path = f"/v2/process-instances/{key}"

    figures = (await door.get("owner", f"{path}/statistics/element-instances")).json()["items"]
    flows = (await door.get("owner", f"{path}/sequence-flows")).json()["items"]

    counted = {one["elementId"]: (one["active"], one["completed"]) for one in figures}
    assert counted == {"start": (0, 1), "review": (0, 1), "ad": (1, 0)}
    assert [one["elementId"] for one in flows] == ["start_review", "review_ad"]
    assert flows[0]["sequenceFlowId"] == f"{key}_start_review"
    await door.post("admin", f"{path}/cancellation")
    after = (await door.get("owner", f"{path}/statistics/element-instances")).json()["items"]
    assert [one["canceled"] for one in after if one["elementId"] == "ad"] == [1]


async def test_who_cannot_see_an_item_sees_neither_its_instance_nor_its_elements(
    door: Door,
) -> None:
    deploy_other(door)
    number = await door.receive()
    item = str((await door.task(number))["processInstanceKey"])
    other = await begin(door)

    # The item lies with the technical department.
    assert await found(door, "tech") == [item]
    assert await found(door, "spec") == [item]
    assert await found(door, "log") == []
    assert await found(door, "audit") == [item, other]
    path = f"/v2/process-instances/{item}"
    for place in ("", "/statistics/element-instances", "/sequence-flows"):
        refused = await door.get("log", path + place)
        assert code(refused) == (403, "process_instance_not_yours"), place
        assert (await door.get("tech", path + place)).status_code == 200
    root = f"/v2/element-instances/{item}"
    assert code(await door.get("log", root)) == (403, "process_instance_not_yours")
    elements = await door.post("log", "/v2/element-instances/search")
    assert elements.json()["items"] == []
    assert code(await door.get("tech", f"/v2/process-instances/{other}")) == (
        403,
        "process_instance_not_yours",
    )
    unknown = await door.get("admin", "/v2/process-instances/99")
    assert code(unknown) == (404, "process_instance_not_found")


async def test_who_draws_processes_sees_where_items_stand_but_not_what_they_hold(
    door: Door,
) -> None:
    deploy_other(door)
    number = await door.receive()
    item = str((await door.task(number))["processInstanceKey"])
    other = await begin(door, variables={"n": 1})

    assert await found(door, "owner") == [item, other]
    variables = (await door.post("owner", "/v2/variables/search")).json()["items"]
    assert {one["processInstanceKey"] for one in variables} == {other}
    # Nor do they find out by asking for a value.
    asked = [{"name": "feedback", "value": {"$like": "*repair*"}}]
    assert await found(door, "owner", variables=asked) == []
    assert await found(door, "tech", variables=asked) == [item]
