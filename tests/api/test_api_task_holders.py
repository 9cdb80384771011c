"""Whoever has an open task of an item reads the item, for as long as the task is theirs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.door import Door
from tests.api.filing import Filing
from tests.api.office import REASON, code, verb

pytestmark = pytest.mark.integration
PAGES = ("", "/progress", "/clocks")


async def processing(door: Door) -> tuple[str, str]:
    """An item that `tech` processes; return its number and the key of the task."""
    number = await door.receive()
    accept = str((await door.task(number))["userTaskKey"])
    await verb(door, "tech", accept, "assignment", {"assignee": "tech"})
    assert (await verb(door, "tech", accept, "completion", {})).status_code == 204
    return number, str((await door.task(number))["userTaskKey"])


async def statuses(door: Door, username: str, number: str) -> set[int]:
    answers = [await door.get(username, f"/api/feedback/{number}{page}") for page in PAGES]
    return {answer.status_code for answer in answers}


async def listed(door: Door, username: str) -> list[str]:
    answer = await door.get(username, "/api/feedback")
    return [one["number"] for one in answer.json()["items"]]


async def given(door: Door, key: str, name: str, body: dict[str, Any]) -> None:
    answer = await verb(door, "tech", key, name, body | {"reason": REASON})
    assert answer.status_code == 204, answer.text


async def test_a_delegate_reads_the_item_until_the_task_is_returned(door: Door) -> None:
    number, key = await processing(door)
    assert (await statuses(door, "log", number), await listed(door, "log")) == ({403}, [])

    await given(door, key, "delegation", {"assignee": "log"})

    assert (await statuses(door, "log", number), await listed(door, "log")) == ({200}, [number])
    assert (await statuses(door, "tech", number), await listed(door, "tech")) == ({200}, [number])
    assert (await verb(door, "log", key, "return", {})).status_code == 204
    assert (await statuses(door, "log", number), await listed(door, "log")) == ({403}, [])


async def test_a_signer_reads_the_item_from_when_they_are_asked_until_they_need_not_sign(
    door: Door,
) -> None:
    number, key = await processing(door)
    await given(door, key, "signers", {"assignee": "log", "position": "parallel"})

    assert (await statuses(door, "log", number), await listed(door, "log")) == ({200}, [number])
    await door.call("tech", "DELETE", f"/v2/user-tasks/{key}/signers/log")
    assert (await statuses(door, "log", number), await listed(door, "log")) == ({403}, [])
    await given(door, key, "signers", {"assignee": "log", "position": "after"})
    assert await statuses(door, "log", number) == {403}


async def test_who_has_a_task_sees_texts_masked_no_contact_and_handles_nothing_else(
    door: Door,
) -> None:
    number, key = await processing(door)
    await given(door, key, "delegation", {"assignee": "log"})

    page = (await door.get("log", f"/api/feedback/{number}")).json()
    reveal = {"field": "contact", "reason": "callback"}
    asked = await door.post("log", f"/api/feedback/{number}/reveal", reveal)

    assert page["customer"]["contact"] is None
    assert "13812345678" not in str(page)
    assert code(asked)[0] == 403


async def test_whoever_may_only_claim_a_task_of_the_item_does_not_read_it_yet(door: Door) -> None:
    number, key = await processing(door)
    change = {"changeset": {"candidateUsers": ["log"]}}
    assert (await door.call("lead", "PATCH", f"/v2/user-tasks/{key}", change)).status_code == 204

    assert await statuses(door, "log", number) == {403}


async def test_a_delegate_sees_the_files_of_the_item(filing: Filing) -> None:
    number, key = await processing(filing.door)
    assert (await filing.add("tech", number)).status_code == 201

    await given(filing.door, key, "delegation", {"assignee": "log"})

    assert len(await filing.listed("log", number)) == 1
