"""Messages find who waits for them, whichever comes first: the real database, no workflows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from runpy import run_path
from threading import Barrier

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from activities.contracts import BUSY, GONE
from activities.delivering import LEASE
from activities.publishing import MessageIdTakenError
from bpmn.commands import CancelInstance, Command
from bpmn.records import Kind
from models import audit_record
from settings import PROJECT
from tests.conftest import Database
from tests.drawings import chain, flow, user
from tests.feedback_items import stored
from tests.wired_instances import World, message

pytestmark = pytest.mark.integration
BEGIN, END = '<bpmn:startEvent id="start" />', '<bpmn:endEvent id="end" />'
WAITS = BEGIN + message("wait") + END + chain("start", "wait", "end")
AFTER_A_TASK = BEGIN + user("a") + message("wait") + END + chain("start", "a", "wait", "end")
AROUND_A_TASK = (
    BEGIN + user("a") + '<bpmn:boundaryEvent id="noted" attachedToRef="a" cancelActivity="false">'
    '<bpmn:messageEventDefinition messageRef="paid" /></bpmn:boundaryEvent>'
    + END
    + '<bpmn:endEvent id="noted_end" />'
    + chain("start", "a", "end")
    + flow("noted", "noted_end")
)
HOUR = timedelta(hours=1)


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    made = World.on(database.app_url)
    yield made
    made.close()


def correlated(world: World, key: int) -> list[dict[str, object]]:
    with Session(world.house.engine) as session:
        records = audit_record.read(session, key)
    return [r["data"] for r in records if r["kind"] == Kind.MESSAGE_CORRELATED]


async def test_a_message_reaches_the_instance_that_waits_with_its_key_and_no_other(
    world: World,
) -> None:
    world.deploy(WAITS)
    first, second = world.begin(order="A-1"), world.begin(order="A-2")

    world.publish(key="A-1", variables={"amount": 7})
    await world.settle()

    assert world.phases(first, second) == ["completed", "active"]
    assert [c["variables"] for c in correlated(world, first)] == [{"amount": 7}]
    assert world.count("event_subscription") == 1


async def test_a_message_published_first_waits_for_the_subscription(world: World) -> None:
    world.deploy(WAITS)
    world.publish(lifetime=HOUR, variables={"amount": 7})

    key = world.begin(order="A-1")
    await world.settle()

    assert world.phases(key) == ["completed"]
    assert correlated(world, key)[0]["variables"] == {"amount": 7}


async def test_a_message_that_lives_for_no_time_waits_for_nobody(world: World) -> None:
    world.deploy(WAITS)
    world.publish()

    key = world.begin(order="A-1")
    await world.settle()

    assert world.phases(key) == ["active"]
    assert world.count("publication") == 0


async def test_an_expired_message_is_deleted_and_reaches_nobody(world: World) -> None:
    world.deploy(WAITS)
    world.publish(lifetime=HOUR, variables={"amount": 7})

    world.clock.at += HOUR
    await world.settle()
    key = world.begin(order="A-1")
    await world.settle()

    assert world.phases(key) == ["active"]
    assert world.count("publication") == 0


async def test_one_of_two_instances_of_a_process_gets_a_message_and_the_next_message_the_other(
    world: World,
) -> None:
    world.deploy(WAITS)
    first, second = world.begin(order="A-1"), world.begin(order="A-1")

    world.publish(lifetime=HOUR)
    await world.settle()
    after_one = world.phases(first, second)
    world.publish(lifetime=HOUR)
    await world.settle()

    assert after_one == ["completed", "active"]
    assert world.phases(first, second) == ["completed", "completed"]


async def test_each_of_two_processes_that_wait_gets_the_message(world: World) -> None:
    world.deploy(WAITS, "p")
    world.deploy(WAITS, "q")
    keys = world.begin("p", order="A-1"), world.begin("q", order="A-1")

    world.publish()
    await world.settle()

    assert world.phases(*keys) == ["completed", "completed"]


async def test_a_buffered_message_reaches_a_process_once_and_another_process_later(
    world: World,
) -> None:
    world.deploy(WAITS, "p")
    world.deploy(WAITS, "q")
    world.publish(lifetime=HOUR)
    first = world.begin("p", order="A-1")
    await world.settle()

    again, other = world.begin("p", order="A-1"), world.begin("q", order="A-1")
    await world.settle()

    assert world.phases(first, again, other) == ["completed", "active", "completed"]


async def test_an_event_that_does_not_interrupt_takes_every_message_in_order(world: World) -> None:
    world.deploy(AROUND_A_TASK)
    for number in (1, 2):
        world.publish(lifetime=HOUR, variables={"n": number})
    key = world.begin(order="A-1")

    world.publish(variables={"n": 3})
    await world.settle()

    assert [c["variables"] for c in correlated(world, key)] == [{"n": 1}, {"n": 2}, {"n": 3}]
    assert world.phases(key) == ["active"]


async def test_published_and_subscribed_at_once_it_is_delivered_once_each_time(
    world: World,
) -> None:
    world.deploy(WAITS)
    rounds = 40
    prepared = [world.prepared(order=f"A-{n}") for n in range(rounds)]

    with ThreadPoolExecutor(2) as threads:
        for number, (key, command) in enumerate(prepared):
            both = Barrier(2)

            def subscribe(both: Barrier = both, key: int = key, command: Command = command) -> None:
                both.wait()
                world.instances.advance(key, command)

            def publish(both: Barrier = both, number: int = number) -> None:
                both.wait()
                world.publish(key=f"A-{number}", lifetime=HOUR)

            for done in [threads.submit(subscribe), threads.submit(publish)]:
                done.result()
    await world.settle()

    keys = [key for key, _ in prepared]
    assert world.phases(*keys) == ["completed"] * rounds
    assert [len(correlated(world, key)) for key in keys] == [1] * rounds


async def test_a_message_with_an_id_that_is_buffered_is_refused_until_it_has_expired(
    world: World,
) -> None:
    world.publish(lifetime=HOUR, message_id="m-1")

    with pytest.raises(MessageIdTakenError):
        world.publish(lifetime=HOUR, message_id="m-1")
    world.publish(key="A-2", lifetime=HOUR, message_id="m-1")
    world.clock.at += HOUR
    world.publish(lifetime=HOUR, message_id="m-1")

    await world.settle()
    assert world.count("publication") == 1


async def test_what_a_killed_dispatcher_had_in_hand_is_sent_again_under_the_same_id(
    world: World,
) -> None:
    world.deploy(WAITS)
    key = world.begin(order="A-1")
    world.publish()
    sent: list[Command] = []

    async def killed_on_the_way(_workflow_id: str, command: Command) -> str:
        sent.append(command)
        raise asyncio.CancelledError

    world.dispatcher.send = killed_on_the_way
    with pytest.raises(asyncio.CancelledError):
        await world.dispatcher.once()
    world.dispatcher = world.another_dispatcher()
    await world.settle()
    too_early = world.phases(key)
    world.clock.at += LEASE
    await world.settle()

    assert too_early == ["active"]
    assert world.phases(key) == ["completed"]
    assert [c.id for c in world.sent] == [c.id for c in sent]


@pytest.mark.parametrize("answer", [GONE, "message_not_awaited"])
async def test_a_dispatcher_killed_after_the_delivery_does_not_deliver_it_to_another(
    world: World, answer: str
) -> None:
    world.deploy(WAITS)
    first, second = world.begin(order="A-1"), world.begin(order="A-1")
    world.publish(lifetime=HOUR)
    send = world.dispatcher.send

    async def killed_after_it(workflow_id: str, command: Command) -> str:
        assert await send(workflow_id, command) == ""
        raise asyncio.CancelledError

    async def refused(_workflow_id: str, _command: Command) -> str:
        return answer

    world.dispatcher.send = killed_after_it
    with pytest.raises(asyncio.CancelledError):
        await world.dispatcher.once()
    world.clock.at += LEASE
    world.dispatcher = world.another_dispatcher()
    world.dispatcher.send = refused
    await world.settle()

    assert world.phases(first, second) == ["completed", "active"]
    assert world.rows("SELECT FROM delivery WHERE delivered_at IS NULL") == []


async def test_a_delivery_to_an_instance_that_has_ended_meanwhile_goes_to_the_next_one(
    world: World,
) -> None:
    world.deploy(WAITS)
    first, second = world.begin(order="A-1"), world.begin(order="A-1")
    world.publish()

    world.instances.advance(first, CancelInstance(id="cancel"))
    await world.settle()

    assert world.phases(first, second) == ["canceled", "completed"]
    assert correlated(world, first) == []


async def test_a_rejected_message_waits_in_the_buffer_for_a_later_subscription(
    world: World,
) -> None:
    world.deploy(WAITS)
    first = world.begin(order="A-1")
    world.publish(lifetime=HOUR)
    world.instances.advance(first, CancelInstance(id="cancel"))
    await world.settle()

    second = world.begin(order="A-1")
    await world.settle()

    assert world.phases(first, second) == ["canceled", "completed"]


async def test_a_refusal_by_a_workflow_that_lags_behind_is_tried_again(world: World) -> None:
    world.deploy(WAITS)
    key = world.begin(order="A-1")
    world.publish()
    send, answers = world.dispatcher.send, ["message_not_awaited", BUSY]

    async def late(workflow_id: str, command: Command) -> str:
        return answers.pop(0) if answers else await send(workflow_id, command)

    world.dispatcher.send = late
    for _ in range(3):
        await world.settle()
        world.clock.at += timedelta(seconds=2)

    assert world.phases(key) == ["completed"]
    assert len(correlated(world, key)) == 1


async def test_a_subscription_that_was_closed_takes_no_message(world: World) -> None:
    world.deploy(AROUND_A_TASK)
    key = world.begin(order="A-1")

    world.instances.advance(key, CancelInstance(id="cancel"))
    world.publish(lifetime=HOUR)
    await world.settle()

    assert world.count("event_subscription") == 0
    assert world.rows("SELECT FROM delivery") == []


def test_the_table_holds_what_the_state_waits_for_by_key_and_nothing_else(world: World) -> None:
    item = stored(world.house, at=world.clock.now())
    world.instances.advance(item.key, item.command)

    held = world.rows("SELECT key, name, correlation_key, process_id FROM event_subscription")

    state = world.state(item.key)
    wanted = {
        (s.key, s.name, s.correlation_key, state.elements[s.host].process)
        for s in state.subscriptions.values()
        if s.correlation_key
    }
    assert wanted
    assert {tuple(row) for row in held} == wanted


async def test_what_older_instances_wait_for_is_adopted_from_their_records(world: World) -> None:
    world.deploy(WAITS)
    waiting = [world.begin(order=order) for order in ("A-1", "订单-2")]
    world.instances.advance(world.begin(order="A-3"), CancelInstance(id="cancel"))
    asked = "SELECT * FROM event_subscription ORDER BY key"
    before = world.rows(asked)
    adopt = run_path(str(PROJECT / "migrations/versions/0010_messages.py"))["ADOPT"]

    with world.house.engine.begin() as connection:
        connection.execute(text("DELETE FROM event_subscription"))
        connection.execute(text(adopt))

    assert world.rows(asked) == before
    assert [row.instance_key for row in before] == waiting


async def test_delivered_messages_that_live_no_longer_leave_no_row_behind(world: World) -> None:
    world.deploy(WAITS)
    world.begin(order="A-1")
    world.publish()
    await world.settle()

    world.clock.at += timedelta(minutes=1)
    await world.settle()

    assert (world.count("publication"), world.count("delivery")) == (0, 0)
