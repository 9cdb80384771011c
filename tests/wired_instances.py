"""Instances, messages and start timers on a real database; only Temporal is left out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from activities import publishing
from activities.deploy import Deployer, deploy
from activities.event_dispatch import EventDispatcher
from activities.house import House
from bpmn.commands import Command, CreateInstance
from bpmn.deployment import load
from bpmn.state import State
from models import definition_start, process_definition, process_instance
from models.event_subscription import SIGNAL
from models.publication import Wanted
from tests.api.door import Clock, Door, Instances
from tests.drawings import xml
from tests.houses import quiet_house
from workflows.messages import outcome

OUTSIDE = (
    '<bpmn:message id="paid" name="paid"><bpmn:extensionElements>'
    '<zeebe:subscription correlationKey="=order" /></bpmn:extensionElements></bpmn:message>'
    '<bpmn:message id="ordered" name="ordered" /><bpmn:signal id="alarm" name="alarm" />'
)


def message(key: str, reference: str = "paid") -> str:
    """An intermediate event that waits for a message."""
    return (
        f'<bpmn:intermediateCatchEvent id="{key}"><bpmn:messageEventDefinition '
        f'messageRef="{reference}" /></bpmn:intermediateCatchEvent>'
    )


def started_by(definition: str) -> str:
    """A start event with a trigger."""
    return f'<bpmn:startEvent id="start">{definition}</bpmn:startEvent>'


BY_MESSAGE = started_by('<bpmn:messageEventDefinition messageRef="ordered" />')
BY_SIGNAL = started_by('<bpmn:signalEventDefinition signalRef="alarm" />')


class World:
    """What stands in one house, and what the dispatcher does in it."""

    def __init__(self, house: House, clock: Clock, instances: Instances) -> None:
        self.house = house
        self.clock = clock
        self.instances = instances
        self.sent: list[Command] = []
        self.dispatcher = self.another_dispatcher()

    @classmethod
    def on(cls, database_url: str) -> World:
        """A house on a database."""
        house, clock = quiet_house(database_url), Clock()
        return cls(house, clock, Instances(house.engine, house, clock))

    @classmethod
    def behind(cls, door: Door) -> World:
        """The house behind an API."""
        return cls(door.instances._house, door.clock, door.instances)

    def another_dispatcher(self) -> EventDispatcher:
        """A dispatcher as a further worker has one."""

        async def send(workflow_id: str, command: Command) -> str:
            self.sent.append(command)
            return await outcome(self.instances.send(workflow_id, command))

        return EventDispatcher(
            self.house.engine, send, self.house.calendar, self.house.time_scale, self.clock.now
        )

    def deploy(self, body: str, process: str = "p") -> None:
        """Deploy the newest version of a process."""
        files = {f"{process}.bpmn": xml(body, process=process, outside=OUTSIDE)}
        with Session(self.house.engine) as session, session.begin():
            definition = load("", files)
            deploy(session, files, definition, Deployer("owner", self.clock.now()))

    def begin(self, process: str = "p", **variables: Any) -> int:
        """Run a new instance to its first wait; return its key."""
        key, command = self.prepared(process, **variables)
        self.instances.advance(key, command)
        return key

    def prepared(self, process: str = "p", **variables: Any) -> tuple[int, CreateInstance]:
        """The key of a new instance and the command that begins it."""
        with Session(self.house.engine) as session, session.begin():
            found = process_definition.latest(session, process)
            assert found is not None
            command = CreateInstance(
                id="start", definition=found.digest, process=process, variables=variables
            )
            return process_instance.next_key(session), command

    def publish(
        self,
        name: str = "paid",
        key: str = "A-1",
        *,
        lifetime: timedelta = timedelta(),
        message_id: str | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> int:
        """Publish a message; return its key."""
        wanted = Wanted(
            name=name,
            correlation_key=key,
            lifetime=lifetime,
            message_id=message_id,
            variables=variables or {},
        )
        with Session(self.house.engine) as session, session.begin():
            return publishing.publish(session, wanted, self.clock.now())

    def broadcast(self, name: str = "alarm", **variables: Any) -> int:
        """Broadcast a signal; return its key."""
        wanted = Wanted(type=SIGNAL, name=name, variables=variables)
        with Session(self.house.engine) as session, session.begin():
            return publishing.broadcast(session, wanted, self.clock.now())

    async def settle(self) -> None:
        """Dispatch until nothing is left to do, and run what was started."""
        while await self.dispatcher.once() or self.start_all():
            pass

    def start_all(self) -> int:
        """Run what is owed to its first wait; return how many there were."""
        owed = len(self.rows("SELECT FROM start_request WHERE acknowledged_at IS NULL"))
        self.instances.start_all()
        return owed

    def state(self, key: int) -> State:
        """The state of an instance."""
        return self.instances._state(key)

    def phases(self, *keys: int) -> list[str]:
        """Whether these instances go on."""
        return [self.state(key).phase for key in keys]

    def of_process(self, process: str) -> list[int]:
        """The instances of a process, oldest first."""
        asked = "SELECT process_id, key FROM process_instance ORDER BY key"
        return [row.key for row in self.rows(asked) if row.process_id == process]

    def began(self) -> list[dict[str, object]]:
        """The first variables of every instance that was owed."""
        asked = "SELECT payload -> 'variables' FROM start_request ORDER BY 1"
        return [row[0] for row in self.rows(asked)]

    def starts(self, process: str = "p") -> list[tuple[str, datetime | None]]:
        """The registered start events of a process with their due times."""
        with Session(self.house.engine) as session:
            found = definition_start.of_process(session, process)
            return [(one.element_id, one.due_at) for one in found]

    def rows(self, asked: str) -> list[Any]:
        """What the database answers."""
        with Session(self.house.engine) as session:
            return list(session.execute(text(asked)))

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return len(self.rows(f"SELECT FROM {table}"))

    def close(self) -> None:
        """Let go of the database."""
        self.house.engine.dispose()
