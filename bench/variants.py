"""The two ways to run the process, as the driver speaks to them (对照)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from activities.contracts import TASK_QUEUE, WORKFLOW
from activities.contracts import Start as ProcessStart
from bench import contracts
from bench.ground import LIMITS, PROCESS
from bench.intake import START
from bpmn.commands import CompleteUserTask, CreateInstance, PublishMessage
from models.process_instance import workflow_id
from workflows import messages

if TYPE_CHECKING:
    from temporalio.client import Client

    from bench.intake import StoredItem


class Variant(Protocol):
    """What the driver asks of either: the same things with the same meaning."""

    @property
    def name(self) -> str:
        """Name in the report, and of the worker."""
        ...

    @property
    def task_queue(self) -> str:
        """Where its worker listens."""
        ...

    async def start(self, client: Client, item: StoredItem) -> None:
        """Start the workflow of a stored item."""
        ...

    async def complete(
        self, client: Client, item: StoredItem, key: int, actor: str, variables: dict[str, Any]
    ) -> None:
        """Complete a user task; return when the row can be read."""
        ...

    async def answer(self, client: Client, item: StoredItem, satisfaction: str) -> None:
        """Hand over the customer's answer; return when it can be read."""
        ...


@dataclass(frozen=True)
class Interpreter:
    """The service's own workflow with the bundled drawing (解释器)."""

    digest: str
    name: str = "interpreter"
    task_queue: str = TASK_QUEUE

    async def start(self, client: Client, item: StoredItem) -> None:
        """Start as the dispatcher does."""
        command = CreateInstance(
            id=START, definition=self.digest, process=PROCESS, variables=item.variables
        )
        await client.start_workflow(
            WORKFLOW,
            ProcessStart(item.key, command.to_json()),
            id=workflow_id(item.key),
            task_queue=self.task_queue,
        )

    async def complete(
        self, client: Client, item: StoredItem, key: int, actor: str, variables: dict[str, Any]
    ) -> None:
        """Complete as the task API does."""
        command = CompleteUserTask(id=f"complete:{key}", actor=actor, key=key, variables=variables)
        await messages.send(client, workflow_id(item.key), command)

    async def answer(self, client: Client, item: StoredItem, satisfaction: str) -> None:
        """Publish the message that the drawing waits for."""
        command = PublishMessage(
            id="answer",
            name="survey_answered",
            correlation_key=item.number,
            variables={"satisfaction": satisfaction},
        )
        await messages.send(client, workflow_id(item.key), command)


@dataclass(frozen=True)
class HandCoded:
    """The same life programmed by hand (手写)."""

    solution_timer: bool = True
    name: str = "hand_coded"
    task_queue: str = contracts.TASK_QUEUE

    async def start(self, client: Client, item: StoredItem) -> None:
        """Start the workflow."""
        await client.start_workflow(
            contracts.WORKFLOW,
            contracts.Start(item.key, item.variables, LIMITS, self.solution_timer),
            id=workflow_id(item.key),
            task_queue=self.task_queue,
        )

    async def complete(
        self, client: Client, item: StoredItem, key: int, actor: str, variables: dict[str, Any]
    ) -> None:
        """Complete by update."""
        completion = contracts.Completion(key, actor, variables)
        await self._update(client, item, contracts.COMPLETE, completion, f"complete:{key}")

    async def answer(self, client: Client, item: StoredItem, satisfaction: str) -> None:
        """Answer by update."""
        await self._update(client, item, contracts.ANSWER, contracts.Answer(satisfaction), "answer")

    async def _update(
        self, client: Client, item: StoredItem, name: str, what: object, identity: str
    ) -> None:
        handle = client.get_workflow_handle(workflow_id(item.key))
        await handle.execute_update(name, what, id=identity)
