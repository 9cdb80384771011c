"""Tasks in other hands: reassigned, delegated, returned, signed by others."""

from __future__ import annotations

import pytest

from tests.api.door import Door
from tests.api.office import (
    REASON,
    claimed,
    clear_text,
    code,
    done,
    kept,
    office,
    open_of,
    open_tasks,
    recorded,
    shown,
    told,
    verb,
)

pytestmark = pytest.mark.integration


async def test_an_assignee_reassigns_a_task_and_the_reason_stays_in_the_vault(door: Door) -> None:
    instance = await office(door)
    key = await claimed(door, instance, "draft")

    given = await verb(door, "tech", key, "reassignment", {"assignee": "log", "reason": REASON})

    assert given.status_code == 204, given.text
    assert (await shown(door, key))["assignee"] == "log"
    last = recorded(door, instance, "USER_TASK_ASSIGNED")[-1]
    assert (last["by"], last["before"]) == ("tech", "tech")
    assert kept(door, last["reason"]) == REASON
    assert "13812345678" not in clear_text(door, instance)
    assert await told(door, "log") == ["user_task_created"]


async def test_only_whose_task_it_is_gives_it_away_and_only_to_whom_it_fits(door: Door) -> None:
    instance = await office(door)
    key = await claimed(door, instance, "draft")
    to = {"assignee": "tech_two", "reason": REASON}

    assert code(await verb(door, "tech_two", key, "reassignment", to)) == (403, "task_not_yours")
    assert code(await verb(door, "audit", key, "delegation", to)) == (403, "forbidden")
    unfit = to | {"assignee": "audit"}
    assert code(await verb(door, "tech", key, "reassignment", unfit)) == (409, "assignee_unfit")
    unknown = to | {"assignee": "nobody"}
    assert code(await verb(door, "tech", key, "delegation", unknown)) == (400, "assignee_unknown")
    own = to | {"assignee": "tech"}
    again = await verb(door, "tech", key, "reassignment", own)
    assert code(again) == (409, "user_task_already_assigned")
    assert (await verb(door, "lead", key, "reassignment", to)).status_code == 204


async def test_a_delegated_task_shows_its_owner_and_comes_back(door: Door) -> None:
    instance = await office(door)
    key = await claimed(door, instance, "draft")

    to = {"assignee": "log", "reason": REASON}
    assert (await verb(door, "tech", key, "delegation", to)).status_code == 204

    seen = await shown(door, key, "tech")
    assert (seen["assignee"], seen["owner"]) == ("log", "tech")
    assert await told(door, "log") == ["user_task_delegated"]
    assert code(await verb(door, "log", key, "completion", {})) == (409, "user_task_delegated")
    found = {"variables": {"hours": 3, "finding": "电源损坏"}, "note": REASON}
    assert (await verb(door, "log", key, "return", found)).status_code == 204
    seen = await shown(door, key, "tech")
    assert (seen["assignee"], seen["owner"]) == ("tech", None)
    assert (await told(door, "tech"))[0] == "user_task_given_back"
    [returned] = recorded(door, instance, "USER_TASK_RETURNED")
    assert returned["variables"]["hours"] == 3
    assert kept(door, returned["variables"]["finding"]) == "电源损坏"
    assert kept(door, returned["reason"]) == REASON
    await done(door, key)
    assert (await open_of(door, instance, "review"))["assignee"] is None


async def test_a_delegate_may_not_pass_the_task_on_and_its_owner_may_take_it_back(
    door: Door,
) -> None:
    instance = await office(door)
    key = await claimed(door, instance, "draft")
    await verb(door, "tech", key, "delegation", {"assignee": "log", "reason": REASON})

    passed = await verb(door, "log", key, "delegation", {"assignee": "spec", "reason": REASON})
    assert code(passed) == (403, "task_not_yours")
    twice = await verb(door, "tech", key, "delegation", {"assignee": "spec", "reason": REASON})
    assert code(twice) == (409, "user_task_delegated")
    assert code(await verb(door, "tech_two", key, "return", {})) == (403, "task_not_yours")
    assert (await verb(door, "tech", key, "return")).status_code == 204
    assert code(await verb(door, "tech", key, "return")) == (409, "user_task_not_delegated")


async def test_what_nobody_has_is_not_delegated(door: Door) -> None:
    instance = await office(door)
    key = str((await open_of(door, instance, "draft"))["userTaskKey"])

    asked = {"assignee": "log", "reason": REASON}
    answer = await verb(door, "lead", key, "delegation", asked)

    assert code(answer) == (409, "user_task_not_assigned")


