"""Random lives of the feedback process on a Temporal server: its history tells what was decided."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from temporalio import activity
from temporalio.client import Client
from temporalio.converter import DataConverter
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker
from typing_extensions import override

from activities.contracts import ADVANCE, WORKFLOW, AdvanceRequest, AdvanceResult, Start
from activities.step import StepError
from audit import code_replay
from audit.compare import compare
from audit.histories import fetch, recall
from audit.history import Memory
from audit.redecide import Redecider
from bpmn import commands
from bpmn.clock import Clock
from bpmn.decide import handle
from bpmn.run import Run
from bpmn.state import State
from tests.ledger import Ledger
from tests.unit import random_life
from tests.unit.feedback_life import ANSWERS, KEY, NUMBER, TIMERS, calendar, definition, item
from workflows import messages
from workflows.process import ProcessWorkflow
from workflows.sandbox import runner

# Whose acts the test server bears: in others its clock jumps over a workflow task and it hangs.
SEEDS = (0, 1, 2, 3)
MOST_ACTS = 400


class Steps(Ledger):
    """Does our steps inside the batch, as the real `advance` does."""

    def __init__(self, answers: dict[str, Any]) -> None:
        super().__init__(definition())
        self._answers = ANSWERS | answers

    @activity.defn(name=ADVANCE)
    @override
    async def advance(self, request: AdvanceRequest) -> AdvanceResult:
        """Decide and commit with every step that waits, or adopt."""
        state = State.from_json(request.state)
        place = (state.key, state.number + 1)
        command = commands.from_json(request.command)
        if place not in self.batches:
            clock = Clock(datetime.fromisoformat(request.now), calendar())
            run = Run(self.definition, state, clock)
            try:
                handle(run, command)
            except commands.Rejection as refused:
                return AdvanceResult(command.id, rejection={"code": refused.code})
            while job := next(iter(run.state.jobs.values()), None):
                self._do(run, job.key, self._answers[job.type])
            records = [record.to_json() for record in run.records]
            if not records:
                return AdvanceResult(command.id)
            self.batches[place] = AdvanceResult(command.id, records)
        return self.batches[place]

    def _do(self, run: Run, key: int, answer: Any) -> None:
        told = answer(SimpleNamespace(now=run.clock.now)) if callable(answer) else answer
        if isinstance(told, StepError):
            identity = f"job:{key}"
            handle(
                run,
                commands.ThrowError(id=identity, key=key, code=told.code, variables=told.variables),
            )
            return
        variables = {name: value for name, value in told.items() if name != TIMERS}
        changes = told.get(TIMERS, [])
        done = commands.CompleteJob(id=f"job:{key}", key=key, variables=variables)
        handle(run, replace(done, timer_changes=changes))


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_random_life_is_the_same_in_its_history(
    time_skipping: WorkflowEnvironment, seed: int
) -> None:
    random = Random(seed)
    ledger = Steps(random_life.answers(random))

    memory, found = await lived(time_skipping, ledger, random)

    records = ledger.records(KEY)
    assert memory.records == records
    assert records[-1]["kind"] in {"INSTANCE_COMPLETED", "INSTANCE_CANCELED"}
    assert len(records) > 60
    assert [one["id"] for one in (batch.command for batch in memory.batches)] == [
        result.command_id for _, result in sorted(ledger.batches.items())
    ]
    assert compare(KEY, records, memory).findings == []
    again = Redecider(lambda _: definition(), lambda _: calendar())
    redecided = again.redecide(KEY, memory.batches)
    assert (redecided.findings, redecided.unknown) == ([], [])
    assert (found.replayed, found.unreplayable) == (len(memory.given) + 1, [])


async def lived(
    environment: WorkflowEnvironment, ledger: Steps, random: Random
) -> tuple[Memory, code_replay.CodeReplay]:
    """Play a life to its end; return what Temporal remembers, and how the code replays it."""
    client, name = environment.client, "random"
    async with Worker(
        client,
        task_queue=name,
        workflows=[ProcessWorkflow],
        activities=[ledger.advance, ledger.perform],
        workflow_runner=runner(),
    ):
        variables = {"feedback": item(**random_life.item(random)), "description": {"$ref": "d"}}
        begin = commands.CreateInstance(
            id="start", definition="d" * 64, process="feedback", variables=variables
        )
        # Some lives fit into one run, others do not.
        start = Start(KEY, begin.to_json(), history_budget=random.choice((60, 4000)))
        handle_ = await client.start_workflow(WORKFLOW, start, id=name, task_queue=name)
        async with asyncio.timeout(150):
            await act(environment, client, random)
            await handle_.result()
        memory = await recall(client, name)
        runs = await fetch(client, name)

    async def every() -> Any:
        for run in runs:
            yield run

    return memory, await code_replay.replay(every(), DataConverter())


async def act(environment: WorkflowEnvironment, client: Client, random: Random) -> None:
    """Do at random what people do, until the life is over."""
    for done in count():
        try:
            state = State.from_json(await messages.state(client, "random"))
        except RPCError:
            # The test server's clock has jumped over a workflow task, which is tried again.
            continue
        if state.ended:
            return
        if done > MOST_ACTS:
            await messages.send(client, "random", commands.CancelInstance(id="enough"))
            return
        now = await environment.get_current_time()
        chosen = random_life.choose(random, state, now, done * 2)
        if chosen.kind == "wait":
            await environment.sleep(min(chosen.delay, timedelta(days=20)))
            continue
        try:
            await messages.send(client, "random", _asked(chosen, done))
        except (messages.CommandRejectedError, messages.InstanceBusyError):
            continue
        except messages.InstanceGoneError:
            return


def _asked(chosen: random_life.Act, done: int) -> commands.Command:
    told = chosen.variables
    if chosen.kind == "task":
        return commands.CompleteUserTask(id=f"t{done}", actor="li", key=chosen.key, variables=told)
    return commands.PublishMessage(
        id=f"m{done}", name=chosen.name, correlation_key=NUMBER, variables=told
    )
