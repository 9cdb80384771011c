"""Mining through the API: who may, what is refused, and that it says what happened."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from models import audit_record
from models.person import ROLES
from tests.api.door import Door
from tests.api.office import DRAFTED, claimed, done, office
from tests.api.other_process import deploy_other

pytestmark = pytest.mark.integration

ROUTES = ("elements", "flows", "variants", "fit")
MAY = {"auditor", "process_owner"}


async def mined(door: Door, what: str, **query: Any) -> dict[str, Any]:
    answer = await door.get("audit", f"/api/audit/mining/{what}", params={"process": "p", **query})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.mark.parametrize("route", ROUTES)
async def test_only_auditors_and_process_owners_mine(door: Door, route: str) -> None:
    deploy_other(door)
    path = f"/api/audit/mining/{route}"

    for role in ROLES:
        answer = await door.get(f"the_{role}", path, params={"process": "p"})

        assert answer.status_code == (200 if role in MAY else 403), (role, answer.text)


async def test_what_ran_is_counted_by_element_flow_and_variant(door: Door) -> None:
    await office(door)
    whole = await office(door)
    for element in ("draft", "review", "send"):
        await done(door, await claimed(door, whole, element))

    elements = {one["element"]: one for one in (await mined(door, "elements"))["items"]}
    flows = {one["flow"]: one for one in (await mined(door, "flows"))["items"]}
    ways = await mined(door, "variants")

    assert {name: (one["active"], one["completed"]) for name, one in elements.items()} == {
        "start": (0, 2),
        "draft": (1, 1),
        "review": (0, 1),
        "send": (0, 1),
        "end": (0, 1),
    }
    assert elements["draft"]["name"] == "draft"
    assert elements["draft"]["wall"]["total"] > 0
    assert {name: one["taken"] for name, one in flows.items()} == {
        "start_draft": 2,
        "draft_review": 1,
        "review_send": 1,
        "send_end": 1,
    }
    assert ways["instances"] == {
        "total": 2,
        "active": 1,
        "completed": 1,
        "terminated": 0,
        "mined": 2,
    }
    [way] = ways["items"]
    assert way["path"] == ["start", "draft", "review", "send", "end"]
    assert (way["count"], way["share"], way["example"], ways["total"]) == (1, 1.0, whole, 1)


async def test_a_version_is_mined_by_its_key(door: Door) -> None:
    await office(door)
    newer = deploy_other(
        door,
        body=DRAFTED.replace('"send"', '"dispatch"')
        .replace("_send", "_dispatch")
        .replace("send_", "dispatch_"),
    )

    of_newer = await mined(door, "elements", definition=str(newer.key))
    every = await mined(door, "elements")

    assert (of_newer["items"], of_newer["instances"]["total"]) == ([], 0)
    assert of_newer["definition"] == str(newer.key)
    assert every["instances"]["total"] == 1


@pytest.mark.parametrize("route", ROUTES)
async def test_what_cannot_be_mined_is_refused(door: Door, route: str) -> None:
    other = deploy_other(door)
    path = f"/api/audit/mining/{route}"
    wrong: list[tuple[dict[str, Any], int, str]] = [
        ({}, 422, "fields_invalid"),
        ({"process": "p", "since": "yesterday"}, 422, "fields_invalid"),
        ({"process": "p", "until": "2026-01-01T00:00:00"}, 422, "fields_invalid"),
        ({"process": "p", "more": "1"}, 422, "fields_invalid"),
        ({"process": "p", "newest": "0", "limit": "501"}, 422, "fields_invalid"),
        ({"process": "elsewhere"}, 404, "process_definition_not_found"),
        ({"process": "p", "definition": "7"}, 404, "process_definition_not_found"),
        ({"process": "q", "definition": str(other.key)}, 404, "process_definition_not_found"),
    ]

    for query, status, code in wrong:
        answer = await door.get("audit", path, params=query)

        assert (answer.status_code, answer.json()["code"]) == (status, code), query


async def test_items_fit_their_drawing_page_by_page(door: Door) -> None:
    keys = sorted([await office(door), await office(door), await office(door)], key=int)

    first = await mined(door, "fit", limit=2)
    rest = await mined(door, "fit", limit=2, after=first["next"])

    assert (first["checked"], first["fitting"], first["items"]) == (2, 2, [])
    assert first["next"] == keys[1]
    assert (rest["checked"], rest["fitting"], rest["next"]) == (1, 1, None)


async def test_an_instance_that_does_not_fit_is_named_with_the_record(door: Door) -> None:
    key = await office(door)
    _, spoiled = await office(door), await office(door)
    _spoil(door, int(spoiled))

    found = await mined(door, "fit")

    [one] = found["items"]
    assert (found["checked"], found["fitting"], one["instance"]) == (3, 2, spoiled)
    assert {(finding["code"], finding["element"]) for finding in one["findings"]} >= {
        ("flow_unknown", "draft_nowhere")
    }
    assert key != spoiled


def _spoil(door: Door, key: int) -> None:
    """Add a record that no drawing leads to: the application may add, and change nothing."""
    strange = {"process": "p", "scope": 1, "target": "nowhere"}
    with Session(door.engine) as session, session.begin():
        row = {
            "number": audit_record.last_number(session, key) + 1,
            "at": "2026-12-01T00:00:00.000000+00:00",
            "kind": "SEQUENCE_FLOW_TAKEN",
            "element": "draft_nowhere",
            "key": 0,
            "data": strange,
        }
        audit_record.append(session, key, [row])
