"""Auditors replay an instance record by record; what they see is what `replay` says, masked."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from api import audit_look
from api.audit_snapshots import EVERY, Snapshots, replay_to
from bpmn.apply import replay
from models import access_record, audit_record
from models.person import ROLES
from tests.api.door import NAME, PHONE, Door
from tests.api.office import DRAFTED, claimed, code, done, office

pytestmark = pytest.mark.integration


async def key_of(door: Door, number: str) -> str:
    item = (await door.get("spec", f"/api/feedback/{number}")).json()
    return str(item["process_instance_key"])


async def step(door: Door, key: str, n: int | None = None) -> dict[str, Any]:
    query = {} if n is None else {"n": n}
    answer = await door.get("audit", f"/api/audit/{key}/state", params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def records_of(door: Door, key: str) -> list[dict[str, Any]]:
    with Session(door.engine) as session:
        return audit_record.read(session, int(key))


async def handled(door: Door) -> str:
    """Bring an item to its reply; return the key of its instance."""
    number = await door.receive()
    await door.complete(number, "tech")
    finish = {"plan": "更换电源", "reply": f"已更换，请电 {PHONE}", "estimated_hours": 2}
    await door.complete(number, "tech", **finish)
    return await key_of(door, number)


async def test_the_state_at_every_record_is_what_replay_says(door: Door) -> None:
    key = await handled(door)
    records = records_of(door, key)

    # From the last to the first, so that snapshots are used as well as made.
    for n in range(len(records), 0, -1):
        shown, expected = await step(door, key, n), replay(int(key), records[:n])
        state = shown["state"]

        assert (shown["n"], shown["total"], state["phase"]) == (n, len(records), expected.phase)
        assert keys(state["elements"]) == sorted(map(str, expected.elements))
        assert keys(state["tasks"]) == sorted(map(str, expected.user_tasks))
        assert keys(state["timers"]) == sorted(map(str, expected.timers))
        assert keys(state["incidents"]) == sorted(map(str, expected.incidents))
        assert [one["flow"] for one in state["tokens"]] == [one.flow for one in expected.tokens]
        waiting = sorted(map(str, (*expected.subscriptions, *expected.jobs)))
        assert keys(state["waiting"]) == waiting
        assert {one["scope"]: sorted(one["values"]) for one in state["variables"]} == {
            str(one.key): sorted(one.variables)
            for one in expected.elements.values()
            if one.variables
        }
        assert shown["record"]["number"] == n
        assert shown["record"]["kind"] == records[n - 1]["kind"]


def keys(parts: list[dict[str, Any]]) -> list[str]:
    return sorted(one["key"] for one in parts)


async def test_a_step_tells_flows_taken_elements_done_status_and_who_did_it(door: Door) -> None:
    key = await handled(door)
    records = records_of(door, key)
    accepted = next(one for one in records if one["kind"] == "USER_TASK_COMPLETED")

    shown = await step(door, key, accepted["number"])

    before = [one for one in records if one["number"] <= accepted["number"]]
    flows = [one["element"] for one in before if one["kind"] == "SEQUENCE_FLOW_TAKEN"]
    taken = {one["flow"]: one["times"] for one in shown["state"]["flows"]}
    assert taken == {flow: flows.count(flow) for flow in flows}
    completed = [one["element"] for one in before if one["kind"] == "ELEMENT_COMPLETED"]
    ended = {one["element"]: one["completed"] for one in shown["state"]["ended"]}
    assert ended == {element: completed.count(element) for element in completed}
    assert shown["state"]["status"] == "pending"
    assert shown["record"]["actor"] == "tech"
    assert (await step(door, key))["state"]["status"] == "resolved"


async def test_a_step_beyond_a_snapshot_is_that_of_the_whole_replay(door: Door) -> None:
    key = await office(door)
    for _ in range(EVERY // 2):
        task = await claimed(door, key, "draft")
        answer = await door.call("tech", "DELETE", f"/v2/user-tasks/{task}/assignee")
        assert answer.status_code == 204, answer.text
    records = records_of(door, key)
    assert len(records) > EVERY
    snapshots = Snapshots()

    with Session(door.engine) as session:
        for n in (len(records), EVERY, EVERY + 1, 3, EVERY - 1, len(records)):
            found = replay_to(session, snapshots, int(key), n)

            assert found.state.to_json() == replay(int(key), records[:n]).to_json(), n


async def test_of_many_snapshots_the_newest_are_kept(door: Door) -> None:
    key = await office(door)
    snapshots = Snapshots(most=2)

    with Session(door.engine) as session:
        found = replay_to(session, snapshots, int(key), 5)
    for number in (EVERY, 2 * EVERY, 3 * EVERY):
        found.state.number = number
        snapshots.keep(found)

    assert snapshots.nearest(int(key), 5 * EVERY).state.number == 3 * EVERY
    assert snapshots.nearest(int(key), EVERY).state.number == 0


@pytest.mark.parametrize("n", ["0", "-1", "100000", "99999999999", "x"])
async def test_a_step_that_there_is_not_is_refused(door: Door, n: str) -> None:
    key = await office(door)

    answer = await door.get("audit", f"/api/audit/{key}/state", params={"n": n})

    assert code(answer) == (422, "fields_invalid")
    assert answer.json()["errors"][0]["field"] == "n"


@pytest.mark.parametrize("part", ["", "/state", "/records"])
async def test_only_auditors_replay_and_only_what_there_is(door: Door, part: str) -> None:
    key = await office(door)

    for role in ROLES:
        answer = await door.get(f"the_{role}", f"/api/audit/{key}{part}")
        assert answer.status_code == (200 if role == "auditor" else 403), (role, answer.text)
    missing = await door.get("audit", f"/api/audit/4711{part}")
    assert code(missing) == (404, "process_instance_not_found")


async def test_what_is_personal_is_masked_at_every_step(door: Door) -> None:
    key = await handled(door)
    steps = [f"/state?n={n}" for n in range(1, len(records_of(door, key)) + 1)]
    paths = [f"/api/audit/{key}{part}" for part in ("", "/records", *steps)]
    answers = [await door.get("audit", path) for path in paths]

    texts = [json.dumps(one.json(), ensure_ascii=False) for one in answers]
    assert not [one for one in texts if PHONE in one or NAME in one]
    # It is masked, not left out.
    assert [one for one in texts if "138****5678" in one]


async def test_the_records_come_in_pages_and_in_order(door: Door) -> None:
    key = await handled(door)
    path = f"/api/audit/{key}/records"
    found: list[dict[str, Any]] = []
    after: int | None = 0

    while after is not None:
        answer = await door.get("audit", path, params={"after": after, "limit": 20})
        found += answer.json()["items"]
        after = answer.json()["next"]

    records = records_of(door, key)
    assert [one["number"] for one in found] == list(range(1, len(records) + 1))
    assert [one["kind"] for one in found] == [one["kind"] for one in records]
    assert [one["actor"] for one in found] == [one["data"].get("by") for one in records]
    assert "processing" in [one["status"] for one in found]


async def test_the_drawings_are_those_of_the_definition_that_it_runs_on(door: Door) -> None:
    key = await office(door)
    before = (await door.get("audit", f"/api/audit/{key}")).json()

    again = await office(door, DRAFTED.replace("review", "review_again"))
    after = (await door.get("audit", f"/api/audit/{key}")).json()
    other = (await door.get("audit", f"/api/audit/{again}")).json()

    assert after["drawings"] == before["drawings"]
    assert other["drawings"][0]["version"] == before["drawings"][0]["version"] + 1
    assert "review_again" in other["drawings"][0]["xml"]
    assert "review_again" not in after["drawings"][0]["xml"]


async def test_moving_the_slider_is_one_look_and_opening_it_later_another(door: Door) -> None:
    number = await door.receive()
    key = await key_of(door, number)

    await door.get("audit", f"/api/audit/{key}")
    await door.get("audit", f"/api/audit/{key}/records")
    for n in range(1, 6):
        await step(door, key, n)
    assert looks(door, number) == ["audit"]

    door.clock.at = door.clock.at.replace(hour=door.clock.at.hour + 1)
    await step(door, key)
    assert looks(door, number) == ["audit", "audit"]


async def test_a_view_that_is_asked_for_beside_another_is_the_same_look(door: Door) -> None:
    number = await door.receive()
    key = await key_of(door, number)

    with Session(door.engine) as session, session.begin():
        look = {"look": f"audit {number}"}
        session.execute(audit_look._ONE_AT_A_TIME, look)
        access_record.append(
            session, at=door.clock.at, actor="audit", action=audit_look.ACTION, subject=number
        )
        beside = asyncio.create_task(door.get("audit", f"/api/audit/{key}/records"))
        while not (beside.done() or waits(door)):
            await asyncio.sleep(0.02)
    answer = await beside

    assert answer.status_code == 200
    assert looks(door, number) == ["audit"]


def waits(door: Door) -> bool:
    with Session(door.engine) as session:
        held = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return bool(session.scalar(held))


def looks(door: Door, subject: str) -> list[str]:
    with Session(door.engine) as session:
        found = access_record.read(session, subject)
        return [one.actor for one in found if one.action == "replay"]


async def test_a_task_done_by_somebody_names_them_and_the_instance_ends(door: Door) -> None:
    key = await office(door)
    for element in ("draft", "review", "send"):
        await done(door, await claimed(door, key, element))

    last = await step(door, key)

    assert last["state"]["phase"] == "completed"
    assert (last["state"]["elements"], last["state"]["tasks"]) == ([], [])
    assert last["record"]["kind"] == "INSTANCE_COMPLETED"
