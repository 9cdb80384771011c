"""On a Temporal server: what its histories tell is what was committed, however a life went."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.contracts import WORKFLOW, AdvanceRequest, Start
from audit.compare import compare
from audit.histories import HistoryGoneError, fetch, recall
from audit.history import Memory
from audit.redecide import Redecider
from bpmn.clock import Calendar
from bpmn.commands import CreateInstance
from tests import record_histories
from tests.drawings import INSTANCE
from tests.ledger import Ledger
from tests.record_histories import Handle, drawings_by_name
from workflows.codec import data_converter
from workflows.process import ProcessWorkflow
from workflows.sandbox import runner

NAMES = sorted(drawings_by_name())


class Witness(Ledger):
    """Keeps the command of each batch that was committed."""

    commands: dict[str, dict[str, object]]

    def attend(self) -> None:
        """Keep commands from now on."""
        self.commands = {}
        self.before_answer = self._keep

    def _keep(self, request: AdvanceRequest) -> None:
        self.commands[request.command["id"]] = request.command


@asynccontextmanager
async def played(
    environment: WorkflowEnvironment, name: str
) -> AsyncIterator[tuple[Witness, Handle]]:
    """A life that has come to its end on a server, everything encrypted."""
    definition, play = drawings_by_name()[name]
    config = environment.client.config()
    config["data_converter"] = data_converter(b"k" * 32)
    client = Client(**config)
    ledger = Witness(definition)
    ledger.attend()
    ledger.step = record_histories.step
    command = CreateInstance(id="start", definition="digest", process="p")
    async with Worker(
        client,
        task_queue=name,
        workflows=[ProcessWorkflow],
        activities=[ledger.advance, ledger.perform],
        workflow_runner=runner(),
    ):
        handle = await client.start_workflow(
            WORKFLOW,
            Start(INSTANCE, command.to_json(), history_budget=30),
            id=name,
            task_queue=name,
        )
        environment._client = client
        await play(environment, handle)
        await handle.result()
        yield ledger, handle


@pytest.mark.parametrize("name", NAMES)
async def test_batches_and_commands_are_those_that_were_committed(
    time_skipping: WorkflowEnvironment, name: str
) -> None:
    async with played(time_skipping, name) as (ledger, handle):
        memory = await recall(time_skipping.client, handle.id)
        runs = await fetch(time_skipping.client, handle.id)

    assert memory.records == ledger.records(INSTANCE)
    assert {one.command["id"]: one.command for one in memory.batches} == ledger.commands
    assert len(runs) == (1 if name != "continued_as_new" else len(memory.given) + 1)
    assert memory.closed
    assert compare(INSTANCE, ledger.records(INSTANCE), memory).findings == []
    assert redecided(ledger, memory) == []
    if name == "continued_as_new":
        assert len(memory.given) >= 1


def redecided(ledger: Ledger, memory: Memory) -> list[object]:
    no_calendar = cast("Calendar", None)
    again = Redecider(lambda _: ledger.definition, lambda _: no_calendar)
    return list(again.redecide(INSTANCE, memory.batches).findings)


async def test_a_workflow_that_there_is_not_has_no_history(
    time_skipping: WorkflowEnvironment,
) -> None:
    with pytest.raises(HistoryGoneError):
        await recall(time_skipping.client, "nothing")
