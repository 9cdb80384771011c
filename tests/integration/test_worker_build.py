"""A worker says which build it is, and Temporal shows which build took a task."""

from __future__ import annotations

from datetime import timedelta

import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from activities.contracts import WORKFLOW, Start
from bpmn.commands import CancelInstance, CreateInstance
from tests.drawings import INSTANCE, chain, drawing, user
from tests.ledger import Ledger
from workflows import messages
from workflows.build import build_id, deployment
from workflows.process import ProcessWorkflow
from workflows.sandbox import runner

pytestmark = pytest.mark.integration


async def test_a_task_is_taken_at_once_and_shows_the_build_that_took_it(
    temporal_server: str,
) -> None:
    client = await Client.connect(temporal_server, namespace="bihuan")
    ledger = Ledger(drawing('<bpmn:startEvent id="start" />' + user("a") + chain("start", "a")))
    command = CreateInstance(id="start", definition="digest", process="p")

    async with Worker(
        client,
        task_queue="builds",
        workflows=[ProcessWorkflow],
        activities=[ledger.advance, ledger.perform],
        workflow_runner=runner(),
        deployment_config=deployment(),
    ):
        handle = await client.start_workflow(
            WORKFLOW,
            Start(INSTANCE, command.to_json()),
            id="builds",
            task_queue="builds",
            execution_timeout=timedelta(minutes=1),
        )
        await messages.send(client, handle.id, CancelInstance(id="c"))
        await handle.result()
        history = await handle.fetch_history()

    done = [
        event.workflow_task_completed_event_attributes
        for event in history.events
        if event.HasField("workflow_task_completed_event_attributes")
    ]
    builds = {one.deployment_version.build_id or one.worker_version.build_id for one in done}
    assert builds == {build_id()}


def test_the_build_follows_from_the_code_alone() -> None:
    assert build_id() == build_id()
    assert len(build_id()) == 12
