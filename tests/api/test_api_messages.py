"""Messages, signals and conditions that come in by the API."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from bpmn.commands import CancelInstance
from tests.api.door import Door
from tests.drawings import chain, user
from tests.wired_instances import BY_MESSAGE, BY_SIGNAL, World, message, started_by

pytestmark = pytest.mark.integration
BEGIN, END = '<bpmn:startEvent id="start" />', '<bpmn:endEvent id="end" />'
WAITS = BEGIN + message("wait") + END + chain("start", "wait", "end")
ONE_TASK = user("a") + END + chain("start", "a", "end")
PUBLISH, CORRELATE = "/v2/messages/publication", "/v2/messages/correlation"
PAID = {"name": "paid", "correlationKey": "A-1", "variables": {"amount": 7}}
HOUR = 3_600_000


@pytest.fixture
def world(door: Door) -> World:
    return World.behind(door)


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def posted(door: Door, path: str, told: dict[str, Any], **headers: str) -> dict[str, Any]:
    answer = await door.post("admin", path, told, **headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_published_message_is_answered_with_its_key_and_delivered(
    door: Door, world: World
) -> None:
    world.deploy(WAITS)
    key = world.begin(order="A-1")

    told = await posted(door, PUBLISH, PAID)
    await world.settle()

    assert told.keys() == {"messageKey", "tenantId"}
    assert told["messageKey"].isdigit()
    assert world.phases(key) == ["completed"]


async def test_a_buffered_message_waits_as_long_as_it_says(door: Door, world: World) -> None:
    world.deploy(WAITS)
    await posted(door, PUBLISH, PAID | {"timeToLive": HOUR})

    in_time = world.begin(order="A-1")
    await world.settle()
    door.clock.at += timedelta(hours=2)
    too_late = world.begin(order="A-1")
    await world.settle()

    assert world.phases(in_time, too_late) == ["completed", "active"]


async def test_a_message_id_that_is_buffered_is_refused(door: Door) -> None:
    told = PAID | {"timeToLive": HOUR, "messageId": "m-1"}
    await posted(door, PUBLISH, told)

    answer = await door.post("admin", PUBLISH, told)

    assert code(answer) == (409, "message_id_taken")
    assert answer.json()["messageId"] == "m-1"


async def test_a_message_published_twice_with_one_key_is_one_message(
    door: Door, world: World
) -> None:
    told = PAID | {"timeToLive": HOUR}

    first = await posted(door, PUBLISH, told, Idempotency_Key="one")
    second = await posted(door, PUBLISH, told, Idempotency_Key="one")

    assert first == second
    assert world.count("publication") == 1


async def test_a_correlated_message_tells_the_instance_that_has_it(
    door: Door, world: World
) -> None:
    world.deploy(WAITS)
    key = world.begin(order="A-1")

    told = await posted(door, CORRELATE, PAID)

    assert told["processInstanceKey"] == str(key)
    assert world.phases(key) == ["completed"]


async def test_a_correlated_message_starts_an_instance_and_tells_which(
    door: Door, world: World
) -> None:
    world.deploy(BY_MESSAGE + ONE_TASK)

    told = await posted(door, CORRELATE, {"name": "ordered", "correlationKey": "A-1"})
    world.start_all()

    assert world.of_process("p") == [int(told["processInstanceKey"])]


async def test_nobody_waits_for_a_correlated_message_and_nothing_is_left_of_it(
    door: Door, world: World
) -> None:
    world.deploy(WAITS)

    answer = await door.post("admin", CORRELATE, PAID)

    assert code(answer) == (404, "message_not_correlated")
    assert world.count("publication") == 0


async def test_a_correlated_message_goes_to_the_next_where_the_first_has_ended_on_the_way(
    door: Door, world: World
) -> None:
    world.deploy(WAITS)
    first, second = world.begin(order="A-1"), world.begin(order="A-1")
    send = door.instances.send
    ended: list[int] = []

    async def late(workflow_id: str, command: Any) -> None:
        if not ended:
            ended.append(first)
            world.instances.advance(first, CancelInstance(id="cancel"))
        await send(workflow_id, command)

    object.__setattr__(door.means, "send", late)
    told = await posted(door, CORRELATE, PAID)

    assert told["processInstanceKey"] == str(second)
    assert world.phases(first, second) == ["canceled", "completed"]


async def test_a_correlation_that_got_no_answer_is_finished_and_told_when_asked_again(
    door: Door, world: World
) -> None:
    world.deploy(WAITS)
    first, second = world.begin(order="A-1"), world.begin(order="A-1")
    door.instances.away = True
    busy = await door.post("admin", CORRELATE, PAID, Idempotency_Key="one")
    door.instances.away = False
    door.clock.at += timedelta(minutes=1)
    await world.settle()
    door.clock.at += timedelta(minutes=1)
    await world.settle()

    told = await posted(door, CORRELATE, PAID, Idempotency_Key="one")

    assert code(busy) == (503, "instance_busy")
    assert told["processInstanceKey"] == str(first)
    assert world.phases(first, second) == ["completed", "active"]


async def test_two_correlations_with_one_key_at_once_are_one_message(
    door: Door, world: World
) -> None:
    world.deploy(WAITS)
    keys = world.begin(order="A-1"), world.begin(order="A-1")
    await door.headers("admin")

    told = await asyncio.gather(
        *(posted(door, CORRELATE, PAID, Idempotency_Key="one") for _ in range(4))
    )

    assert {one["processInstanceKey"] for one in told} == {str(keys[0])}
    assert world.phases(*keys) == ["completed", "active"]


async def test_a_correlation_that_reached_nobody_may_be_tried_again_with_its_key(
    door: Door, world: World
) -> None:
    world.deploy(WAITS)
    first = world.begin(order="A-1")
    send = door.instances.send

    async def late(workflow_id: str, command: Any) -> None:
        if world.phases(first) == ["active"]:
            world.instances.advance(first, CancelInstance(id="cancel"))
        await send(workflow_id, command)

    object.__setattr__(door.means, "send", late)
    refused = await door.post("admin", CORRELATE, PAID, Idempotency_Key="one")
    second = world.begin(order="A-1")
    told = await posted(door, CORRELATE, PAID, Idempotency_Key="one")

    assert code(refused) == (404, "message_not_correlated")
    assert told["processInstanceKey"] == str(second)


async def test_a_broadcast_signal_reaches_who_listens_and_starts_what_it_starts(
    door: Door, world: World
) -> None:
    world.deploy(BY_SIGNAL + ONE_TASK)

    told = await posted(door, "/v2/signals/broadcast", {"signalName": "alarm"})
    await world.settle()

    assert told.keys() == {"signalKey", "tenantId"}
    assert len(world.of_process("p")) == 1


async def test_a_start_condition_that_holds_starts_its_process_and_no_other(
    door: Door, world: World
) -> None:
    for process, condition in (("p", "amount > 10"), ("q", "amount > 100"), ("r", "name > 1")):
        start = started_by(
            "<bpmn:conditionalEventDefinition><bpmn:condition>"
            f"={condition.replace('>', '&gt;')}</bpmn:condition></bpmn:conditionalEventDefinition>"
        )
        world.deploy(start + ONE_TASK, process)

    told = await posted(door, "/v2/conditionals/evaluation", {"variables": {"amount": 50}})
    world.start_all()

    [begun] = told["processInstances"]
    assert world.of_process("p") == [int(begun["processInstanceKey"])]
    assert (world.of_process("q"), world.of_process("r")) == ([], [])


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (PUBLISH, PAID | {"variables": {"phone": "13812345678"}}),
        (CORRELATE, PAID | {"variables": {"$ref": "x"}}),
        ("/v2/signals/broadcast", {"signalName": "a", "variables": {"mail": "li@example.org"}}),
        ("/v2/conditionals/evaluation", {"variables": {"phone": "13812345678"}}),
    ],
)
async def test_personal_data_is_refused_instead_of_stored(
    door: Door, world: World, path: str, told: dict[str, Any]
) -> None:
    answer = await door.post("admin", path, told)

    assert code(answer) == (400, "variables_invalid")
    assert world.count("publication") == 0


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"name": ""},
        {"name": " "},
        PAID | {"timeToLive": -1},
        PAID | {"timeToLive": HOUR * 24 * 365},
        PAID | {"tenantId": "another"},
        PAID | {"businessId": "b"},
    ],
)
async def test_a_message_that_cannot_be_is_refused(door: Door, told: dict[str, Any]) -> None:
    answer = await door.post("admin", PUBLISH, told)

    assert code(answer) == (400, "request_invalid")


async def test_who_published_what_is_on_record_without_key_and_variables(door: Door) -> None:
    await posted(door, PUBLISH, PAID)

    with Session(door.engine) as session:
        asked = text("SELECT actor, data FROM access_record WHERE action = 'publish_message'")
        [row] = session.execute(asked).all()
    assert row.actor == "admin"
    assert row.data.keys() == {"name", "message"}