async def test_a_verb_sent_twice_is_done_once_and_another_revision_is_refused(door: Door) -> None:
    instance = await office(door)
    key = await claimed(door, instance, "draft")
    to = {"assignee": "log", "reason": REASON}

    stale = await verb(door, "tech", key, "delegation", to, If_Match='"1"')
    first = await verb(door, "tech", key, "delegation", to, Idempotency_Key="one")
    again = await verb(door, "tech", key, "delegation", to, Idempotency_Key="one")

    assert code(stale) == (412, "revision_differs")
    assert (first.status_code, again.status_code) == (204, 204)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(recorded(door, instance, "USER_TASK_DELEGATED")) == 1


async def test_a_task_waits_for_the_signature_that_comes_before_it(door: Door) -> None:
    instance = await office(door)
    key = await claimed(door, instance, "draft")
    asked = {"assignee": "log", "position": "before", "reason": REASON}

    assert (await verb(door, "tech", key, "signers", asked)).status_code == 204

    [signature] = [one for one in await open_tasks(door, instance) if one["signs"] == key]
    assert (signature["assignee"], signature["position"]) == ("log", "before")
    assert await told(door, "log") == ["signature_asked"]
    assert code(await verb(door, "tech", key, "completion", {})) == (409, "signature_missing")
    for_another = await verb(door, "lead", signature["userTaskKey"], "completion", {})
    assert code(for_another) == (403, "task_not_yours")
    await done(door, signature["userTaskKey"], "log", opinion="同意", level=2)
    assert (await told(door, "tech"))[0] == "signature_given"
    await done(door, key)
    await open_of(door, instance, "review")
    [signatures] = [
        one["variables"]["signatures"]
        for one in recorded(door, instance, "VARIABLES_SET")
        if "signatures" in one["variables"]
    ]
    assert (signatures[0]["assignee"], signatures[0]["variables"]["level"]) == ("log", 2)
    assert kept(door, signatures[0]["variables"]["opinion"]) == "同意"
    assert "同意" not in clear_text(door, instance)


async def test_signers_after_and_in_parallel_hold_the_process_until_they_have_signed(
    door: Door,
) -> None:
    instance = await office(door)
    key = await claimed(door, instance, "draft")
    for who, position in (("log", "after"), ("spec", "parallel")):
        asked = {"assignee": who, "position": position, "reason": REASON}
        assert (await verb(door, "tech", key, "signers", asked)).status_code == 204
    listed = (await door.get("tech", f"/v2/user-tasks/{key}/signers")).json()["items"]
    assert [(one["assignee"], one["state"]) for one in listed] == [
        ("spec", "CREATED"),
        ("log", "AWAITED"),
    ]

    await done(door, key)

    left = await open_tasks(door, instance)
    assert {one["assignee"] for one in left} == {"log", "spec"}
    for one in left:
        await done(door, one["userTaskKey"], one["assignee"])
    await open_of(door, instance, "review")


async def test_a_signer_is_removed_again_and_told_so(door: Door) -> None:
    instance = await office(door)
    key = await claimed(door, instance, "draft")
    for who, position in (("log", "before"), ("spec", "after")):
        asked = {"assignee": who, "position": position, "reason": REASON}
        await verb(door, "tech", key, "signers", asked)
    path = f"/v2/user-tasks/{key}/signers"

    assert code(await door.call("log", "DELETE", f"{path}/log")) == (403, "task_not_yours")
    assert (await door.call("tech", "DELETE", f"{path}/log")).status_code == 204
    assert (await door.call("lead", "DELETE", f"{path}/spec")).status_code == 204
    assert code(await door.call("tech", "DELETE", f"{path}/spec")) == (404, "signer_not_found")

    assert (await told(door, "log"))[0] == "signature_not_needed"
    await done(door, key)
    await open_of(door, instance, "review")


async def test_nobody_signs_twice_and_a_signature_is_given_to_no_one_else(door: Door) -> None:
    instance = await office(door)
    key = await claimed(door, instance, "draft")
    asked = {"assignee": "log", "position": "before", "reason": REASON}
    await verb(door, "tech", key, "signers", asked)

    assert code(await verb(door, "tech", key, "signers", asked)) == (409, "signer_already_there")
    assert code(await verb(door, "tech_two", key, "signers", asked)) == (403, "task_not_yours")
    [signature] = [one for one in await open_tasks(door, instance) if one["signs"] == key]
    given = await verb(
        door,
        "log",
        signature["userTaskKey"],
        "reassignment",
        {"assignee": "spec", "reason": REASON},
    )
    assert code(given) == (409, "user_task_is_signature")
