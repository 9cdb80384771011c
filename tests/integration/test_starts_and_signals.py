"""Messages and signals begin instances; signals reach everybody who listens."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy.orm import Session

from bpmn.commands import CancelInstance
from models import audit_record
from tests.conftest import Database
from tests.drawings import chain, user
from tests.wired_instances import BY_MESSAGE, BY_SIGNAL, World, message, started_by

pytestmark = pytest.mark.integration
BEGIN, END = '<bpmn:startEvent id="start" />', '<bpmn:endEvent id="end" />'
ONE_TASK = user("a") + END + chain("start", "a", "end")
ON_MESSAGE = BY_MESSAGE + ONE_TASK
ON_SIGNAL = BY_SIGNAL + ONE_TASK
LISTENS = (
    BEGIN
    + '<bpmn:intermediateCatchEvent id="hears"><bpmn:signalEventDefinition signalRef="alarm" />'
    "</bpmn:intermediateCatchEvent>" + END + chain("start", "hears", "end")
)
THROWS = (
    BEGIN
    + '<bpmn:intermediateThrowEvent id="throws"><bpmn:signalEventDefinition signalRef="alarm" />'
    "</bpmn:intermediateThrowEvent>" + END + chain("start", "throws", "end")
)
THROWS_AND_LISTENS = (
    BEGIN
    + user("a")
    + '<bpmn:subProcess id="sub" triggeredByEvent="true"><bpmn:startEvent id="heard" '
    'isInterrupting="false"><bpmn:signalEventDefinition signalRef="alarm" /></bpmn:startEvent>'
    '<bpmn:endEvent id="sub_end" />'
    + chain("heard", "sub_end")
    + "</bpmn:subProcess>"
    + '<bpmn:intermediateThrowEvent id="throws"><bpmn:signalEventDefinition signalRef="alarm" />'
    "</bpmn:intermediateThrowEvent>" + END + chain("start", "throws", "a", "end")
)
BY_PAID = (
    started_by('<bpmn:messageEventDefinition messageRef="paid" />')
    + message("wait")
    + END
    + chain("start", "wait", "end")
)
SENDS = (
    BEGIN + '<bpmn:sendTask id="send"><bpmn:extensionElements>'
    '<zeebe:taskDefinition type="publish-message" /><zeebe:taskHeaders>'
    '<zeebe:header key="messageName" value="paid" />'
    '<zeebe:header key="timeToLive" value="PT1H" /></zeebe:taskHeaders><zeebe:ioMapping>'
    '<zeebe:input source="=order" target="correlationKey" />'
    '<zeebe:input source="={amount: 7}" target="messageVariables" /></zeebe:ioMapping>'
    "</bpmn:extensionElements></bpmn:sendTask>" + END + chain("start", "send", "end")
)
HOUR = timedelta(hours=1)


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    made = World.on(database.app_url)
    yield made
    made.close()


def end(world: World, key: int) -> None:
    world.instances.advance(key, CancelInstance(id="cancel"))


def began_with(world: World, key: int) -> str:
    with Session(world.house.engine) as session:
        records = audit_record.read(session, key)
    return str(records[0]["data"]["start"])


# Messages


async def test_a_message_starts_an_instance_at_its_start_event_with_its_variables(
    world: World,
) -> None:
    world.deploy(ON_MESSAGE)

    world.publish("ordered", "A-1", variables={"amount": 7})
    await world.settle()

    [key] = world.of_process("p")
    assert world.began() == [{"amount": 7}]
    assert began_with(world, key) == "start"


async def test_one_instance_at_a_time_for_each_correlation_key_in_the_order_of_messages(
    world: World,
) -> None:
    world.deploy(ON_MESSAGE)
    for number in (1, 2, 3):
        world.publish("ordered", "A-1", lifetime=HOUR, variables={"n": number})
    world.publish("ordered", "A-2", lifetime=HOUR, variables={"n": 4})
    await world.settle()
    at_first = world.began()

    end(world, world.of_process("p")[0])
    await world.settle()
    after_one = world.began()
    end(world, world.of_process("p")[-1])
    await world.settle()

    assert at_first == [{"n": 1}, {"n": 4}]
    assert after_one == [{"n": 1}, {"n": 2}, {"n": 4}]
    assert world.began() == [{"n": 1}, {"n": 2}, {"n": 3}, {"n": 4}]


async def test_a_key_is_free_as_soon_as_its_instance_has_ended(world: World) -> None:
    world.deploy(ON_MESSAGE)
    world.publish("ordered", "A-1", variables={"n": 1})
    world.publish("ordered", "A-1", variables={"n": 2})
    await world.settle()

    end(world, world.of_process("p")[0])
    world.publish("ordered", "A-1", variables={"n": 3})
    await world.settle()

    assert world.began() == [{"n": 1}, {"n": 3}]


async def test_without_a_correlation_key_every_message_starts_an_instance(world: World) -> None:
    world.deploy(ON_MESSAGE)

    for _ in range(3):
        world.publish("ordered", "")
    await world.settle()

    assert len(world.of_process("p")) == 3


async def test_many_messages_of_one_key_at_once_start_one_instance_and_the_rest_in_turn(
    world: World,
) -> None:
    world.deploy(ON_MESSAGE)
    number = 12

    with ThreadPoolExecutor(4) as threads:
        list(
            threads.map(
                lambda n: world.publish("ordered", "A-1", lifetime=HOUR, variables={"n": n}),
                range(number),
            )
        )
    most = 0
    for _ in range(number):
        await world.settle()
        active = [k for k in world.of_process("p") if world.state(k).phase == "active"]
        most = max(most, len(active))
        end(world, active[0])
    await world.settle()

    assert most == 1
    assert sorted(str(one) for one in world.began()) == sorted(str({"n": n}) for n in range(number))


async def test_a_message_published_just_when_the_instance_ends_starts_the_next(
    world: World,
) -> None:
    world.deploy(ON_MESSAGE)
    rounds = 15
    for number in range(rounds):
        world.publish("ordered", f"A-{number}")
    await world.settle()
    keys = world.of_process("p")
    with ThreadPoolExecutor(3) as threads:
        for number, key in enumerate(keys):
            together = Barrier(3)
            args = ("ordered", f"A-{number}")

            def finish(together: Barrier = together, key: int = key) -> None:
                together.wait()
                end(world, key)

            def publish(together: Barrier = together, args: tuple[str, str] = args) -> None:
                together.wait()
                world.publish(*args, lifetime=HOUR)

            def start_next(together: Barrier = together) -> None:
                together.wait()
                world.dispatcher._start_next()

            for done in [threads.submit(work) for work in (finish, publish, start_next)]:
                done.result()
    await world.settle()

    assert world.phases(*world.of_process("p")) == ["canceled"] * rounds + ["active"] * rounds


async def test_a_process_that_waits_is_not_started_by_the_same_message(world: World) -> None:
    world.deploy(BY_PAID)

    world.publish("paid", "A-1", variables={"order": "A-1"})
    await world.settle()
    world.publish("paid", "A-1")
    await world.settle()

    [key] = world.of_process("p")
    assert world.phases(key) == ["completed"]


async def test_only_the_newest_version_is_started(world: World) -> None:
    world.deploy(ON_MESSAGE)
    world.deploy(BY_MESSAGE + user("b") + END + chain("start", "b", "end"))

    world.publish("ordered", "")
    await world.settle()

    [key] = world.of_process("p")
    assert [t.element for t in world.state(key).user_tasks.values()] == ["b"]


async def test_a_version_without_its_start_event_is_not_started_any_more(world: World) -> None:
    world.deploy(ON_MESSAGE)
    world.deploy(BEGIN + ONE_TASK)

    world.publish("ordered", "")
    await world.settle()

    assert world.of_process("p") == []


async def test_a_drawing_sends_a_message_to_another_process(world: World) -> None:
    world.deploy(SENDS)
    world.deploy(BEGIN + message("wait") + END + chain("start", "wait", "end"), "q")
    waiting = world.begin("q", order="A-1")

    sender = world.begin("p", order="A-1", secret="s")
    await world.settle()

    assert world.phases(sender, waiting) == ["completed", "completed"]
    with Session(world.house.engine) as session:
        records = audit_record.read(session, waiting)
    [got] = [r["data"]["variables"] for r in records if r["kind"] == "MESSAGE_CORRELATED"]
    assert got == {"amount": 7}


# Signals


async def test_a_signal_reaches_every_instance_that_listens_and_starts_what_it_starts(
    world: World,
) -> None:
    world.deploy(LISTENS)
    world.deploy(ON_SIGNAL, "q")
    listening = [world.begin() for _ in range(5)]

    world.broadcast(level=3)
    later = world.begin()
    await world.settle()

    assert world.phases(*listening, later) == ["completed"] * 5 + ["active"]
    assert world.began() == [{"level": 3}]
    assert [c.id for c in world.sent] == [world.sent[0].id] * 5


async def test_a_signal_that_a_drawing_throws_reaches_the_others(world: World) -> None:
    world.deploy(LISTENS)
    world.deploy(THROWS, "q")
    listening = [world.begin() for _ in range(2)]

    world.begin("q")
    await world.settle()

    assert world.phases(*listening) == ["completed", "completed"]


async def test_who_throws_a_signal_hears_it_once(world: World) -> None:
    world.deploy(THROWS_AND_LISTENS)

    key = world.begin()
    await world.settle()

    with Session(world.house.engine) as session:
        records = audit_record.read(session, key)
    assert [r["kind"] for r in records].count("SIGNAL_CAUGHT") == 1
    assert world.sent == []


async def test_a_signal_to_an_instance_that_ended_meanwhile_is_let_go(world: World) -> None:
    world.deploy(LISTENS)
    key = world.begin()
    world.broadcast()

    end(world, key)
    await world.settle()
    world.clock.at += timedelta(minutes=1)
    await world.settle()

    assert (world.count("publication"), world.count("delivery")) == (0, 0)
