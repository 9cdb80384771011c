"""Random lives of the whole drawing on a Temporal server whose time is skipped: its history."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from temporalio import activity
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker
from typing_extensions import override

from activities.contracts import ADVANCE, WORKFLOW, AdvanceRequest, AdvanceResult, Start
from activities.step import StepError
from audit import code_replay
from audit.compare import compare
from audit.histories import fetch, recall
from audit.redecide import Redecider
from bpmn.clock import Clock
from bpmn.commands import (
    Command,
    CompleteJob,
    CompleteUserTask,
    CreateInstance,
    PublishMessage,
    Rejection,
    ThrowError,
    from_json,
)
from bpmn.decide import handle
from bpmn.run import Run
from bpmn.state import Job, State
from models import feedback
from models.process_instance import workflow_id
from tests.ledger import Ledger
from tests.skipped_time import SkippedTime
from tests.unit import random_life
from tests.unit.feedback_life import ANSWERS, MORNING, NUMBER, TIMERS, calendar, definition
from tests.unit.feedback_life import item as told
from workflows import messages
from workflows.messages import CommandRejectedError, InstanceBusyError, InstanceGoneError
from workflows.process import ProcessWorkflow
from workflows.sandbox import runner

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]
LIVES = 30
MOST_ACTS = 600


class Batches(Ledger):
    """A ledger whose steps run inside the batch of the command, as ours do."""

    answer: Callable[[str, datetime], Any]

    @override
    @activity.defn(name=ADVANCE)
    async def advance(self, request: AdvanceRequest) -> AdvanceResult:
        """Decide, do every step, and commit; or adopt what was committed before."""
        state, command = State.from_json(request.state), from_json(request.command)
        place = (state.key, state.number + 1)
        if place not in self.batches:
            clock = Clock(datetime.fromisoformat(request.now), calendar())
            run = Run(self.definition, state, clock)
            try:
                handle(run, command)
            except Rejection as refused:
                return AdvanceResult(command.id, rejection={"code": refused.code, **refused.data})
            while job := next(iter(run.state.jobs.values()), None):
                handle(run, self._done(job, run.clock.now))
            records = [record.to_json() for record in run.records]
            if not records:
                return AdvanceResult(command.id)
            self.batches[place] = AdvanceResult(command.id, records)
        return self.batches[place]

    def _done(self, job: Job, now: datetime) -> Command:
        answer, made = self.answer(job.type, now), f"job:{job.key}"
        if isinstance(answer, StepError):
            return ThrowError(id=made, key=job.key, code=answer.code, variables=answer.variables)
        variables = {name: value for name, value in answer.items() if name != TIMERS}
        done = CompleteJob(id=made, key=job.key, variables=variables)
        return replace(done, timer_changes=answer.get(TIMERS, []))


class RandomLife:
    """One item on the server, and the people who act on it."""

    def __init__(self, environment: WorkflowEnvironment, ledger: Batches, seed: int) -> None:
        self.environment = environment
        self.ledger = ledger
        self.random = Random(seed)
        self.key = (seed + 1) << 20
        self.id = workflow_id(self.key)
        self.time = SkippedTime(environment, self.id)
        self.answers: Mapping[str, Any] = ANSWERS | random_life.answers(self.random)
        ledger.answer = self.answer

    def answer(self, job_type: str, now: datetime) -> Any:
        """Answer a step as chance will have it."""
        answer = self.answers[job_type]
        return answer(SimpleNamespace(now=now)) if callable(answer) else answer

    async def play(self, queue: str) -> None:
        """Bring the item to its end."""
        item = told(**random_life.item(self.random))
        variables = {"feedback": item, "description": {"$ref": "d"}}
        begin = CreateInstance(
            id="start", definition="d" * 64, process="feedback", variables=variables
        )
        client = self.environment.client
        # Some lives fit into one run, others do not.
        start = Start(self.key, begin.to_json(), history_budget=self.random.choice((60, 4000)))
        await client.start_workflow(WORKFLOW, start, id=self.id, task_queue=queue)
        for done in range(MOST_ACTS):
            await self.time.settled()
            now = await self.environment.get_current_time()
            state = State.from_json(self.ledger.replayed(self.key))
            if state.ended:
                return
            await self.act(random_life.choose(self.random, state, now, 12 * done), done)

    async def act(self, act: random_life.Act, done: int) -> None:
        """Do one thing; what came too late is refused, and that is all right."""
        command: Command
        if act.kind == "wait":
            await self.time.pass_by(act.delay)
            return
        if act.kind == "task":
            command = CompleteUserTask(id=f"t{done}", key=act.key, variables=act.variables)
        else:
            command = PublishMessage(
                id=f"m{done}", name=act.name, correlation_key=NUMBER, variables=act.variables
            )
        for _ in range(8):
            try:
                await messages.send(self.environment.client, self.id, command)
            except (CommandRejectedError, InstanceGoneError):
                return
            except InstanceBusyError:
                # The test server lost the answer: the same command may be sent again.
                continue
            return
        raise AssertionError(act)

    async def check(self) -> None:
        """Hold what Temporal knows against the records, timers and statuses."""
        handle = self.environment.client.get_workflow_handle(self.id)
        assert await handle.result() == "completed"
        records = self.ledger.records(self.key)
        assert await messages.state(self.environment.client, self.id) == self.ledger.replayed(
            self.key
        )
        fired = [r for r in records if r["kind"] == "TIMER_FIRED"]
        assert max(Counter(r["key"] for r in fired).values(), default=1) == 1
        assert all(r["data"]["due"] <= r["at"] for r in fired)
        item = feedback.Feedback(
            id=1, number="n", channel="web", submitted_at=MORNING, received_at=MORNING
        )
        for record in records:
            if status := record["data"].get("status"):
                feedback.advance_status(item, status, datetime.fromisoformat(record["at"]))
        assert item.status in {"archived", "withdrawn"}

    async def check_history(self) -> None:
        """Hold Temporal's history against the records; have it decided and replayed again."""
        records = self.ledger.records(self.key)
        memory = await recall(self.environment.client, self.id)
        assert memory.records == records
        assert [batch.command["id"] for batch in memory.batches] == [
            result.command_id
            for (key, _), result in sorted(self.ledger.batches.items())
            if key == self.key
        ]
        assert compare(self.key, records, memory).findings == []
        again = Redecider(lambda _: definition(), lambda _: calendar())
        redecided = again.redecide(self.key, memory.batches)
        assert (redecided.findings, redecided.unknown) == ([], [])
        runs = await fetch(self.environment.client, self.id)
        found = await code_replay.replay(every(runs), DataConverter())
        assert (found.replayed, found.unreplayable) == (len(memory.given) + 1, [])


async def every(runs: Iterable[WorkflowHistory]) -> AsyncIterator[WorkflowHistory]:
    """Give histories one by one, as a server does."""
    for run in runs:
        yield run


async def test_random_lives_end_in_order_and_are_the_same_in_their_histories(
    time_skipping: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The test server loses an answer now and then, which is no reason to wait long.
    monkeypatch.setattr(messages, "_PATIENCE", timedelta(seconds=4))
    ledger = Batches(definition())
    async with Worker(
        time_skipping.client,
        task_queue="random",
        workflows=[ProcessWorkflow],
        activities=[ledger.advance, ledger.perform],
        workflow_runner=runner(),
        # A machine with much else to do must not look like a deadlock.
        debug_mode=True,
    ):
        for seed in range(LIVES):
            life = RandomLife(time_skipping, ledger, seed)
            try:
                await life.play("random")
                await life.check()
                await life.check_history()
            except Exception as error:
                raise AssertionError(f"seed {seed}") from error
