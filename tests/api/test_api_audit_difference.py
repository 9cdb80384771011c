"""Two steps of an instance side by side, and the step at a moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from bpmn.apply import replay
from models.person import ROLES
from tests.api.door import Door
from tests.api.office import code
from tests.api.test_api_audit_replay import handled, records_of

pytestmark = pytest.mark.integration


async def difference(door: Door, key: str, since: int, to: int) -> dict[str, Any]:
    answer = await door.get(
        "audit", f"/api/audit/{key}/difference", params={"from": since, "to": to}
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def keys(parts: list[dict[str, Any]]) -> list[str]:
    return sorted(one["key"] for one in parts)


async def test_what_lies_between_two_steps_is_what_their_states_say(door: Door) -> None:
    key = await handled(door)
    records = records_of(door, key)
    steps = range(0, len(records) + 1, 7)

    for since, to in pairwise(steps):
        found = await difference(door, key, since, to)
        before, after = (replay(int(key), records[:n]) for n in (since, to))

        for name, part in (("elements", "elements"), ("tasks", "user_tasks"), ("timers", "timers")):
            old, new = getattr(before, part), getattr(after, part)
            assert keys(found[name]["added"]) == sorted(str(k) for k in new if k not in old)
            assert keys(found[name]["removed"]) == sorted(str(k) for k in old if k not in new)
        flows = [
            one["element"] for one in records[since:to] if one["kind"] == "SEQUENCE_FLOW_TAKEN"
        ]
        assert {one["flow"]: one["times"] for one in found["flows"]} == {
            flow: flows.count(flow) for flow in flows
        }


async def test_a_claim_changes_a_task_and_a_variable_is_told_before_and_after(door: Door) -> None:
    key = await handled(door)
    records = records_of(door, key)
    claimed = next(one["number"] for one in records if one["kind"] == "USER_TASK_COMPLETED") - 1

    found = await difference(door, key, 0, len(records))
    nothing = await difference(door, key, claimed, claimed)

    assert found["status"] == {"before": "", "after": "resolved"}
    assert found["phase"] == {"before": "new", "after": "active"}
    assert found["from"] == {"n": 0, "at": None}
    described = [one for one in found["variables"] if one["name"] == "description"]
    assert {(one["change"], one["before"]) for one in described} == {("added", None)}
    assert "138****5678" in described[0]["after"]
    assert nothing["variables"] == nothing["flows"] == nothing["elements"]["added"] == []
    assert nothing["status"] is None


@pytest.mark.parametrize(
    ("since", "to"), [(0, 100_000), (5, 4), (-1, 3), ("x", 1), (100_000, 100_001)]
)
async def test_steps_that_there_are_not_or_in_the_wrong_order_are_refused(
    door: Door, since: object, to: object
) -> None:
    key = await handled(door)

    answer = await door.get(
        "audit", f"/api/audit/{key}/difference", params={"from": since, "to": to}
    )

    assert code(answer) == (422, "fields_invalid")


async def test_the_state_at_a_moment_is_that_of_the_last_record_until_then(door: Door) -> None:
    key = await handled(door)
    records = records_of(door, key)
    moments = sorted({one["at"] for one in records})

    for at in moments:
        last = max(one["number"] for one in records if one["at"] == at)
        shown = await at_moment(door, key, at)
        assert shown.json()["n"] == last
    later = datetime.fromisoformat(moments[-1]) + timedelta(days=400)
    assert (await at_moment(door, key, later.isoformat())).json()["n"] == len(records)
    earlier = datetime.fromisoformat(moments[0]) - timedelta(microseconds=1)
    refused = await at_moment(door, key, earlier.isoformat())
    assert code(refused) == (422, "fields_invalid")
    assert refused.json()["errors"] == [{"field": "t", "code": "range_invalid"}]


async def at_moment(door: Door, key: str, at: str) -> Any:
    return await door.get("audit", f"/api/audit/{key}/state", params={"t": at})


@pytest.mark.parametrize("asked", [{"t": "soon"}, {"t": "2026-09-21T02:00:00"}, {"n": 1, "t": "x"}])
async def test_what_is_no_moment_is_refused(door: Door, asked: dict[str, Any]) -> None:
    key = await handled(door)

    answer = await door.get("audit", f"/api/audit/{key}/state", params=asked)

    assert code(answer) == (422, "fields_invalid")


async def test_only_auditors_compare_steps(door: Door) -> None:
    key = await handled(door)

    for role in ROLES:
        answer = await door.get(
            f"the_{role}", f"/api/audit/{key}/difference", params={"from": 0, "to": 1}
        )
        assert answer.status_code == (200 if role == "auditor" else 403), (role, answer.text)
