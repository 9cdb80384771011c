"""Elements and variables of instances: found, looked at, changed by operators."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from models.incident import Incident
from tests.api.door import NAME, PHONE, Door
from tests.api.other_process import begin, complete, deploy_other, element

pytestmark = pytest.mark.integration
ELEMENTS = "/v2/element-instances/search"
VARIABLES = "/v2/variables/search"


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def elements(door: Door, **filter_: Any) -> list[str]:
    answer = await door.post("admin", ELEMENTS, {"filter": filter_})
    assert answer.status_code == 200, answer.text
    return [one["elementId"] for one in answer.json()["items"]]


async def variables(door: Door, username: str = "admin", **filter_: Any) -> dict[str, str]:
    answer = await door.post(username, VARIABLES, {"filter": filter_})
    assert answer.status_code == 200, answer.text
    return {one["name"]: one["value"] for one in answer.json()["items"]}


async def change(door: Door, key: str, body: dict[str, Any], **headers: str) -> httpx.Response:
    return await door.call(
        "admin", "PUT", f"/v2/element-instances/{key}/variables", body, **headers
    )


async def test_elements_are_found_by_what_they_have_in_common(door: Door) -> None:
    definition = deploy_other(door)
    key = await begin(door)
    other = await begin(door)
    await complete(door, key, "review")

    assert await elements(door, processInstanceKey=key) == ["p", "start", "review", "ad"]
    assert await elements(door, processInstanceKey=key, state="ACTIVE") == ["p", "ad"]
    assert await elements(door, elementInstanceScopeKey=other) == ["start", "review"]
    assert await elements(door, type="AD_HOC_SUB_PROCESS") == ["ad"]
    assert await elements(door, type="USER_TASK", state={"$neq": "ACTIVE"}) == ["review"]
    assert await elements(door, elementName={"$like": "as n*d?d"}) == ["ad"]
    assert await elements(door, elementName={"$like": "%"}) == []
    own = str(definition.key)
    assert len(await elements(door, processDefinitionKey=own, elementId={"$in": ["p"]})) == 2
    assert await elements(door, endDate={"$exists": False}, processInstanceKey=other) == [
        "p",
        "review",
    ]


async def test_an_element_is_shown_with_its_name_type_and_span(door: Door) -> None:
    deploy_other(door)
    key = await begin(door)
    await complete(door, key, "review")
    review = await element(door, key, "review")

    shown = (
        await door.get("owner", f"/v2/element-instances/{review['elementInstanceKey']}")
    ).json()

    assert shown == review
    assert (shown["type"], shown["state"], shown["elementInstanceScopeKey"]) == (
        "USER_TASK",
        "COMPLETED",
        key,
    )
    assert shown["endDate"] > shown["startDate"]
    root = (await door.get("owner", f"/v2/element-instances/{key}")).json()
    assert (root["type"], root["elementInstanceScopeKey"]) == ("PROCESS", None)
    unknown = await door.get("owner", "/v2/element-instances/99")
    assert code(unknown) == (404, "element_instance_not_found")


async def test_an_incident_is_shown_at_its_element_and_counted(door: Door) -> None:
    deploy_other(door)
    key = await begin(door)
    review = await element(door, key, "review")
    with Session(door.engine) as session, session.begin():
        for number, host in enumerate((int(review["elementInstanceKey"]), int(key) + 1)):
            session.add(
                Incident(
                    key=int(key) + 900 + number,
                    instance_key=int(key),
                    element_id="review" if number == 0 else "p",
                    element_instance_key=host,
                    job_key=int(key) + 800,
                    code="job_no_retries",
                    created_at=door.clock.at,
                )
            )

    assert await elements(door, hasIncident=True) == ["p", "review"]
    assert await elements(door, incidentKey=str(int(key) + 900)) == ["review"]
    path = f"/v2/process-instances/{key}"
    figures = (await door.get("owner", f"{path}/statistics/element-instances")).json()["items"]
    assert [one["incidents"] for one in figures if one["elementId"] == "review"] == [1]
    own = (await door.post("owner", f"{path}/incidents/search")).json()
    assert [one["elementInstanceKey"] for one in own["items"]] == [
        review["elementInstanceKey"],
        key,
    ]
    one = (await door.get("owner", f"/v2/incidents/{int(key) + 900}")).json()
    assert (one["processDefinitionId"], one["jobKey"]) == ("p", str(int(key) + 800))
    assert one == own["items"][0]
    asked = {"jobKey": {"$in": [str(int(key) + 800)]}, "elementInstanceKey": key}
    found = (await door.post("admin", "/v2/incidents/search", {"filter": asked})).json()
    assert [one["elementId"] for one in found["items"]] == ["p"]
    assert code(await door.get("owner", "/v2/incidents/99")) == (404, "incident_not_found")
    nothing = await door.post("owner", "/v2/process-instances/99/incidents/search")
    assert code(nothing) == (404, "process_instance_not_found")


async def test_variables_are_shown_as_json_text_with_their_scopes(door: Door) -> None:
    deploy_other(door)
    given = {"urgency": "特急", "amount": 1.5, "list": [1, {"a": None}], "nothing": None}
    key = await begin(door, variables=given)

    found = await variables(door, "owner", processInstanceKey=key)

    assert found == {
        "urgency": '"特急"',
        "amount": "1.5",
        "list": '[1,{"a":null}]',
        "nothing": "null",
    }
    assert list(await variables(door, value='"特急"')) == ["urgency"]
    assert list(await variables(door, processInstanceKey=key, value="null")) == ["nothing"]
    assert list(await variables(door, name={"$in": ["amount", "x"]})) == ["amount"]
    assert list(await variables(door, value={"$in": ["1.50", "2"]})) == ["amount"]
    assert await variables(door, scopeKey=str(int(key) + 5)) == {}


async def test_a_long_value_is_cut_in_lists_and_whole_by_its_key(door: Door) -> None:
    deploy_other(door)
    long = "长" * 9000
    await begin(door, variables={"long": long, "short": "s"})

    listed = (await door.post("owner", VARIABLES)).json()["items"]
    whole = (await door.post("owner", f"{VARIABLES}?truncateValues=false")).json()["items"]

    cut = {one["name"]: (len(one["value"]), one["isTruncated"]) for one in listed}
    assert cut == {"long": (8191, True), "short": (3, False)}
    assert {one["name"]: one["isTruncated"] for one in whole} == {"long": False, "short": False}
    key = next(one["variableKey"] for one in listed if one["name"] == "long")
    one = (await door.get("owner", f"/v2/variables/{key}")).json()
    assert one["value"] == f'"{long}"'
    assert code(await door.get("owner", "/v2/variables/99")) == (404, "variable_not_found")


async def test_variables_never_reveal_what_a_customer_wrote(door: Door) -> None:
    await door.receive()

    listed = await door.post("admin", VARIABLES)

    assert listed.json()["page"]["totalItems"] > 0
    assert NAME not in listed.text
    assert PHONE not in listed.text
    found = {one["name"]: one for one in listed.json()["items"]}
    assert found["contact"]["value"].startswith('{"$ref":')
    own = f"/v2/variables/{found['contact']['variableKey']}"
    assert (await door.get("tech", own)).status_code == 200
    assert code(await door.get("log", own)) == (403, "process_instance_not_yours")
    assert code(await door.get("owner", own)) == (403, "process_instance_not_yours")


async def test_an_administrator_changes_variables_and_it_is_recorded(door: Door) -> None:
    deploy_other(door)
    key = await begin(door, variables={"urgency": "normal"})
    review = (await element(door, key, "review"))["elementInstanceKey"]

    outward = await change(door, review, {"variables": {"urgency": "critical"}})
    local = await change(door, review, {"variables": {"urgency": "urgent"}, "local": True})
    root = await change(door, key, {"variables": {"added": 1}, "local": True})

    assert [outward.status_code, local.status_code, root.status_code] == [204, 204, 204]
    assert await variables(door, scopeKey=key) == {"urgency": '"critical"', "added": "1"}
    assert await variables(door, scopeKey=review) == {"urgency": '"urgent"'}
    with Session(door.engine) as session:
        asked = text("SELECT actor, subject, data FROM access_record WHERE action='set_variables'")
        rows = session.execute(asked.columns()).all()
    assert ("admin", key, {"names": ["added"]}) in [tuple(row) for row in rows]
    assert len(rows) == 3


async def test_a_change_of_variables_sent_twice_is_done_once(door: Door) -> None:
    deploy_other(door)
    key = await begin(door)
    body = {"variables": {"n": 1}}

    first = await change(door, key, body, Idempotency_Key="k")
    await change(door, key, {"variables": {"n": 2}})
    again = await change(door, key, body, Idempotency_Key="k")

    assert first.status_code == again.status_code == 204
    assert await variables(door, scopeKey=key) == {"n": "2"}


async def test_variables_that_cannot_be_changed_are_refused(door: Door) -> None:
    deploy_other(door)
    key = await begin(door)
    await complete(door, key, "review")
    review = (await element(door, key, "review"))["elementInstanceKey"]
    body = {"variables": {"n": 1}}

    assert code(await change(door, "99", body)) == (404, "element_instance_not_found")
    assert code(await change(door, review, body)) == (409, "element_instance_not_active")
    personal = await change(door, key, {"variables": {"note": f"call {PHONE}"}})
    assert code(personal) == (400, "variables_invalid")
    assert code(await change(door, key, {"local": True})) == (400, "request_invalid")
    forbidden = await door.call("owner", "PUT", f"/v2/element-instances/{key}/variables", body)
    assert code(forbidden) == (403, "forbidden")
    await door.post("admin", f"/v2/process-instances/{key}/cancellation")
    assert code(await change(door, key, body)) == (409, "element_instance_not_active")


async def test_activities_of_an_ad_hoc_sub_process_begin_with_their_variables(door: Door) -> None:
    deploy_other(door)
    key = await begin(door)
    await complete(door, key, "review")
    ad_hoc = (await element(door, key, "ad"))["elementInstanceKey"]
    path = f"/v2/element-instances/ad-hoc-activities/{ad_hoc}/activation"
    asked = {"elements": [{"elementId": "call", "variables": {"n": 1}}, {"elementId": "visit"}]}

    began = await door.post("lead", path, asked, Idempotency_Key="k")
    again = await door.post("lead", path, asked, Idempotency_Key="k")

    assert began.status_code == again.status_code == 204
    assert await elements(door, elementInstanceScopeKey=ad_hoc) == ["call", "visit"]
    call = (await element(door, key, "call"))["elementInstanceKey"]
    assert await variables(door, scopeKey=call) == {"n": "1"}


async def test_what_is_no_activity_of_an_ad_hoc_sub_process_does_not_begin(door: Door) -> None:
    deploy_other(door)
    key = await begin(door)
    review = (await element(door, key, "review"))["elementInstanceKey"]
    await complete(door, key, "review")
    ad_hoc = (await element(door, key, "ad"))["elementInstanceKey"]
    path = "/v2/element-instances/ad-hoc-activities/{}/activation"
    call = {"elements": [{"elementId": "call"}]}

    other = await door.post("lead", path.format(ad_hoc), {"elements": [{"elementId": "review"}]})
    assert code(other) == (404, "element_not_found")
    assert code(await door.post("lead", path.format(review), call)) == (
        404,
        "element_instance_not_found",
    )
    nothing = await door.post("lead", path.format(ad_hoc), {"elements": []})
    assert code(nothing) == (400, "request_invalid")
    rest = await door.post("lead", path.format(ad_hoc), call | {"cancelRemainingInstances": True})
    assert code(rest) == (400, "request_invalid")
    assert await elements(door, elementInstanceScopeKey=ad_hoc) == []
